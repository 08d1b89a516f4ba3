"""Evaluation on ``challenge2012``: death in hospital from 48 h of intensive care.

No pulse oximetry here, so NEWS2 is always partial: its mean lower bound is one figure, and a
model learnt on summaries of the vitals the other; SAPS-I is what they must beat.
Source: PhysioNet/CinC Challenge 2012, set A, ODC-By 1.0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analytics.evaluation.figures import Figure, Floats, Judged, figure
from analytics.news2.score import score
from analytics.studies.datasets import Row, number, rows
from analytics.studies.diabetes import Table, cross_fitted

DATASET = "challenge2012"
TASK = "death in hospital, 48 h"
ALERT_GCS = 15
ROOM_AIR = 0.21
COLUMNS = ("hr", "sbp", "resp", "temp_c", "gcs", "fio2", "mech_vent", "glucose_mgdl")
SUMMARIES = ("lowest", "mean", "highest", "last")


@dataclass(slots=True, kw_only=True)
class Patient:
    """One intensive-care stay."""

    died: bool
    saps: float
    age: float
    seen: list[list[float]] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)


def figures(folder: Path) -> Iterator[Figure]:
    """Give the figures of the data set."""
    patients = [patient for patient in _patients(folder) if patient.seen]
    died = np.array([patient.died for patient in patients])
    people = np.arange(len(patients), dtype=np.int64)
    saps = ("SAPS-I", np.array([patient.saps for patient in patients]))
    partial = np.array([float(np.mean(patient.scores)) for patient in patients])
    judged = Judged(said=partial, happened=died, people=people)
    yield figure(DATASET, f"{TASK}, partial NEWS2", "auroc", judged, saps)
    table = Table(
        name=DATASET,
        columns=("age", *(f"{column} {part}" for column in COLUMNS for part in SUMMARIES)),
        rows=np.array([_summary(patient) for patient in patients]),
        bad=died,
        people=people,
    )
    said = cross_fitted(table).probabilities
    judged = Judged(said=said, happened=died, people=people)
    yield figure(DATASET, f"{TASK}, learnt", "auroc", judged, saps)
    share = ("everybody's average", np.full(len(died), died.mean()))
    yield figure(DATASET, f"{TASK}, learnt", "brier", judged, share)


def _patients(folder: Path) -> list[Patient]:
    found: dict[str, Patient] = {}
    table = folder / "set_a_patients.csv.gz"
    for row in rows(table, "record_id", "age", "saps1", "in_hospital_death"):
        found[row["record_id"]] = Patient(
            died=row["in_hospital_death"] == "1",
            saps=max(0.0, number(row["saps1"])),
            age=number(row["age"]),
        )
    table = folder / "set_a_vitals.csv.gz"
    for row in rows(table, "record_id", "sbp_inv", "sbp_ni", *(set(COLUMNS) - {"sbp"})):
        patient = found.get(row["record_id"])
        if patient is not None:
            _see(patient, row)
    return list(found.values())


def _see(patient: Patient, row: Row) -> None:
    values = {column: number(row.get(column)) for column in COLUMNS}
    invasive = number(row["sbp_inv"])
    values["sbp"] = invasive if invasive > 0 else number(row["sbp_ni"])
    patient.seen.append([values[column] for column in COLUMNS])
    known = {name: (None if np.isnan(value) else value) for name, value in values.items()}
    gcs, fio2, ventilated = known["gcs"], known["fio2"], known["mech_vent"]
    oxygen = None if fio2 is None and ventilated is None else float((fio2 or 1) > ROOM_AIR)
    news = score(
        [
            known["resp"],
            known["sbp"] or None,
            known["hr"],
            known["temp_c"] or None,
            None if gcs is None else float(gcs < ALERT_GCS),
            None,
            oxygen,
        ]
    )
    patient.scores.append(float(news.low))


def _summary(patient: Patient) -> list[float]:
    seen = np.array(patient.seen)
    return [patient.age, *(value for column in seen.T for value in _parts(column))]


def _parts(column: Floats) -> Sequence[float]:
    known = column[~np.isnan(column)]
    if not len(known):
        return [float("nan")] * len(SUMMARIES)
    return [float(known.min()), float(known.mean()), float(known.max()), float(known[-1])]
