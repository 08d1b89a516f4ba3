"""Handling of an accepted frame: its clock learnt, its readings mapped, checked and folded.

What is decided is pure (``clocks``, ``samples``, the lane's fold); this module carries it into the
windows, lanes and rows of the batch.
"""

from analytics.domain.care import CarePlan
from analytics.policy import Policy
from analytics.readings import Reading
from gateway import wire
from gateway.admission import clock_offset
from gateway.admission.clock_offset import ClockMapping, ClockRules, ClockState, Echo, OffsetBounds
from gateway.admission.registry import Device, DeviceKey, Patient
from gateway.admission.replay_window import ReplayWindow
from gateway.admission.samples import newest_ms, offset_of, readings
from gateway.admission.verification import DecodedFrame
from gateway.ingest.batch import Batch
from gateway.ingest.lane_fold import LaneScorer
from gateway.ingest.rules import Rules
from gateway.ingest.technical_findings import clock_change, outbox_row
from gateway.recovery.message_replay import doubt
from gateway.state.devices import DeviceState
from gateway.state.lanes import Fold, LaneCache
from gateway.store import copy_format
from gateway.store.write_set import ReceiptRow

_KINDS: dict[type, int] = {wire.Vitals: 1, wire.Clock: 2, wire.Receipt: 3}


class AcceptedFrames:
    """Keeps accepted frames."""

    def __init__(self, lanes: LaneCache, folder: LaneScorer, rules: Rules) -> None:
        self._lanes = lanes
        self._folder = folder
        self._rules = rules

    def store(
        self,
        opened: DecodedFrame,
        received_ms: int,
        state: DeviceState,
        patient: Patient,
        batch: Batch,
    ) -> int:
        """Take a frame that counts, for the first time; return the id that it is stored under."""
        device, key, frame, message = opened
        window = state.windows.get(message.boot)
        if window is None:
            window = state.windows[message.boot] = ReplayWindow(message.boot)
        mapping = self._learn_clock(window, message, state, received_ms, batch)
        _count(window, message, received_ms, state, batch)
        _supersede(device, key, message, received_ms, batch)
        plan, arranged = patient.plan_at(received_ms), patient.arrangement()
        newest = newest_ms(message) if isinstance(message, wire.Vitals) else None
        row = copy_format.FrameRow(
            received_ms=received_ms,
            frame_id=batch.ids.next(),
            key_id=key.id,
            boot=message.boot,
            seq=message.seq,
            offset_ms=offset_of(mapping, newest, received_ms),
            patient_no=patient.no,
            device_no=device.no,
            kind=_KINDS[type(message)],
            clock_state=mapping.state,
            plan_revision=plan.revision,
            settings_no=arranged.ward.no,
            model_version=batch.population.version,
            in_episode=patient.no in batch.in_episode,
            paused=plan.paused,
            refused=[],
            frame=frame,
        )
        if isinstance(message, wire.Vitals):
            judged_by = (plan, arranged.policy)
            self._vitals(message, row, device, patient, batch, judged_by=judged_by)
        elif isinstance(message, wire.Receipt):
            said = ReceiptRow(device.no, message.command_id, message.state.value, received_ms)
            batch.work.receipts.append(said)
        batch.work.frames.append(copy_format.frame_row(row))
        return row.frame_id

    def _vitals(
        self,
        message: wire.Vitals,
        row: copy_format.FrameRow,
        device: Device,
        patient: Patient,
        batch: Batch,
        *,
        judged_by: tuple[CarePlan, Policy],
    ) -> None:
        """Map, check, store and fold a message's readings."""
        work, received_ms = batch.work, row.received_ms
        state = row.clock_state
        made = readings(
            message, state, row.offset_ms, received_ms, device=device, rules=self._rules.samples
        )
        for reason in made.reasons:
            work.count_refusal(device.no, reason.value)
        row.refused.extend(made.refused)
        hold = self._lanes.get(patient.no)
        if hold is None:
            return
        if received_ms > hold.received_ms:  # noqa: PLR1730 - paid by each frame
            hold.received_ms = received_ms
        work.holds[patient.no] = hold
        refused = made.telling()
        if not made.accepted and not refused:
            return
        batch.readings += len(made.accepted)
        reading = Reading(
            frame_id=row.frame_id,
            received_ms=received_ms,
            clock_uncertain=state is ClockState.UNCERTAIN,
            samples=tuple(made.accepted),
            device=device.id,
            refused=refused,
        )
        plan, policy = judged_by
        fold = Fold(reading, plan, batch.population, row.in_episode, row.frame_id, policy)
        doubted = self._folder.fold(hold, patient, fold, batch)
        if doubted:
            row.refused.extend(doubt(made, doubted))
        hold.note_latest(made.accepted, device.id)
        work.note_frame(patient.no, hold, row.frame_id, [sample.t_ms for sample in made.accepted])
        work.observations += copy_format.observation_rows(made.accepted, made.device_ms, row)

    def _learn_clock(
        self,
        window: ReplayWindow,
        message: wire.DeviceMessage,
        state: DeviceState,
        received_ms: int,
        batch: Batch,
    ) -> ClockMapping:
        """What the boot's clock is after this frame; says so when that has changed."""
        rules = self._rules.clocks
        current = message.boot >= state.newest_boot
        before, was = window.clock, None
        if message.seq > window.highest:
            window.clock = _learnt(before, message, received_ms, rules)
        now = clock_offset.mapping(window.clock, rules, current=current)
        if window.highest:
            same = window.clock[:2] == before[:2]
            was = now if same else clock_offset.mapping(before, rules, current=current)
        unknown = now.state is ClockState.UNCERTAIN
        if unknown or (was is not None and was.state is ClockState.UNCERTAIN):
            self._tell_clock(was, now, window.clock, state, batch, received_ms=received_ms)
        if unknown or _lags(window.clock, message, received_ms, rules):
            batch.asked.append(state)
        return now

    def _tell_clock(
        self,
        was: ClockMapping | None,
        now: ClockMapping,
        clock: OffsetBounds,
        state: DeviceState,
        batch: Batch,
        *,
        received_ms: int,
    ) -> None:
        """Say that a clock is not known, or known again."""
        unknown = now.state is ClockState.UNCERTAIN
        found = clock_change(
            was,
            now,
            clock,
            received_ms,
            persist_s=self._rules.clock_persist_s,
            again=unknown and state.may_warn("clock", batch.now_s, self._rules.clock_ask_s),
        )
        if found is not None:
            device = state.device
            row = outbox_row(
                found, patient_no=device.patient_no, device_no=device.no, frame_id=None
            )
            batch.work.outbox.append(row)


