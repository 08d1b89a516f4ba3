"""Benchmark of memory: the cost of one more active patient in the gateway."""

import time

from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import BenchWard, WardPlan

KIB = 1024
PER_PATIENT_KIB = 40.0
RATE = 240.0
ROUND_S = 5.0


def slope(run: BenchRun) -> list[BenchFigure]:
    """Resident memory with few and with many patients, every one with the same history.

    Ward time runs fast: a patient's readings come twenty minutes apart over more than six hours,
    so that the windows of every model fill; none arrives late.
    """
    few, many = run.size.patients
    resident = {patients: _resident(run, patients) for patients in (few, many)}
    each = (resident[many] - resident[few]) / (many - few) / KIB
    least, most = (resident[patients] / KIB / KIB for patients in (few, many))
    note = f"{least:.0f} MiB at {few:,}, {most:.0f} MiB at {many:,} patients"
    return [
        at_most("memory an active patient", each, "KiB", PER_PATIENT_KIB, note),
        plain("memory of the gateway", least, "MiB", f"{few:,} patients"),
    ]


def _resident(run: BenchRun, patients: int) -> int:
    with run.ward(WardPlan(devices=patients, seed=7, clock_rate=RATE)) as ward:
        ward.warm_up(vitals_each=0)
        _fill(ward, run.size.rounds)
        return ward.resident_bytes()


def _fill(ward: BenchWard, rounds: int) -> None:
    """Send every patient's readings, round by round."""
    for _ in range(rounds):
        due = time.monotonic() + ROUND_S
        ward.send_and_wait(ward.frames(len(ward.fleet)))
        time.sleep(max(0.0, due - time.monotonic()))
