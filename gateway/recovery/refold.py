"""Folding a lane again from before a reading, once as it was and once without what was marked.

The lane starts from the newest snapshot that knows nothing from the first marked reading on;
without one, from the beginning of what is stored, and in any case not from further back than so
many frames: the work is bounded, and a lane that is older than that starts from what is newest, as
one does whose snapshot cannot be read.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import structlog

from analytics.domain.alerts import Finding
from analytics.lane.correction import LaneCourse, Revision, compare
from analytics.lane.lane import Assessment, Outcome, PatientLane
from analytics.risk.model import Example
from analytics.rules.hysteresis import UNCONFIRMED
from gateway.recovery.lanes import LaneLoader, without
from gateway.state.lanes import CachedLane, Fold, LaneCache, fold_again
from gateway.store import corrections
from gateway.store.corrections import Mark, RefoldBase

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.store.connection import Row

_log = structlog.get_logger()


class RefoldRun(NamedTuple):
    """One course of the lane from the first marked reading on.

    Attributes:
        lane: at its end.
        findings: in order.
        assessed: by frame id.
        examples: that matured.
    """

    lane: PatientLane
    findings: list[Finding]
    assessed: dict[int, Assessment]
    examples: list[Example]


class Refolded(NamedTuple):
    """Both courses, what they had in common, and what is different.

    Attributes:
        since_ms: arrival of the first marked reading.
    """

    before: RefoldRun
    after: RefoldRun
    revision: Revision
    since_ms: int


class Refolder:
    """Folds a patient's stored frames and inputs again.

    Args:
        lanes: whose settings the lanes have.
        restorer: gives what is stored as it was folded.
        most: frames at most.
    """

    def __init__(self, lanes: LaneCache, restorer: LaneLoader, most: int) -> None:
        self._lanes = lanes
        self._restorer = restorer
        self._most = most

    def refold(
        self,
        connection: "Connection[Row]",
        patient_no: int,
        marks: frozenset[Mark],
        now_ms: int,
    ) -> Refolded:
        """Fold with and without the readings that are marked now.

        Args:
            connection: the batch's.
            patient_no: whose lane.
            marks: new ones; those folded before are left out of both courses.
            now_ms: ward time.
        """
        known = corrections.marks(connection, [patient_no]).get(patient_no, frozenset())
        first = min(frame_id for frame_id, _, _ in marks)
        lane, folds = self._from_before(connection, patient_no, first)
        earlier = _run(lane, (one for one in folds if one.frame_id < first), known)
        held = {*lane.conditions, *([UNCONFIRMED] if lane.unconfirmed else [])}
        words = {finding.condition: finding for finding in earlier.findings}
        rest = [one for one in folds if one.frame_id >= first]
        after = _run(self._copy(lane), rest, known | marks)
        before = _run(lane, rest, known)
        received = (one.reading.received_ms for one in rest if one.reading is not None)
        return Refolded(
            before=before,
            after=after,
            revision=compare(held, words, _course(before), _course(after), now_ms),
            since_ms=min(received, default=now_ms),
        )

    def _from_before(
        self, connection: "Connection[Row]", patient_no: int, first: int
    ) -> tuple[PatientLane, list[Fold]]:
        """A lane that knows nothing from a frame on, and all that was folded since, in order."""
        most = self._most
        base, hold = self._base(connection, patient_no, first)
        frames, inputs = corrections.folded_since(connection, patient_no, base, most)
        if most in (len(frames), len(inputs)):
            oldest = max(some[0].frame_id for some in (frames, inputs) if len(some) == most)
            frames = [one for one in frames if one.frame_id >= oldest]
            inputs = [one for one in inputs if one.frame_id >= oldest]
            hold = self._lanes.restored(None)[0]
            _log.warning("a lane is corrected from its newest frames alone", patient_no=patient_no)
        folds = self._restorer.folds(connection, frames, inputs)
        return hold.lane, [fold for _, fold in folds]

    def _base(
        self, connection: "Connection[Row]", patient_no: int, first: int
    ) -> tuple[RefoldBase | None, CachedLane]:
        for base in corrections.bases(connection, patient_no, first):
            hold, readable = self._lanes.restored(base.state)
            if readable:
                return base, hold
        return None, self._lanes.restored(None)[0]

    def _copy(self, lane: PatientLane) -> PatientLane:
        return self._lanes.restored(lane.snapshot())[0].lane


def _course(run: RefoldRun) -> LaneCourse:
    return LaneCourse(run.findings, run.lane.conditions)


def _run(lane: PatientLane, folds: Iterable[Fold], marks: frozenset[Mark]) -> RefoldRun:
    """Fold without the marked readings; what failed the first time fails again."""
    run = RefoldRun(lane, [], {}, [])
    for fold in folds:
        outcome: Outcome | None = None
        with suppress(Exception):  # top of a lane: the failure was counted the first time
            outcome = fold_again(lane, without(fold, marks))
        if outcome is None:
            continue
        run.findings.extend(outcome.findings)
        run.examples.extend(outcome.examples)
        if outcome.assessment is not None:
            run.assessed[fold.frame_id] = outcome.assessment
    return run
