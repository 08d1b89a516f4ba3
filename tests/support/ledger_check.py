"""Holds the devices' ledger against the database: nothing lost, nothing twice, nobody mistaken.

What was made must be stored and not merely kept: a good frame in quarantine is as good as lost for
the patient. And it must have been folded in the order in which its device sent it. What a fault
makes impossible for honest servers is excused by name, never silently.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

import psycopg

from analytics.domain.vitals import Metric
from tests.support.ledger import Entry, FrameLedger, FrameName

_FRAMES = """
SELECT d.id, f.boot, f.seq, p.id, f.frame, f.frame_id, f.patient_no
  FROM signed_frame f JOIN device d ON d.no = f.device_no JOIN patient p ON p.no = f.patient_no
 WHERE d.id = ANY (%s) ORDER BY f.frame_id
"""
_READINGS = """
SELECT o.frame_id, o.device_time, o.metric, o.value, o.patient_no
  FROM observation o JOIN device d ON d.no = o.device_no WHERE d.id = ANY (%s)
"""
_QUARANTINED = """
SELECT d.id, q.boot, q.seq FROM quarantine q JOIN device d ON d.no = q.device_no
 WHERE d.id = ANY (%s) AND q.signed AND q.seq IS NOT NULL
"""
_ASSESSED_TWICE = """
SELECT 'assessed', a.frame_id, a.time, count(*) FROM assessment a
 WHERE a.patient_no IN (SELECT patient_no FROM device WHERE id = ANY (%s))
 GROUP BY a.frame_id, a.time HAVING count(*) > 1
"""
_FOUND_TWICE = """
SELECT 'found', o.frame_id, o.payload ->> 'condition', count(*) FROM outbox o
 WHERE o.frame_id IS NOT NULL
   AND o.patient_no IN (SELECT patient_no FROM device WHERE id = ANY (%s))
 GROUP BY o.patient_no, o.frame_id, o.kind, o.payload HAVING count(*) > 1
"""
_WRONGLY_DERIVED = """
SELECT DISTINCT d.id, f.boot, f.seq
  FROM signed_frame f JOIN device d ON d.no = f.device_no
  JOIN (SELECT frame_id, patient_no FROM assessment
        UNION ALL SELECT frame_id, patient_no FROM outbox) made USING (frame_id)
 WHERE d.id = ANY (%s) AND made.patient_no IS DISTINCT FROM f.patient_no
"""
_FROM_NOTHING = """
SELECT made.what, made.frame_id
  FROM (SELECT 'assessment of no frame' AS what, frame_id, patient_no FROM assessment
        UNION ALL SELECT 'finding of no frame', frame_id, patient_no FROM outbox) made
 WHERE made.frame_id IS NOT NULL
   AND made.patient_no IN (SELECT patient_no FROM device WHERE id = ANY (%s))
   AND NOT EXISTS (SELECT FROM signed_frame f WHERE f.frame_id = made.frame_id)
   AND NOT EXISTS (SELECT FROM lane_input i WHERE i.folded_as = made.frame_id)
"""

_Rows = list[tuple[object, ...]]


class Excuse(Enum):
    """What a fault may do to honest frames, to be named by whoever causes it.

    Attributes:
        REFUSED: originals may end in quarantine.
        HOLES_FILLED: what the broker lost, and its device sent again, may follow later frames.
        REORDERED: frames may be stored in any order: they are shuffled on their way, or the ward
            is divided anew, when an old division's session is emptied behind the new one's.
        SPOILT: snapshots of the model's state may be unreadable: somebody spoilt them.
    """

    REFUSED = auto()
    HOLES_FILLED = auto()
    REORDERED = auto()
    SPOILT = auto()


NO_EXCUSE: frozenset[Excuse] = frozenset()


@dataclass(slots=True)
class Verdict:
    """What is wrong, by kind; empty lists everywhere when nothing is."""

    lost: list[FrameName] = field(default_factory=list)
    missing: list[FrameName] = field(default_factory=list)
    refused: list[FrameName] = field(default_factory=list)
    twice: list[object] = field(default_factory=list)
    wrong_patient: list[FrameName] = field(default_factory=list)
    altered: list[FrameName] = field(default_factory=list)
    wrong_readings: list[FrameName] = field(default_factory=list)
    out_of_order: list[FrameName] = field(default_factory=list)
    stored: int = 0
    made: int = 0

    def faults(self) -> dict[str, list[object]]:
        """The kinds that are not empty, at most five examples of each."""
        kinds = ("lost", "missing", "refused", "twice", "wrong_patient", "altered")
        kinds += ("wrong_readings", "out_of_order")
        found = {kind: list(getattr(self, kind)) for kind in kinds}
        return {kind: [len(names), *names[:5]] for kind, names in found.items() if names}


@dataclass(frozen=True, slots=True)
class _Stored:
    patient: str
    frame: bytes
    frame_id: int
    patient_no: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database says of these devices, all at one moment."""

    frames: _Rows
    readings: _Rows
    quarantined: _Rows
    derived_twice: _Rows
    wrongly_derived: _Rows


