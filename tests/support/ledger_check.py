"""Holds the devices' ledger against the database: nothing lost, nothing twice, nobody mistaken."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from analytics.domain.vitals import Metric
from tests.support.ledger import Entry, FrameLedger, FrameName

_FRAMES = """
SELECT d.id, f.boot, f.seq, p.id, f.frame, f.frame_id, f.patient_no
  FROM signed_frame f JOIN device d ON d.no = f.device_no JOIN patient p ON p.no = f.patient_no
 WHERE d.id = ANY (%s)
"""
_READINGS = """
SELECT o.frame_id, o.device_time, o.metric, o.value, o.patient_no
  FROM observation o JOIN device d ON d.no = o.device_no WHERE d.id = ANY (%s)
"""
_ASSESSED_TWICE = """
SELECT a.frame_id, a.time, count(*) FROM assessment a JOIN patient p ON p.no = a.patient_no
  JOIN device d ON d.patient_no = p.no WHERE d.id = ANY (%s)
 GROUP BY 1, 2 HAVING count(*) > 1
"""
_QUARANTINED = """
SELECT d.id, q.boot, q.seq FROM quarantine q JOIN device d ON d.no = q.device_no
 WHERE d.id = ANY (%s) AND q.signed AND q.seq IS NOT NULL
"""


@dataclass(slots=True)
class Verdict:
    """What is wrong, by kind; empty lists everywhere when nothing is."""

    lost: list[FrameName] = field(default_factory=list)
    missing: list[FrameName] = field(default_factory=list)
    twice: list[object] = field(default_factory=list)
    wrong_patient: list[FrameName] = field(default_factory=list)
    altered: list[FrameName] = field(default_factory=list)
    wrong_readings: list[FrameName] = field(default_factory=list)
    stored: int = 0
    made: int = 0

    def faults(self) -> dict[str, list[object]]:
        """The kinds that are not empty, at most five examples of each."""
        kinds = ("lost", "missing", "twice", "wrong_patient", "altered", "wrong_readings")
        found = {kind: list(getattr(self, kind)) for kind in kinds}
        return {kind: [len(names), *names[:5]] for kind, names in found.items() if names}


@dataclass(frozen=True, slots=True)
class _Stored:
    patient: str
    frame: bytes
    frame_id: int
    patient_no: int


def check(url: str, ledger: FrameLedger, devices: Sequence[str], *, settled: bool) -> Verdict:
    """Compare; with ``settled`` everything made must be there, else only what was covered."""
    _, covered = ledger.account()
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        frames = connection.execute(_FRAMES, (list(devices),)).fetchall()
        readings = connection.execute(_READINGS, (list(devices),)).fetchall()
        quarantined = connection.execute(_QUARANTINED, (list(devices),)).fetchall()
        assessed_twice = connection.execute(_ASSESSED_TWICE, (list(devices),)).fetchall()
    # Covered is asked before the database, made after it: devices go on meanwhile.
    entries, _ = ledger.account()
    verdict = Verdict(made=len(entries), stored=len(frames), twice=list(assessed_twice))
    stored = _stored(frames, verdict)
    kept = stored.keys() | set(quarantined)
    verdict.lost = sorted(covered - kept)
    verdict.missing = sorted(entries.keys() - kept) if settled else []
    _compare(entries, stored, verdict)
    _compare_readings(entries, stored, readings, verdict)
    return verdict


def _stored(frames: list[tuple[object, ...]], verdict: Verdict) -> dict[FrameName, _Stored]:
    stored: dict[FrameName, _Stored] = {}
    for device, boot, seq, patient, frame, frame_id, patient_no in frames:
        name = (str(device), int(str(boot)), int(str(seq)))
        if name in stored:
            verdict.twice.append(name)
        assert isinstance(frame, bytes)
        stored[name] = _Stored(str(patient), frame, int(str(frame_id)), int(str(patient_no)))
    return stored


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
    rows: list[tuple[object, ...]],
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
