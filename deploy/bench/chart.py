"""Benchmark of a chart of weeks: a patient measured once a second, and what their record weighs.

One patient has a reading of six vital signs and a score every second. What is timed is what the
page asks for: lowest, mean and highest of each hour, all pages of them, then the course of the
scores. The hours are rolled up by the API that runs beside, as in a ward; asked once more with no
hour rolled up, the same answers come from the readings themselves.
"""

import secrets as randomness
import statistics
import time
from datetime import UTC, datetime, timedelta

import httpx2
import psycopg

from api.admin import create_admin
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import BenchWard, WardPlan
from deploy.bench.whole import api

CHART_MS = 100.0
"""How long 95 of 100 charts should take at most."""
ASKED, BARE, PAGE = 60, 3, 10_000
NAME = "bench"
METRICS = {1: "hr", 2: "spo2", 3: "rr", 4: "temp", 5: "sbp", 6: "dbp"}
ROLL_UP_S, YEAR = 3_600.0, timedelta(days=365)
DEVICES, FRAMES, YEAR_MINUTES = 100, 10_000, 525_600
_READINGS = """
    INSERT INTO observation (time, received, device_time, frame_id, patient_no, device_no, metric,
                             quality, value)
    SELECT at, at, at, extract(epoch FROM at)::bigint, %(patient)s, 1, m, 0,
           60 + m * 10 + 5 * sin(extract(epoch FROM at) / 600) + random()
      FROM generate_series(%(start)s::timestamptz, %(start)s::timestamptz + INTERVAL '1 day'
                           - INTERVAL '1 second', INTERVAL '1 second') at,
           unnest(%(metrics)s::smallint[]) m
"""
_SCORES = """
    INSERT INTO assessment (time, received, frame_id, patient_no, model_version, plan_revision,
                            risk, score, low, high, band, single_3, missing, assumed, late,
                            in_episode)
    SELECT at, at, extract(epoch FROM at)::bigint, %(patient)s, 1, 1, random() / 10, 2, 2, 2, 0, 0,
           0, 0, false, false
      FROM generate_series(%(start)s::timestamptz, %(start)s::timestamptz + INTERVAL '1 day'
                           - INTERVAL '1 second', INTERVAL '1 second') at
"""
_DUE = """
    INSERT INTO rollup_hour (patient_no, hour)
    SELECT %(patient)s, at FROM generate_series(%(start)s::timestamptz, %(end)s::timestamptz
                                                - INTERVAL '1 hour', INTERVAL '1 hour') at
    ON CONFLICT (patient_no, hour) DO UPDATE SET state = 'due'
"""
_WEIGHT = """
    SELECT sum(hypertable_size(t::regclass)) FROM unnest(%s::text[]) t
"""
_READ = ["observation", "assessment"]
_FRAME = ["signed_frame", *_READ]
_ROLLED = ["observation_hour", "observation_minute", "assessment_hour", "assessment_minute"]


def chart_of_weeks(run: BenchRun) -> list[BenchFigure]:
    """How long a chart takes, what rolling up costs, and how much a year of it is."""
    days = run.size.replayed[1]
    end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # noqa: TID251 - an edge
    span = (end - timedelta(days=days), end)
    with run.ward(WardPlan(devices=DEVICES, seed=41)) as ward, api(run, ward) as (_, address):
        ward.warm_up()
        url, password = run.server.url(ward.database), randomness.token_hex(16)
        frame_bytes = _weight_of_a_frame(ward, url)
        create_admin(url, NAME, password)
        with psycopg.connect(url, autocommit=True) as connection:
            patient, rows = _fill(connection, span)
            with _signed_in(address, password) as http:
                bare = [_chart(http, patient, span) for _ in range(BARE)]
                rolled_s = _roll_up(connection, span)
                took = [_chart(http, patient, span) for _ in range(ASKED)]
            weight = [_weight(connection, tables) for tables in (_READ, _ROLLED)]
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    note = f"{rows:,} readings; median {cuts[49]:.0f} ms; from the readings {min(bare):,.0f} ms"
    years = timedelta(days=days) / YEAR
    hours = f"{days * 24} hours in {rolled_s:.0f} s"
    return [
        at_most(f"chart of {days} days at 1 Hz, p95", cuts[94], "ms", CHART_MS, note),
        plain("roll-up of an hour at 1 Hz", rolled_s / (days * 24) * 1000, "ms", hours),
        plain("a patient-year at 1 Hz: readings, scores", weight[0] / years / 1e9, "GB", "plain"),
        plain("a patient-year at 1 Hz: roll-ups", weight[1] / years / 1e9, "GB", "plain"),
        plain("a stored frame", frame_bytes, "bytes", f"six readings, a score, {FRAMES:,} frames"),
        plain(
            "a patient-year at a frame a minute", frame_bytes * YEAR_MINUTES / 1e9, "GB", "plain"
        ),
    ]


