"""Evaluation on ``challenge2012``: death in hospital from 48 h of intensive care.

No pulse oximetry here, so NEWS2 is always partial: its mean lower bound, as the lane gives it, is
the live figure, and a model learnt on running summaries of the stream a study, without the
laboratory and with it; SAPS-I is what they must beat.
Source: PhysioNet/CinC Challenge 2012, set A, ODC-By 1.0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analytics.domain.vitals import Acvpu, Metric
from analytics.evaluation import icu_stream, live, stays
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import STUDY, Figure, Floats, Judged, figure
from analytics.evaluation.icu_stream import StaySummary
from analytics.evaluation.replay.recordings import RecordedMoment, Recording
from analytics.policy import MINUTE_MS
from analytics.studies.datasets import Row, number, rows

DATASET = "challenge2012"
PROFILE = "hospital"
TASK = "death in hospital, 48 h"
ALERT_GCS = 15
ROOM_AIR = 0.21
COLUMNS = ("hr", "sbp", "resp", "temp_c", "gcs", "fio2", "mech_vent", "glucose_mgdl")
MEASURED = {"hr": Metric.HR, "resp": Metric.RR, "glucose_mgdl": Metric.GLUCOSE}
NEVER_ZERO = {"sbp": Metric.SBP, "temp_c": Metric.TEMP}
"""Here 0 stands for nothing measured."""
ZERO_SAYS = frozenset({"mech_vent", "resp", "gcs"})


@dataclass(slots=True, kw_only=True)
class Stay:
    """One intensive-care stay."""

    recording: Recording
    died: bool
    saps: float
    person: list[float]
    seen: StaySummary = field(default_factory=StaySummary)


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
    people = np.arange(len(found), dtype=np.int64)
    share = ("everybody's average", np.full(len(died), died.mean()))
    for words, laboratory in (("vitals", False), ("vitals and laboratory", True)):
        rows_of, taught = _rows(found, laboratory=laboratory), None
        if others:
            taught = _rows(others, laboratory=laboratory), np.array([one.died for one in others])
        said = icu_stream.chances(rows_of, died, taught)
        judged = Judged(said=said, happened=died, people=people)
        task = f"{TASK}, learnt from the stream of {words}"
        for metric, against in (("auroc", saps), ("brier", share), ("ece", share)):
            yield figure(DATASET, task, metric, judged, against)
        slope = live.slope_of(DATASET, task, judged, name="slope", path=STUDY)
        if not np.isnan([slope.value, *slope.ci95]).any():  # so few people that all are told apart
            yield slope


def _rows(found: Sequence[Stay], *, laboratory: bool) -> Floats:
    return np.array([stay.person + stay.seen.row(laboratory=laboratory) for stay in found])


def _stays(folder: Path) -> list[Stay]:
    found: dict[str, Stay] = {}
    table = folder / "set_a_patients.csv.gz"
    for row in rows(table, "record_id", "age", "saps1", "in_hospital_death"):
        found[row["record_id"]] = Stay(
            recording=Recording(person=row["record_id"], moments=[]),
            died=row["in_hospital_death"] == "1",
            saps=max(0.0, number(row["saps1"])),
            person=_person(row),
        )
    table = folder / "set_a_vitals.csv.gz"
    needed = ("record_id", "minute", "sbp_inv", "sbp_ni", *(set(COLUMNS) - {"sbp"}))
    for row in sorted(rows(table, *needed), key=lambda row: number(row["minute"])):
        stay = found.get(row["record_id"])
        if stay is not None:
            _see(stay, row)
    for stay in found.values():
        stay.recording.moments = sorted(stay.recording.moments)
    return [stay for stay in found.values() if stay.recording.moments]


def _see(stay: Stay, row: Row) -> None:
    values = {column: number(row.get(column)) for column in COLUMNS}
    invasive = number(row["sbp_inv"])
    values["sbp"] = invasive if invasive > 0 else number(row["sbp_ni"])
    minute = number(row["minute"])
    stay.seen.see_row(minute, _signals(row))
    known = {name: value for name, value in values.items() if not np.isnan(value)}
    measured = [(int(metric), known[name]) for name, metric in MEASURED.items() if name in known]
    measured += [(int(m), known[name]) for name, m in NEVER_ZERO.items() if known.get(name)]
    if "gcs" in known:
        alert = known["gcs"] >= ALERT_GCS
        measured.append((int(Metric.ACVPU), float(Acvpu.ALERT if alert else Acvpu.CONFUSION)))
    if "fio2" in known or "mech_vent" in known:
        measured.append((int(Metric.O2), float(known.get("fio2", 1.0) > ROOM_AIR)))
    if measured and isinstance(stay.recording.moments, list):
        t_ms = int(minute * MINUTE_MS)
        stay.recording.moments.append(RecordedMoment(t_ms, tuple(measured)))


def _person(row: Row) -> list[float]:
    kind = number(row.get("icu_type"))
    return [
        *(number(row.get(name)) for name in icu_stream.PERSON),
        *(float(kind == one) for one in icu_stream.ICU_TYPES),
    ]


def _signals(row: Row) -> dict[str, float]:
    """Return what a row says of each signal; an arterial line goes before the cuff."""
    found = {}
    for name in (*icu_stream.VITALS, *icu_stream.LABORATORY):
        invasive, cuff = number(row.get(f"{name}_inv")), number(row.get(f"{name}_ni"))
        value = invasive if invasive > 0 else cuff if cuff > 0 else number(row.get(name))
        if not np.isnan(value) and (value > 0 or name in ZERO_SAYS):
            found[name] = value
    return found
