"""One patient's lane and what comes in: a reading folded, its outcome written down.

The one place in which a lane moves forward. Whatever an analysis does wrong stays in its lane:
the frame is stored, the failure is counted, the other patients go on.
"""

from collections.abc import Iterable

import msgspec
import structlog

from analytics.domain.alerts import Finding, FindingChange, Priority
from analytics.lane.lane import Outcome
from analytics.readings import Measurement
from analytics.risk.model import Example
from gateway.admission.registry import Patient
from gateway.admission.staff_entries import entered
from gateway.ingest.batch import Batch
from gateway.ingest.rules import Rules
from gateway.ingest.technical_findings import RULE, outbox_row, risk_row
from gateway.state.lanes import CachedLane, Fold, LaneCache, fold_again
from gateway.store.batch_reads import Waiting
from gateway.store.copy_format import assessment_row
from gateway.store.write_set import ExampleRow, FoldedInput, OutboxRow

SNAPSHOTS_AT_ONCE, FRAMES_A_SNAPSHOT = 24, 16
"""Of one batch, and one more for so many frames in it: a ward that began together would write all
of them together for ever."""

_log = structlog.get_logger()
_encoder = msgspec.msgpack.Encoder()


class LaneScorer:
    """Folds readings and people's inputs into the lanes in memory."""

    def __init__(self, lanes: LaneCache, rules: Rules) -> None:
        self._lanes = lanes
        self._rules = rules

    def fold(
        self, hold: CachedLane, patient: Patient, fold: Fold, batch: Batch
    ) -> tuple[Measurement, ...]:
        """Do one fold and gather what it leads to; return what evidence spoke against."""
        try:
            outcome = fold_again(hold.lane, fold)
        except Exception:  # noqa: BLE001 - top of a lane
            _log.exception("lane failed", patient_no=patient.no, frame_id=fold.frame_id)
            batch.lane_failures += 1
            batch.work.outbox.append(failed(patient.no, fold.frame_id, batch.now_ms))
            outcome = None
        hold.frame_id = fold.frame_id
        hold.folds += 1
        if outcome is not None:
            self._gather(hold, patient, fold, outcome, batch)
        self._plan_snapshot(hold, patient.no, batch)
        return () if outcome is None else outcome.doubted

    def _gather(
        self, hold: CachedLane, patient: Patient, fold: Fold, outcome: Outcome, batch: Batch
    ) -> None:
        work = batch.work
        made = outcome.assessment
        if made is not None:
            if made.unscored is None:
                work.note_frame(patient.no, hold, made.frame_id, (made.time_ms,))
                work.assessments.append(assessment_row(made, patient.no))
            if hold.measured_ms is None or made.time_ms >= hold.measured_ms:
                hold.show(made)
                self._tell_risk(hold, patient.no, fold.frame_id, batch)
        for finding in outcome.findings:
            device_no = device_no_of(finding, batch)
            work.outbox.append(
                outbox_row(
                    finding, patient_no=patient.no, device_no=device_no, frame_id=fold.frame_id
                )
            )
        for example in outcome.examples:
            work.examples.append(ExampleRow(patient.no, example.at_ms, packed(example)))

    def _tell_risk(self, hold: CachedLane, patient_no: int, frame_id: int, batch: Batch) -> None:
        """Tell the re-planner of a risk that has risen by a step since it was told of last.

        A fall by a step is followed in silence, so that the next rise is told again.
        """
        now, told = hold.risk, hold.risk_told
        if now is None or abs(now - told) < self._rules.risk_step:
            return
        hold.risk_told = now
        if now > told:
            row = risk_row(told, now, patient_no=patient_no, frame_id=frame_id, at_ms=batch.now_ms)
            batch.work.outbox.append(row)

    def _plan_snapshot(self, hold: CachedLane, patient_no: int, batch: Batch) -> None:
        if hold.folds == 1:
            hold.due_s = batch.now_s + self._rules.snapshot_s
        rules, planned = self._rules, batch.work.snapshots
        due = hold.folds >= rules.snapshot_frames or batch.now_s >= hold.due_s
        most = SNAPSHOTS_AT_ONCE + batch.accepted // FRAMES_A_SNAPSHOT
        if due and (len(planned) < most or _overdue(hold, rules, batch.now_s)):
            planned[patient_no] = hold
            if hold.received_ms - hold.past_ms >= rules.snapshot_past_ms:
                hold.past_ms = hold.received_ms
                batch.work.past[patient_no] = hold

    def restored(self, patients: Iterable[int], now_s: float) -> None:
        """Lanes have been rebuilt, after a restart all of them: each is due in its turn.

        What was folded since its snapshot makes a lane due, but none is overdue for it.
        """
        for patient_no in patients:
            hold = self._lanes.get(patient_no)
            if hold is not None:
                hold.folds = min(hold.folds, self._rules.snapshot_frames)
                hold.due_s = now_s + self._rules.snapshot_s

    def entered(self, waiting: Waiting, batch: Batch) -> None:
        """Fold what a person entered, and write down where."""
        patient = batch.registry.patients.get(waiting.patient_no)
        hold = self._lanes.get(waiting.patient_no)
        if patient is None or hold is None:
            return
        frame_id, at_ms = batch.ids.next(), waiting.entered_ms
        plan, arranged = patient.plan_at(at_ms), patient.arrangement()
        in_episode = patient.no in batch.in_episode
        said = entered(waiting.kind, waiting.payload, frame_id, at_ms)
        reading = said.reading
        if reading is not None:
            hold.note_latest(reading.samples, None)
            hold.received_ms = max(hold.received_ms, at_ms)
            batch.work.note_frame(patient.no, hold, frame_id, [s.t_ms for s in reading.samples])
            batch.work.entered.extend(
                (s.t_ms, at_ms, frame_id, patient.no, s.metric, s.quality, s.value, by)
                for by in (waiting.entered_by,)
                for s in reading.samples
            )
        policy, population = arranged.policy, batch.population
        fold = Fold(reading, plan, population, in_episode, frame_id, policy, *said[1:])
        if not any(said):
            _log.error("an input cannot be read", patient_no=patient.no, input=waiting.id)
            batch.lane_failures += 1
            batch.work.outbox.append(failed(patient.no, frame_id, batch.now_ms))
        self.fold(hold, patient, fold, batch)
        if said.begins_ms is None:
            batch.work.holds[patient.no] = hold
        else:
            _begin(hold, patient.no, at_ms, batch)
        version = batch.population.version
        batch.work.inputs.append(
            FoldedInput(
                *(waiting.id, frame_id, at_ms, plan.revision, version, in_episode),
                *(plan.paused, arranged.ward.no),
            )
        )


