"""``verify`` against a record that somebody changed by hand: each change is named, none is made up.

The record is what a pipeline wrote: two devices' frames, and what a nurse entered.
"""

# ruff: noqa: S608 - the names in the statements are our own

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import Connection
from psycopg.types.json import Jsonb

from gateway import wire
from gateway.store import evidence
from gateway.store.connection import Row
from gateway.store.evidence import EvidenceFrame, Range
from gateway.verify import walk as verify
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on

FRAME = "(SELECT max(frame_id) FROM signed_frame WHERE patient_no = 1)"
OF_IT = f"frame_id = {FRAME} AND patient_no = 1"
STAFF = "entered_by IS NOT NULL"
COPY = f"""
    WITH o AS (INSERT INTO observation
        SELECT time, received, device_time, frame_id + 5000, patient_no, device_no, metric, quality,
               value, entered_by FROM observation WHERE {OF_IT})
    INSERT INTO signed_frame
    SELECT time, frame_id + 5000, key_id, boot, seq, offset_ms, patient_no, device_no, kind,
           clock_state, plan_revision, model_version, in_episode, paused, refused, frame
      FROM signed_frame WHERE {OF_IT}
"""
REMOVED = (
    f"WITH f AS (DELETE FROM signed_frame WHERE {OF_IT}) DELETE FROM observation WHERE {OF_IT}"
)


def withheld(code: int) -> str:
    """A reading taken away, and noted as refused."""
    return f"""
        WITH o AS (DELETE FROM observation WHERE {OF_IT} AND metric = 1)
        UPDATE signed_frame SET refused = '{{0,{code}}}' WHERE {OF_IT}
    """


