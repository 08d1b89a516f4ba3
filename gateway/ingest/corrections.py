"""Readings entered in error: their lane is folded again without them, and what differs is said.

All of a patient's corrections of one batch are one fold of their own, before anything else of the
batch, so that what they are held against is stored. Each has its place in the lane's order, and
the new state is written down with the batch: a restart finds it, and one from nothing but stored
frames leaves the same readings out (law 5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import structlog

from analytics.lane.reading_context import Visit
from analytics.readings import Reading
from gateway.admission.registry import Patient
from gateway.ingest.batch import Batch
from gateway.ingest.lane_fold import device_no_of, failed, packed
from gateway.ingest.rules import Rules
from gateway.ingest.technical_findings import outbox_row
from gateway.recovery.lanes import LaneLoader
from gateway.recovery.refold import Refolded, Refolder
from gateway.state.lanes import CachedLane, LaneCache
from gateway.store import corrections
from gateway.store.batch_reads import Waiting
from gateway.store.copy_format import assessment_row
from gateway.store.corrections import Mark
from gateway.store.write_set import ExampleRow, FoldedInput, OutboxRow

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.store.connection import Row

_encoder = msgspec.json.Encoder()
_log = structlog.get_logger()


class _Said(NamedTuple):
    """One correction: the input, and the reading that it takes back."""

    input: Waiting
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Whose lane is corrected, and in which batch."""

    connection: "Connection[Row]"
    patient: Patient
    hold: CachedLane
    batch: Batch


class Corrector:
    """Folds corrections into the lanes in memory."""

    def __init__(self, lanes: LaneCache, restorer: LaneLoader, rules: Rules) -> None:
        self._lanes = lanes
        self._refolder = Refolder(lanes, restorer, rules.correction_frames)

    def apply_corrections(
        self, connection: "Connection[Row]", waiting: Sequence[Waiting], batch: Batch
    ) -> list[Waiting]:
        """Fold the corrections among what waits; return the other inputs, in their order."""
        said: dict[int, list[Waiting]] = {}
        for one in waiting:
            if one.kind == corrections.KIND:
                said.setdefault(one.patient_no, []).append(one)
        for patient_no, inputs in said.items():
            patient, hold = batch.registry.patients.get(patient_no), self._lanes.get(patient_no)
            if patient is not None and hold is not None:
                case = _Case(connection=connection, patient=patient, hold=hold, batch=batch)
                self._correct(case, inputs)
        return [one for one in waiting if one.kind != corrections.KIND]

    def _correct(self, case: _Case, inputs: list[Waiting]) -> None:
        """Take a patient's corrections; one that nobody can read changes nothing and is told."""
        readable = [said for one in inputs if (said := _read(one)) is not None]
        for one in inputs:
            _note(case, one)
        if len(readable) < len(inputs):
            no, batch = case.patient.no, case.batch
            _log.error("a correction cannot be read", patient_no=no)
            batch.lane_failures += 1
            batch.work.outbox.append(failed(no, case.hold.frame_id, batch.now_ms))
        if readable:
            self._fold_again(case, readable)

    def _fold_again(self, case: _Case, said: list[_Said]) -> None:
        connection, patient_no, hold = case.connection, case.patient.no, case.hold
        marks = frozenset(one.mark for one in said)
        made = self._refolder.refold(connection, patient_no, marks, case.batch.now_ms)
        hold.lane, hold.past_ms = made.after.lane, 0
        for frame_id, _, t_ms in marks:
            case.batch.work.note_told(patient_no, frame_id, (t_ms,))
        corrections.forget_tainted(connection, patient_no, min(mark[0] for mark in marks))
        hold.show(made.after.lane.as_it_stands(_visit(case)))
        metrics = sorted({metric for _, metric, _ in marks})
        hold.forget(metrics)
        since_ms = hold.lane.since_ms
        for newest in corrections.newest_left(connection, patient_no, metrics, since_ms):
            hold.put(newest.sample, newest.device, newest.good_ms)
        _supersede(case, made)
        _relearn(case, made)
        _tell(case, said, made)
        _log.info("a lane is corrected", patient_no=patient_no, readings=len(marks))