def _lags(
    interval: OffsetBounds, message: wire.DeviceMessage, received_ms: int, rules: ClockRules
) -> bool:
    if not isinstance(message, wire.Clock):
        return False
    return clock_offset.lags(interval, message.now, received_ms, rules)


def _learnt(
    interval: OffsetBounds, message: wire.DeviceMessage, received_ms: int, rules: ClockRules
) -> OffsetBounds:
    """What a frame in sequence tells of its boot's clock."""
    if isinstance(message, wire.Vitals):
        at_ms = _telling_ms(message, interval, received_ms, rules)
        return (
            interval if at_ms is None else clock_offset.heard(interval, at_ms, received_ms, rules)
        )
    if isinstance(message, wire.Receipt):
        return clock_offset.heard(interval, message.at, received_ms, rules)
    echo = message.echo
    said = Echo(echo.gateway, echo.heard) if isinstance(echo, wire.ClockEcho) else None
    return clock_offset.told(interval, message.now, said, received_ms, rules)


def _telling_ms(
    message: wire.Vitals, interval: OffsetBounds, received_ms: int, rules: ClockRules
) -> int | None:
    """The time in a message that tells of the clock: its newest, a lone slip ahead left out."""
    newest = newest_ms(message)
    if newest is None or interval.low is None:
        return newest
    most = received_ms - interval.low + rules.stands_ms
    if newest <= most:
        return newest
    return max((sample.t for sample in message.samples if sample.t <= most), default=newest)


def _count(
    window: ReplayWindow,
    message: wire.DeviceMessage,
    received_ms: int,
    state: DeviceState,
    batch: Batch,
) -> None:
    """Count the frame as handled; its device is owed an answer, a ``clock/1`` at once."""
    window.mark_handled(message.seq)
    window.stored += 1
    if received_ms > window.received_ms:  # noqa: PLR1730 - paid by each frame
        window.received_ms = received_ms
    batch.work.windows[state.device.no, message.boot] = window
    batch.accepted += 1
    tells_clock = isinstance(message, wire.Clock)
    batch.owed.append((state, message.boot, tells_clock))
    if tells_clock:
        batch.greeted.append(state)


def _supersede(
    device: Device, key: DeviceKey, message: wire.DeviceMessage, now_ms: int, batch: Batch
) -> None:
    """The first stored frame under a newer key ends the older ones, from its number on."""
    for older in device.keys:
        if older.id < key.id and older.superseded_at is None:
            older.superseded_at = (message.boot, message.seq)
            older.superseded_ms = now_ms
            batch.work.superseded.append(older)