CHANGES: dict[str, tuple[str, str]] = {
    "first byte": (
        f"UPDATE signed_frame SET frame = set_byte(frame, 0, 0) WHERE {OF_IT}",
        "frame {frame}: the stored bytes are no signed frame",
    ),
    "no bytes": (
        f"UPDATE signed_frame SET frame = '' WHERE {OF_IT}",
        "frame {frame}: the stored bytes are no signed frame",
    ),
    "device's time": (
        f"UPDATE observation SET device_time = device_time - interval '1 day' WHERE {OF_IT}",
        "row {frame} metric 1 at",
    ),
    "device's time never": (
        f"UPDATE observation SET device_time = 'infinity' WHERE {OF_IT}",
        "row {frame} metric 1 at",
    ),
    "less than a millisecond": (
        f"UPDATE observation SET received = received + interval '9 us' WHERE {OF_IT}",
        "row {frame} metric 1 at",
    ),
    "a person's name on a device's row": (
        f"UPDATE observation SET entered_by = gen_random_uuid() WHERE {OF_IT}",
        "row {frame} metric 1 at",
    ),
    "staff: moved to another patient": (
        f"UPDATE observation SET patient_no = 2 WHERE {STAFF}",
        "no person entered it",
    ),
    "staff: doubled": (
        f"INSERT INTO observation SELECT * FROM observation WHERE {STAFF}",
        "entry 1 does not give this reading",
    ),
    "staff: deleted": (
        f"DELETE FROM observation WHERE {STAFF}",
        "entry 1 gives 16.0, which is not stored",
    ),
    "staff: quality": (
        f"UPDATE observation SET quality = 0 WHERE {STAFF}",
        "entry 1 does not give this reading",
    ),
    "staff: received": (
        f"UPDATE observation SET received = received - interval '1 h' WHERE {STAFF}",
        "entry 1 does not give this reading",
    ),
    "staff: another name": (
        f"UPDATE observation SET entered_by = gen_random_uuid() WHERE {STAFF}",
        "entry 1 does not give this reading",
    ),
    "staff: entered at another time": (
        "UPDATE lane_input SET entered_at = entered_at - interval '1 h'",
        "entry 1: was folded at another time than it was entered",
    ),
    "staff: an entry without a time": (
        """UPDATE lane_input SET payload = '{"samples": [{"hr": 70}]}'""",
        "entry 1: cannot be read: KeyError: 't'",
    ),
    "staff: no entry": ("UPDATE lane_input SET payload = '[]'", "entry 1: cannot be read"),
    "frame and rows copied": (
        COPY,
        "frame {frame}: boot 1 seq 3 of device {device} is stored again",
    ),
    "frame and rows deleted": (
        REMOVED,
        "device {device} boot 1: the gateway stored 3 frames, 2 are there",
    ),
    "withheld as out of range": (withheld(1), "frame {frame}: says that reading 0 was refused as"),
    "withheld as too old": (withheld(2), "frame {frame}: says that reading 0 was refused as"),
    "withheld as of the future": (withheld(3), "frame {frame}: says that reading 0 was refused as"),
    "withheld as not bound": (withheld(4), "frame {frame}: says that reading 0 was refused as"),
    "withheld for no reason": (withheld(9), "frame {frame}: says that reading 0 was refused for"),
    "refused what is not there": (
        f"UPDATE signed_frame SET refused = '{{99,1}}' WHERE {OF_IT}",
        "frame {frame}: says that reading 99 was refused for",
    ),
    "refused in no pairs": (
        f"UPDATE signed_frame SET refused = '{{{{0}},{{1}}}}' WHERE {OF_IT}",
        "frame {frame}: cannot be read: TypeError",
    ),
    "no such clock state": (
        f"UPDATE signed_frame SET clock_state = 9 WHERE {OF_IT}",
        "frame {frame}: clock state 9 is none",
    ),
    "clock uncertain": (
        f"UPDATE signed_frame SET clock_state = 2 WHERE {OF_IT}",
        "frame {frame}: clock state 2 has no offset of",
    ),
    "offset beyond the calendar": (
        f"UPDATE signed_frame SET clock_state = 1, offset_ms = 9000000000000000 WHERE {OF_IT}",
        "row {frame} metric 1 at 9001",
    ),
    "the key's bytes": (
        "UPDATE device_key SET sign_public = set_byte(sign_public, 3, 7) WHERE device_no = 1",
        "key 1 of device {device}: none of its 3 frames holds",
    ),
    "no key": (
        "DELETE FROM device_key WHERE device_no = 1",
        "frame {frame}: this key is not there",
    ),
    "a key enrolled later": (
        "UPDATE device_key SET enrolled_at = now() + interval '1 day' WHERE device_no = 1",
        "key 1 of device {device}: frame {frame}: this key was enrolled after this frame came",
    ),
}
"""What was done to the record, and a part of the line that names it."""


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


@pytest.fixture
def recorded(bench: Bench) -> Bench:
    """A ward's record: of two devices, and of a nurse."""
    for device in bench.fleet:
        bench.synced(device)
        bench.send(*(bench.vitals(device, bench.now_ms() - 700) for _ in range(2)))
    user = bench.one(
        "INSERT INTO app_user (username, password_hash, role) VALUES ('n', 'x', 'nurse')"
        " RETURNING id"
    )
    at = datetime.now(UTC)
    entry = {"samples": [{"t": at.isoformat(), "acvpu": 0, "o2": 0, "rr": 16}]}
    bench.run(
        "INSERT INTO lane_input (patient_no, bucket, kind, entered_at, entered_by, payload)"
        " SELECT no, bucket, 'observations', %s, %s, %s FROM patient WHERE no = 1",
        *(at, user, Jsonb(entry)),
    )
    bench.pipeline.commit([])
    return bench


