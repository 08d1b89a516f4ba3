"""``homeward verify --assessments``: each assessment computed again from the signed frames.

A patient's lane starts from nothing and folds every stored frame and entry in order, under the
care plan, the settings and the model that were in force then: law 5 says that this is what was
computed when they came. What differs is named. Where the first frames are kept no longer, what
rests on long memory (the risk) cannot be held against anything, and is not; nor is a score before
everything that it could rest on is there again.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isclose
from typing import TYPE_CHECKING, TextIO

from analytics.policy import Policy
from analytics.settings.in_force import WardSettingsCache
from gateway.errors import GatewayError
from gateway.recovery.lanes import LaneLoader, ModelCache, without
from gateway.state.lanes import Fold, LaneCache, fold_again
from gateway.store import assessed, batch_reads, corrections, evidence
from gateway.store.assessed import Assessed
from gateway.store.copy_format import assessment_values
from gateway.verify.checks import Fault

if TYPE_CHECKING:
    from psycopg import Connection

    from analytics.lane.lane import Outcome
    from gateway.store.connection import Row

SETTLES_MS = 48 * 3_600_000
"""The longest age at which a ward may let a measurement count: NEWS2 knows nothing older."""


@dataclass(slots=True)
class AssessmentTally:
    """How many assessments were computed again, how many could not be, how many differ."""

    compared: int = 0
    beyond: int = 0
    faults: int = 0


class Recomputer:
    """Computes patient by patient, at one moment of the database."""

    def __init__(self, connection: "Connection[Row]", span: evidence.Range) -> None:
        self._connection = connection
        self._span = span
        policy = Policy()
        self._lanes = LaneCache(policy, 1)
        self._restorer = LaneLoader(self._lanes, ModelCache(), 0.0, WardSettingsCache(policy))
        self.tally = AssessmentTally()

    def faults(self) -> Iterator[Fault]:
        """Every assessment that is not what its frames give, in the order of patients."""
        for patient_no in assessed.patients(self._connection, self._span.patient):
            for fault in self._of(patient_no):
                self.tally.faults += 1
                yield fault

    def _of(self, patient_no: int) -> Iterator[Fault]:
        kept = assessed.stored(self._connection, patient_no)
        frames = batch_reads.frames_since(self._connection, [(patient_no, 0)], 0)
        inputs = batch_reads.inputs_since(self._connection, [(patient_no, 0)])
        folds = [fold for _, fold in self._restorer.folds(self._connection, frames, inputs)]
        first = min((frame.frame_id for frame in frames), default=None)
        begins_ms = min((frame.received_ms for frame in frames), default=0)
        whole = not kept or (first is not None and first <= kept[0].frame_id)
        again = dict(self._again(patient_no, folds))
        for one in kept:
            if not self._asked(one):
                again.pop(one.frame_id, None)
                continue
            made = again.pop(one.frame_id, None)
            if not whole and one.received_ms < begins_ms + SETTLES_MS:
                self.tally.beyond += 1
                continue
            self.tally.compared += 1
            yield from _compared(one, made, patient_no, whole=whole)
        if self._span.whole:
            for frame_id in again:
                yield Fault("assessment", f"{frame_id} of patient {patient_no}", "is not stored")

    def _again(
        self, patient_no: int, folds: Iterable[Fold]
    ) -> Iterator[tuple[int, tuple[tuple[object, ...], float | None]]]:
        marks = corrections.marks(self._connection, [patient_no]).get(patient_no, frozenset())
        lane = self._lanes.restored(None)[0].lane
        for fold in folds:
            outcome: Outcome | None = None
            with suppress(Exception):  # top of a lane: what failed the first time fails again
                outcome = fold_again(lane, without(fold, marks))
            made = None if outcome is None else outcome.assessment
            if made is not None and made.unscored is None:
                yield fold.frame_id, (assessment_values(made), made.risk)

    def _asked(self, one: Assessed) -> bool:
        at = datetime.fromtimestamp(one.received_ms / 1000, UTC)
        since, until = self._span.since, self._span.until
        return (since is None or at >= since) and (until is None or at < until)


def _compared(
    kept: Assessed,
    made: tuple[tuple[object, ...], float | None] | None,
    patient_no: int,
    *,
    whole: bool,
) -> Iterator[Fault]:
    """Hold one stored assessment against the one computed again."""
    name = f"{kept.frame_id} of patient {patient_no}"
    if made is None:
        yield Fault("assessment", name, "its frames give none")
        return
    said, risk = made
    if tuple(kept.said) != said:
        why = f"stored as {_words(kept.said)}, computed as {_words(said)}"
        yield Fault("assessment", name, why)
    elif whole and not _same(kept.risk, risk):
        yield Fault("assessment", name, f"stored with the risk {kept.risk}, computed with {risk}")


def _same(stored: float | None, computed: float | None) -> bool:
    if stored is None or computed is None:
        return stored is computed
    return isclose(stored, computed, rel_tol=1e-9, abs_tol=1e-12)


def _words(said: Iterable[object]) -> str:
    names = ("time", "model", "plan", "score", "low", "high", "band", "3s", "missing", "assumed")
    return ", ".join(f"{name} {one}" for name, one in zip(names, said, strict=False))


def run(url: str, span: evidence.Range, out: TextIO = sys.stdout) -> int:
    """Compute the assessments again, say what differs, and return the exit code.

    Args:
        url: the database, by a login that may read frames and assessments.
        span: which of them, by when their frames came; everything before is folded all the same.
        out: where to say it.

    Returns:
        0: all are as computed; 1: some differ; 2: it could not look.
    """
    try:
        connection = assessed.snapshot(url)
    except GatewayError as error:
        return _cannot(error, out)
    recomputer = Recomputer(connection, span)
    try:
        for fault in recomputer.faults():
            print(fault.line(), file=out)
    except GatewayError as error:
        return _cannot(error, out)
    finally:
        connection.close()
    tally = recomputer.tally
    beyond = f", {tally.beyond} rest on frames that are kept no longer" if tally.beyond else ""
    print(f"{tally.compared} assessments computed again, {tally.faults} differ{beyond}", file=out)
    return 1 if tally.faults else 0


def _cannot(error: GatewayError, out: TextIO) -> int:
    print(f"cannot verify: {str(error).splitlines()[0]}", file=out)
    return 2