def _fill(connection: psycopg.Connection, span: tuple[datetime, datetime]) -> tuple[str, int]:
    """Write the readings day by day; return whose they are, and how many."""
    found = connection.execute("SELECT no, id::text FROM patient ORDER BY no LIMIT 1").fetchone()
    if found is None:
        raise LookupError("the ward has no patient")
    number, patient = found
    rows, start = 0, span[0]
    while start < span[1]:
        asked = {"patient": number, "start": start, "metrics": list(METRICS)}
        rows += connection.execute(_READINGS, asked).rowcount
        connection.execute(_SCORES, asked)
        start += timedelta(days=1)
    connection.execute("ANALYZE")
    return patient, rows


def _roll_up(connection: psycopg.Connection, span: tuple[datetime, datetime]) -> float:
    """Let the API roll up all hours; return the seconds that it took.

    Raises:
        TimeoutError: it never did.
    """
    patient = connection.execute("SELECT min(no) FROM patient").fetchone()
    asked = {"patient": patient[0] if patient else 0, "start": span[0], "end": span[1]}
    began = time.monotonic()
    connection.execute(_DUE, asked)
    while connection.execute("SELECT 1 FROM rollup_hour WHERE state = 'due' LIMIT 1").fetchone():
        if time.monotonic() - began > ROLL_UP_S:
            raise TimeoutError("the hours are not rolled up")
        time.sleep(0.05)
    took = time.monotonic() - began
    connection.execute("ANALYZE")
    return took


def _weight_of_a_frame(ward: BenchWard, url: str) -> float:
    """Bytes that a frame of six readings takes with all that is stored of it, and its indexes."""
    with psycopg.connect(url, autocommit=True) as connection:
        before = _weight(connection, _FRAME)
        ward.send_and_wait(ward.frames(FRAMES))
        return (_weight(connection, _FRAME) - before) / FRAMES


def _weight(connection: psycopg.Connection, tables: list[str]) -> float:
    row = connection.execute(_WEIGHT, (tables,)).fetchone()
    return float(row[0]) if row else 0.0


def _signed_in(address: str, password: str) -> httpx2.Client:
    form = {"username": NAME, "password": password}
    answer = httpx2.post(f"{address}/auth/login", data=form, timeout=60).raise_for_status()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx2.Client(base_url=address, headers=headers, timeout=300)


def _chart(http: httpx2.Client, patient: str, span: tuple[datetime, datetime]) -> float:
    """Ask for what the page shows; return the milliseconds.

    Raises:
        ValueError: an answer holds fewer hours than there are.
    """
    began = time.perf_counter()
    span_asked = {"from": span[0].isoformat(), "to": span[1].isoformat()}
    asked = [*span_asked.items(), ("bucket", "1h"), ("limit", str(PAGE))]
    asked += [("metric", name) for name in METRICS.values()]
    place, items, cursor = f"/patients/{patient}/observations", 0, ""
    while True:
        answer = http.get(place, params=[*asked, ("cursor", cursor)]).raise_for_status().json()
        items += len(answer["items"])
        if answer["next"] is None:
            break
        cursor = str(answer["next"])
    site = str(http.base_url).removesuffix("/").removesuffix("/api/v1")
    scores = http.get(f"{site}/ui/patients/{patient}/history", params=span_asked).raise_for_status()
    took = (time.perf_counter() - began) * 1000
    hours = (span[1] - span[0]) / timedelta(hours=1)
    if items < hours * len(METRICS) or not scores.json()["items"]:
        raise ValueError(f"only {items} buckets of {hours:.0f} hours")
    return took