def verified(bench: Bench, span: Range = Range()) -> tuple[int, str]:  # noqa: B008 - a tuple
    out = io.StringIO()
    return verify.run(bench.database.superuser, span, out), out.getvalue()


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_changed_by_hand_is_named(recorded: Bench, change: str) -> None:
    code, said = verified(recorded)
    assert (code, said) == (0, "6 frames and 27 readings verified, 0 faults\n")
    done, named = CHANGES[change]
    frame, device = (
        recorded.one(f"SELECT {FRAME}"),
        recorded.one("SELECT id FROM device WHERE no = 1"),
    )
    recorded.run(f"SET session_replication_role = replica; {done}")
    code, said = verified(recorded)
    assert code == 1, said
    assert named.format(frame=frame, device=device) in said
    assert "readings verified" in said.splitlines()[-1], "the walk went on to its end"


def test_an_intact_key_is_not_blamed_for_one_changed_frame(recorded: Bench) -> None:
    recorded.run(f"UPDATE signed_frame SET frame = set_byte(frame, 80, 0) WHERE {OF_IT}")
    _, said = verified(recorded)
    assert "the signature does not hold under key 1" in said
    assert "key " not in [line[:4] for line in said.splitlines()]


def test_frames_stored_while_it_walks_are_not_called_tampering(
    recorded: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = evidence.frames

    def late(connection: Connection[Row], span: Range) -> Iterator[EvidenceFrame]:
        """The walk through the readings has begun by now, that through the frames has not."""
        for device in recorded.fleet:
            recorded.send(recorded.vitals(device))
        yield from walk(connection, span)

    monkeypatch.setattr(evidence, "frames", late)
    assert verified(recorded) == (0, "6 frames and 27 readings verified, 0 faults\n")
    monkeypatch.undo()
    assert verified(recorded) == (0, "8 frames and 39 readings verified, 0 faults\n")


def test_a_part_of_the_record_is_no_record_with_a_part_missing(recorded: Bench) -> None:
    """By patient and by time, a half of the whole raises nothing of what the other half holds."""
    middle = recorded.one(
        "SELECT time FROM signed_frame WHERE patient_no = 1 ORDER BY frame_id OFFSET 1 LIMIT 1"
    )
    assert isinstance(middle, datetime)
    one, two = (str(device.patient) for device in recorded.fleet)
    for patient in (None, one, two):
        for span in (Range(patient), Range(patient, since=middle), Range(patient, until=middle)):
            code, said = verified(recorded, span)
            assert code == 0, (span, said)
    recorded.run(f"SET session_replication_role = replica; {REMOVED}")
    assert verified(recorded, Range(one))[0] == 1
    assert verified(recorded, Range(two))[0] == 0


def test_a_copy_is_found_though_the_first_lies_outside_the_range(recorded: Bench) -> None:
    recorded.run(COPY.replace("SELECT time, frame_id", "SELECT time + interval '1 h', frame_id"))
    since = datetime.now(UTC) + timedelta(minutes=30)
    code, said = verified(recorded, Range(since=since))
    assert code == 1
    assert "is stored again as" in said


def test_what_the_gateway_refused_by_its_rules_stands(recorded: Bench) -> None:
    """A reading out of range, one too old, one of the future, one before the device was theirs."""
    device = recorded.fleet[0]
    now = recorded.now_ms()
    recorded.run(
        "UPDATE device SET bound_from = now() - interval '1 day', rev = (SELECT value + 1"
        " FROM registry_revision)"
    )
    recorded.run("UPDATE registry_revision SET value = value + 1")
    device.seq += 1
    samples = [
        wire.Sample(t=now, hr=900.0, spo2=97.0),
        wire.Sample(t=now - 8 * 86_400_000, hr=71.0),
        wire.Sample(t=now + 600_000, hr=72.0),
        wire.Sample(t=now - 2 * 86_400_000, hr=73.0),
    ]
    message = wire.Vitals(device=device.name, boot=1, seq=device.seq, samples=samples)
    recorded.send(recorded.signed(device, message))
    noted = recorded.one(f"SELECT refused FROM signed_frame WHERE {OF_IT}")
    assert noted == [0, 1, 2, 2, 3, 3, 4, 4]
    code, said = verified(recorded)
    assert code == 0, said