def _visit(case: _Case) -> Visit:
    """For what is left to be assessed, as the panel shows it."""
    batch, patient = case.batch, case.patient
    return Visit(
        Reading(frame_id=case.hold.frame_id, received_ms=batch.now_ms),
        patient.plan_at(batch.now_ms),
        batch.population,
        patient.no in batch.in_episode,
        patient.arrangement().policy,
        [],
    )


def _read(one: Waiting) -> _Said | None:
    frame_id, metric, t_ms = (one.payload.get(name) for name in ("frame", "metric", "t"))
    if isinstance(frame_id, int) and isinstance(metric, int) and isinstance(t_ms, int):
        return _Said(one, (frame_id, metric, t_ms))
    return None


def _note(case: _Case, one: Waiting) -> None:
    """Give a correction its place in the lane's order, and write it down with the new state."""
    hold, batch, no = case.hold, case.batch, case.patient.no
    hold.frame_id = batch.ids.next()
    hold.received_ms = max(hold.received_ms, one.entered_ms)
    plan = case.patient.plan_at(one.entered_ms)
    place = (one.id, hold.frame_id, one.entered_ms, plan.revision, batch.population.version)
    settings_no = case.patient.arrangement().ward.no
    used = (no in batch.in_episode, plan.paused, settings_no)
    batch.work.inputs.append(FoldedInput(*place, *used))
    batch.work.holds[no] = batch.work.snapshots[no] = hold


def _supersede(case: _Case, made: Refolded) -> None:
    """Put the assessments that came out otherwise in the place of the former ones."""
    was, now, no = made.before.assessed, made.after.assessed, case.patient.no
    gone = [(frame, one.time_ms) for frame, one in was.items() if now.get(frame) != one]
    if gone:
        corrections.supersede(case.connection, no, gone, case.hold.frame_id)
        for frame, time_ms in gone:
            case.batch.work.note_frame(no, case.hold, frame, (time_ms,))
    new = [one for frame, one in now.items() if was.get(frame) != one and one.unscored is None]
    for one in new:
        case.batch.work.note_frame(no, case.hold, one.frame_id, (one.time_ms,))
    case.batch.work.assessments.extend(assessment_row(one, no) for one in new)


def _relearn(case: _Case, made: Refolded) -> None:
    """Put the examples that came out otherwise in the place of those nobody learnt from yet."""
    was = {one.at_ms: one for one in made.before.examples}
    now = {one.at_ms: one for one in made.after.examples}
    gone = [at_ms for at_ms, one in was.items() if now.get(at_ms) != one]
    if gone:
        corrections.forget_examples(case.connection, case.patient.no, gone)
    rows = (ExampleRow(case.patient.no, at, packed(now[at])) for at in now if at not in was)
    case.batch.work.examples.extend(rows)


def _tell(case: _Case, said: list[_Said], made: Refolded) -> None:
    """Tell the alert engine what rests on nothing any more, and what is said anew."""
    revision, newest, no = made.revision, said[-1], case.patient.no
    by = newest.input.entered_by
    payload = {
        "by": None if by is None else str(by),
        "at_ms": newest.input.entered_ms,
        "since_ms": made.since_ms,
        "reading": dict(zip(("frame", "metric", "t"), newest.mark, strict=True)),
        "retracted": revision.retracted,
        "historic": revision.historic,
    }
    frame_id, now_ms, outbox = case.hold.frame_id, case.batch.now_ms, case.batch.work.outbox
    row = OutboxRow(no, None, frame_id, "correction", now_ms, _encoder.encode(payload))
    outbox.append(row)
    outbox.extend(
        outbox_row(one, patient_no=no, device_no=device_no_of(one, case.batch), frame_id=frame_id)
        for one in revision.said
    )
