"""Evaluation on ``challenge2012``: death in hospital from 48 h of intensive care.

No pulse oximetry here, so NEWS2 is always partial: its mean lower bound, as the lane gives it, is
the live figure, and a model learnt on summaries of the vitals a study; SAPS-I is what they must
beat. Source: PhysioNet/CinC Challenge 2012, set A, ODC-By 1.0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analytics.domain.vitals import Acvpu, Metric
from analytics.evaluation import live, stays
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import Figure, Floats, Judged, figure
from analytics.evaluation.replay.recordings import RecordedMoment, Recording
from analytics.evaluation.thresholds import chances_of
from analytics.policy import MINUTE_MS
from analytics.studies.datasets import Row, number, rows
from analytics.studies.diabetes import Table

DATASET = "challenge2012"
PROFILE = "hospital"
TASK = "death in hospital, 48 h"
ALERT_GCS = 15
ROOM_AIR = 0.21
COLUMNS = ("hr", "sbp", "resp", "temp_c", "gcs", "fio2", "mech_vent", "glucose_mgdl")
SUMMARIES = ("lowest", "mean", "highest", "last")
MEASURED = {"hr": Metric.HR, "resp": Metric.RR, "glucose_mgdl": Metric.GLUCOSE}
NEVER_ZERO = {"sbp": Metric.SBP, "temp_c": Metric.TEMP}
"""Here 0 stands for nothing measured."""


@dataclass(slots=True, kw_only=True)
class Stay:
    """One intensive-care stay."""

    recording: Recording
    died: bool
    saps: float
    age: float
    seen: list[list[float]] = field(default_factory=list)


def figures(asked: EvaluationOptions) -> Iterator[Figure]:
    """Give the figures of the data set."""
    found, others = _stays(asked.folder), _stays(asked.fit) if asked.fit else []
    recorded = [stay.recording for stay in found]
    before = [stay.recording for stay in others]
    played = live.play(DATASET, recorded, before, asked, PROFILE)
    died = np.array([stay.died for stay in found])
    saps = ("SAPS-I", np.array([stay.saps for stay in found]))
    yield from stays.deaths(played, died, saps, ("48 h", None))
    yield from live.risk(played)
    yield from live.burden(played)
    table = _table(found)
    said = chances_of(table, _table(others) if others else None)
    judged = Judged(said=said, happened=died, people=table.people)
    yield figure(DATASET, f"{TASK}, learnt", "auroc", judged, saps)
    share = ("everybody's average", np.full(len(died), died.mean()))
    yield figure(DATASET, f"{TASK}, learnt", "brier", judged, share)


def _table(found: Sequence[Stay]) -> Table:
    return Table(
        name=DATASET,
        columns=("age", *(f"{column} {part}" for column in COLUMNS for part in SUMMARIES)),
        rows=np.array([_summary(stay) for stay in found]),
        bad=np.array([stay.died for stay in found]),
        people=np.arange(len(found), dtype=np.int64),
    )


def _stays(folder: Path) -> list[Stay]:
    found: dict[str, Stay] = {}
    table = folder / "set_a_patients.csv.gz"
    for row in rows(table, "record_id", "age", "saps1", "in_hospital_death"):
        found[row["record_id"]] = Stay(
            recording=Recording(person=row["record_id"], moments=[]),
            died=row["in_hospital_death"] == "1",
            saps=max(0.0, number(row["saps1"])),
            age=number(row["age"]),
        )
    table = folder / "set_a_vitals.csv.gz"
    needed = ("record_id", "minute", "sbp_inv", "sbp_ni", *(set(COLUMNS) - {"sbp"}))
    for row in rows(table, *needed):
        stay = found.get(row["record_id"])
        if stay is not None:
            _see(stay, row)
    for stay in found.values():
        stay.recording.moments = sorted(stay.recording.moments)
    return [stay for stay in found.values() if stay.seen and stay.recording.moments]


def _see(stay: Stay, row: Row) -> None:
    values = {column: number(row.get(column)) for column in COLUMNS}
    invasive = number(row["sbp_inv"])
    values["sbp"] = invasive if invasive > 0 else number(row["sbp_ni"])
    stay.seen.append([values[column] for column in COLUMNS])
    known = {name: value for name, value in values.items() if not np.isnan(value)}
    measured = [(int(metric), known[name]) for name, metric in MEASURED.items() if name in known]
    measured += [(int(m), known[name]) for name, m in NEVER_ZERO.items() if known.get(name)]
    if "gcs" in known:
        alert = known["gcs"] >= ALERT_GCS
        measured.append((int(Metric.ACVPU), float(Acvpu.ALERT if alert else Acvpu.CONFUSION)))
    if "fio2" in known or "mech_vent" in known:
        measured.append((int(Metric.O2), float(known.get("fio2", 1.0) > ROOM_AIR)))
    if measured and isinstance(stay.recording.moments, list):
        t_ms = int(number(row["minute"]) * MINUTE_MS)
        stay.recording.moments.append(RecordedMoment(t_ms, tuple(measured)))


def _summary(stay: Stay) -> list[float]:
    seen = np.array(stay.seen)
    return [stay.age, *(value for column in seen.T for value in _parts(column))]


def _parts(column: Floats) -> Sequence[float]:
    known = column[~np.isnan(column)]
    if not len(known):
        return [float("nan")] * len(SUMMARIES)
    return [float(known.min()), float(known.mean()), float(known.max()), float(known[-1])]
