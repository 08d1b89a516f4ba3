"""Benchmarks of the way to people: from a deciding reading to the event on a doctor's stream.

Gateway, database, alert engine and live feed as in life, on the same cores as what loads them.
Twice a second a pressure comes that calls at once, each of another patient; when it was published,
stored, made an alert and heard is compared. The second benchmark has a thousand streams open.
"""

import secrets as randomness
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import httpx2
import psycopg

from api.admin import create_admin
from deploy.bench.child import Child, wait_until
from deploy.bench.commit_times import percentiles
from deploy.bench.listeners import Listeners
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import BenchWard, WardPlan
from deploy.bench.whole import api

RATE, EVENTS_A_S = 500, 2
DEVICES = 500
P50_MS, P95_MS = 60.0, 150.0
STREAMS, STALLED, EACH = 1_000, 100, 20
STREAM_P95_MS, SHIFT = 80.0, 1.25
LATE_S = 15.0
_SETTLE_S = 3
_DOCTOR = "UPDATE app_user SET role = 'doctor' WHERE username = ANY (%s)"
_TEAM = """
INSERT INTO care_team (patient_no, user_id)
SELECT p.no, u.id FROM patient p, app_user u WHERE u.username = ANY (%s)
"""
_COMMITTED = """
SELECT p.id::text, extract(epoch FROM min(pg_xact_commit_timestamp(a.xmin)))::float8
  FROM alert_event a JOIN patient p ON p.no = a.patient_no
 WHERE a.event = 'alert.raised' GROUP BY 1
"""


def doctors(run: BenchRun, ward: BenchWard, address: str, count: int) -> list[str]:
    """Make doctors who may see every patient; return a session's token of each."""
    names = [f"doctor-{randomness.token_hex(4)}" for _ in range(count)]
    password = randomness.token_hex(16)
    for name in names:
        create_admin(run.server.url(ward.database), name, password)
    with psycopg.connect(run.server.url(ward.database)) as connection:
        connection.execute(_DOCTOR, (names,))
        connection.execute(_TEAM, (names,))
    with httpx2.Client(base_url=address, timeout=30) as http:
        forms = [{"username": name, "password": password} for name in names]
        return [http.post("/auth/login", data=form).json()["access_token"] for form in forms]


@contextmanager
def listened(run: BenchRun, people: int) -> Iterator[tuple[BenchWard, Child, str, list[str]]]:
    """Yield a ward, its API and the API's address, and sessions of so many doctors."""
    with run.ward(WardPlan(devices=DEVICES, seed=21)) as ward, api(run, ward) as (child, address):
        tokens = doctors(run, ward, address, people)
        ward.warm_up()
        yield ward, child, address, tokens


def shock(ward: BenchWard, seconds: float, rate: int, first: int) -> dict[str, float]:
    """Send frames at a rate, some of which call at once; return when these were sent, by patient.

    Args:
        ward: where.
        seconds: for how long.
        rate: frames a second; a multiple of the events.
        first: number of the first device that calls; each calls once.
    """
    apart = rate // EVENTS_A_S + 1  # no divisor of the fleet: the next that calls is another
    count, fleet = int(seconds * rate), len(ward.fleet)
    ward.fleet = ward.fleet[first:] + ward.fleet[:first]
    shocks = set(range(_SETTLE_S * rate, count, apart))
    frames = ward.frames(count, rate, shocks)
    stamps = ward.sender.paced(ward.sender.packets(frames), rate)
    return {str(ward.fleet[number % fleet].patient): stamps[number] for number in sorted(shocks)}


def committed(run: BenchRun, ward: BenchWard) -> dict[str, float]:
    """When each patient's alert was committed, in seconds since 1970."""
    with psycopg.connect(run.server.url(ward.database)) as connection:
        rows: list[tuple[str, float]] = connection.execute(_COMMITTED).fetchall()
    return dict(rows)


def _await(listeners: Listeners, patients: Sequence[str]) -> None:
    """Wait until every stream has told of all, or for so long that the rest counts as lost."""
    wanted = set(patients)
    with suppress(TimeoutError):
        wait_until(lambda: all(wanted <= one.at.keys() for one in listeners.streams), LATE_S)


def deciding_to_doctor(run: BenchRun) -> list[BenchFigure]:
    """500 frames/s; two patients a second whose reading calls at once; one doctor listens."""
    with listened(run, 1) as (ward, _, address, tokens), Listeners(address, tokens) as streams:
        sent = shock(ward, run.size.paced_s + _SETTLE_S, RATE, 0)
        _await(streams, list(sent))
        made = committed(run, ward)
    heard = streams.streams[0].at
    whole = percentiles([heard[one] - at for one, at in sent.items() if one in heard])
    engine = percentiles([made[one] - at for one, at in sent.items() if one in made])
    lost = sum(one not in heard for one in sent)
    name = f"deciding reading to doctor's stream, {RATE}/s"
    note = f"n {len(sent)}; of it to the alert's commit {engine['p50']}/{engine['p95']} ms"
    return [
        at_most(f"{name}, p50", whole["p50"] or 0.0, "ms", P50_MS, note),
        at_most(f"{name}, p95", whole["p95"] or 0.0, "ms", P95_MS, note),
        at_most(f"{name}, not heard", lost, "", 0.0, f"within {LATE_S:.0f} s"),
    ]


def thousand_streams(run: BenchRun) -> list[BenchFigure]:
    """1,000 streams of 50 doctors, two alerts a second; then 100 more that nobody reads."""
    with listened(run, STREAMS // EACH + STALLED // EACH) as (ward, child, address, tokens):
        readers = [token for token in tokens[: STREAMS // EACH] for _ in range(EACH)]
        others = [token for token in tokens[STREAMS // EACH :] for _ in range(EACH)]
        with Listeners(address, readers) as streams:
            used = child.cpu_s()
            calm = _told(run, ward, streams, 0)
            used = child.cpu_s() - used
            stalled = [streams.open(token, receive=1) for token in others]
            beside = _told(run, ward, streams, 1)
            for line in stalled:
                line.close()
    note = f"from the alert's commit, {STREAMS:,} streams, {EVENTS_A_S} alerts/s"
    share = used / (run.size.paced_s + _SETTLE_S)
    shift = (beside["p95"] or 0.0) / (calm["p95"] or 1.0)
    return [
        plain("alert to each of 1,000 streams, p50", calm["p50"] or 0.0, "ms", note),
        at_most("alert to each of 1,000 streams, p95", calm["p95"] or 0.0, "ms", STREAM_P95_MS),
        plain(
            "the API's share of a core meanwhile", share, "", "heartbeats and the engine with it"
        ),
        at_most(
            f"the same with {STALLED} stalled / without",
            shift,
            "",
            SHIFT,
            f"p95 {beside['p95']} ms",
        ),
    ]


def _told(
    run: BenchRun, ward: BenchWard, streams: Listeners, first: int
) -> dict[str, float | None]:
    """From an alert's commit to each stream; what a stream never told counts as very late."""
    sent = shock(ward, run.size.paced_s + _SETTLE_S, 2 * EVENTS_A_S * 10, first)
    _await(streams, list(sent))
    made = committed(run, ward)
    late = [
        one.at.get(who, made[who] + LATE_S) - made[who] for one in streams.streams for who in sent
    ]
    return percentiles(late)