def device_no_of(finding: Finding, batch: Batch) -> int | None:
    """The number of the device that a finding names."""
    device = batch.registry.devices.get(str(finding.detail.get("device") or ""))
    return None if device is None else device.no


def _begin(hold: CachedLane, patient_no: int, at_ms: int, batch: Batch) -> None:
    """A new stay: what was shown of the earlier one is shown no more."""
    hold.begin()
    hold.received_ms = max(hold.received_ms, at_ms)
    batch.work.begun.append(patient_no)
    batch.work.holds.pop(patient_no, None)


def _overdue(hold: CachedLane, rules: Rules, now_s: float) -> bool:
    """Whether a snapshot cannot wait for a batch with fewer of them."""
    return hold.folds >= 2 * rules.snapshot_frames or now_s >= hold.due_s + rules.snapshot_s


def packed(example: Example) -> bytes:
    """An example as it is stored."""
    return _encoder.encode(example)


def failed(patient_no: int, frame_id: int, now_ms: int) -> OutboxRow:
    """What is told of a reading or an input that could not be assessed."""
    finding = Finding(
        condition="sensor",
        change=FindingChange.STARTED,
        priority=Priority.HIGH,
        measured_ms=now_ms,
        received_ms=now_ms,
        message="A reading could not be assessed: look at the patient's readings",
        rule=RULE,
        detail={"frame_id": frame_id},
    )
    return outbox_row(finding, patient_no=patient_no, device_no=None, frame_id=frame_id)