def _look(url: str, devices: Sequence[str]) -> _Found:
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

        def rows(statement: str) -> _Rows:
            return connection.execute(statement, (list(devices),)).fetchall()

        return _Found(
            frames=rows(_FRAMES),
            readings=rows(_READINGS),
            quarantined=rows(_QUARANTINED),
            derived_twice=[*rows(_ASSESSED_TWICE), *rows(_FOUND_TWICE), *rows(_FROM_NOTHING)],
            wrongly_derived=rows(_WRONGLY_DERIVED),
        )


def check(
    url: str,
    ledger: FrameLedger,
    devices: Sequence[str],
    *,
    settled: bool,
    excuses: Collection[Excuse] = NO_EXCUSE,
) -> Verdict:
    """Compare; with ``settled`` everything made must be there, else only what was covered."""
    _, covered = ledger.account()
    found = _look(url, devices)
    # Covered is asked before the database, made after it: devices go on meanwhile.
    entries, _ = ledger.account()
    verdict = Verdict(made=len(entries), stored=len(found.frames), twice=[*found.derived_twice])
    stored = _stored(found.frames, verdict)
    quarantined = {_name(*row[:3]) for row in found.quarantined}
    verdict.lost = sorted(covered - stored.keys() - quarantined)
    verdict.missing = sorted(entries.keys() - stored.keys() - quarantined) if settled else []
    if Excuse.REFUSED not in excuses:
        verdict.refused = sorted(entries.keys() & quarantined - stored.keys())
    verdict.wrong_patient = [_name(*row) for row in found.wrongly_derived]
    _compare(entries, stored, verdict)
    _compare_readings(entries, stored, found.readings, verdict)
    if Excuse.REORDERED not in excuses:
        holes = ledger.sent_again() if Excuse.HOLES_FILLED in excuses else set()
        verdict.out_of_order = [name for name in _overtaken(stored) if name not in holes]
    return verdict


def _name(device: object, boot: object, seq: object) -> FrameName:
    return str(device), int(str(boot)), int(str(seq))


def _stored(frames: _Rows, verdict: Verdict) -> dict[FrameName, _Stored]:
    """By name, in the order of their first storing."""
    stored: dict[FrameName, _Stored] = {}
    for device, boot, seq, patient, frame, frame_id, patient_no in frames:
        name = _name(device, boot, seq)
        if name in stored:
            verdict.twice.append(name)
            continue
        assert isinstance(frame, bytes)
        stored[name] = _Stored(str(patient), frame, int(str(frame_id)), int(str(patient_no)))
    return stored


def _overtaken(stored: dict[FrameName, _Stored]) -> list[FrameName]:
    """Frames that were folded after a later one of the same boot of their device."""
    newest: dict[tuple[str, int], int] = {}
    overtaken: list[FrameName] = []
    for device, boot, seq in stored:
        highest = newest.get((device, boot), 0)
        if seq < highest:
            overtaken.append((device, boot, seq))
        newest[device, boot] = max(highest, seq)
    return overtaken


def _compare(
    entries: dict[FrameName, Entry], stored: dict[FrameName, _Stored], verdict: Verdict
) -> None:
    for name, row in stored.items():
        entry = entries.get(name)
        if entry is None or entry.frame != row.frame:
            verdict.altered.append(name)
        if entry is not None and str(entry.patient) != row.patient:
            verdict.wrong_patient.append(name)


def _compare_readings(
    entries: dict[FrameName, Entry],
    stored: dict[FrameName, _Stored],
    rows: _Rows,
    verdict: Verdict,
) -> None:
    """Each stored frame has exactly the readings that it says, under its own patient."""
    found: dict[int, Counter[tuple[int, int, float]]] = {}
    owners: dict[int, set[object]] = {}
    for frame_id, device_time, metric, value, patient_no in rows:
        assert isinstance(device_time, datetime)
        reading = (round(device_time.timestamp() * 1000), int(str(metric)), float(str(value)))
        found.setdefault(int(str(frame_id)), Counter())[reading] += 1
        owners.setdefault(int(str(frame_id)), set()).add(patient_no)
    for name, row in stored.items():
        if name not in entries:
            continue
        wanted = Counter((t, int(Metric[m.upper()]), v) for t, m, v in entries[name].readings)
        if found.pop(row.frame_id, Counter()) != wanted:
            verdict.wrong_readings.append(name)
        if owners.get(row.frame_id, {row.patient_no}) != {row.patient_no}:
            verdict.wrong_patient.append(name)
    verdict.twice += [("readings without a frame", frame_id) for frame_id in found]
