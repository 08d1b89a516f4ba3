"""One frame inside a batch: held against its window, then kept, answered again or refused.

What is decided is pure (``admission``); this module carries the decision into the windows and
rows of the batch.
"""

from collections.abc import Sequence

from gateway import wire
from gateway.admission import Accepted, Duplicate, Opened, Refused, admit
from gateway.batch import Batch
from gateway.devices import DeviceBook, DeviceState
from gateway.findings import outbox_row, technical
from gateway.keeping import Keeper
from gateway.opening import Item
from gateway.quotas import Quotas
from gateway.registry import Device
from gateway.rules import Rules
from gateway.store.memory import Identity
from gateway.windows import Place, Window
from gateway.wire import Refusal
from gateway.work import QuarantineRow

_WARNED = {Refusal.BAD_SIGNATURE: "forged", Refusal.CONFLICT: "conflict"}
_WORDS = {
    "forged": "Frames with a false signature come in this device's name",
    "conflict": "Two different frames came with one number: a cloned or rolled-back device",
}


class Admitter:
    """Takes items one by one into a batch."""

    def __init__(self, devices: DeviceBook, keeper: Keeper, quotas: Quotas, rules: Rules) -> None:
        self._devices = devices
        self._keeper = keeper
        self._quotas = quotas
        self._rules = rules

    def unknown(self, items: Sequence[Item]) -> tuple[list[int], list[tuple[int, int]]]:
        """Devices that are not in memory, and (device, boot) whose window is not."""
        devices: dict[int, None] = {}
        pairs: dict[tuple[int, int], None] = {}
        for item in items:
            device = item.device
            if device is None or _shed(item):
                continue
            state = self._devices.get(device.no)
            if state is None:
                devices[device.no] = None
            boot = _boot_of(item)
            if boot is not None and (state is None or boot not in state.windows):
                pairs[device.no, boot] = None
        return list(devices), list(pairs)

    def suspects(self, items: Sequence[Item]) -> list[Identity]:
        """Frames whose numbers are not fresh, to be compared with what is stored."""
        found: dict[Identity, None] = {}
        for item in items:
            opened = item.opened
            state = None if opened is None else self._devices.get(opened.device.no)
            if opened is None or state is None:
                continue
            boot, seq = opened.message.boot, opened.message.seq
            window = state.windows.get(boot)
            old = boot < state.newest_boot
            if old if window is None else window.place(seq) is not Place.FRESH:
                found[opened.device.no, boot, seq] = None
        return list(found)

    def take(self, item: Item, batch: Batch) -> None:
        """Take one item; whatever it is, it is dealt with afterwards."""
        if item.refused is not None:
            self._refuse(item, item.refused, batch)
        elif item.topic is not None and item.topic.kind is wire.TopicKind.STATUS:
            _status(item, batch)
        elif item.arrival.retained:
            batch.ignored += 1
        elif item.handled is not None and item.device is not None:
            self._duplicate(self._devices.use(item.device), *item.handled, batch)
        elif item.opened is not None and item.topic is not None:
            self._judge(item, item.opened, item.topic, batch)

    def _judge(self, item: Item, opened: Opened, topic: wire.Topic, batch: Batch) -> None:
        opened = _current(opened, batch)
        device, message = opened.device, opened.message
        state = self._devices.use(device)
        identity = (device.no, message.boot, message.seq)
        patient = batch.registry.patients.get(device.patient_no)
        verdict = admit(
            opened,
            topic,
            None if patient is None else patient.bucket,
            window=state.windows.get(message.boot),
            stored=batch.seen.get(identity) or batch.stored.get(identity),
            now_ms=item.arrival.received_ms,
        )
        match verdict:
            case Accepted() if patient is not None:
                batch.seen[identity] = opened.frame
                batch.unknown_members += opened.unknown_members()
                batch.answered.append((item.digest, (message.boot, message.seq)))
                self._keeper.keep(opened, item.arrival.received_ms, state, patient, batch)
            case Duplicate():
                batch.answered.append((item.digest, (message.boot, message.seq)))
                self._duplicate(state, message.boot, message.seq, batch)
            case Refused():
                self._refuse(item, verdict, batch)
            case _:
                self._refuse(item, Refused(Refusal.TOPIC_MISMATCH, device), batch)

    def _duplicate(self, state: DeviceState, boot: int, seq: int, batch: Batch) -> None:
        batch.duplicates += 1
        window = state.windows.get(boot)
        if window is not None:
            window.duplicates += 1
            window.tell(seq)
            batch.work.windows[state.device.no, boot] = window
        batch.owed.append((state, boot, True))

    def _refuse(self, item: Item, refused: Refused, batch: Batch) -> None:
        """Count it, keep its bytes, and cover it if a valid key had signed it."""
        reason, device = refused.reason, refused.device
        device_no = None if device is None else device.no
        batch.work.count_refusal(device_no, reason.value)
        kept = self._quotas.may_keep(device_no, batch.now_s, signed=refused.signed)
        if kept:
            batch.work.quarantine.append(_quarantined(item, refused))
        if device is not None:
            self._warn(device, refused, batch)
            if refused.signed and kept and refused.boot is not None and refused.seq is not None:
                self._cover(device, refused.boot, refused.seq, reason, batch)

    def _cover(self, device: Device, boot: int, seq: int, reason: Refusal, batch: Batch) -> None:
        state = self._devices.use(device)
        window = state.windows.setdefault(boot, Window(boot))
        window.refuse(seq, reason.value)
        window.received_ms = max(window.received_ms, batch.now_ms)
        batch.work.windows[device.no, boot] = window
        batch.owed.append((state, boot, True))

    def _warn(self, device: Device, refused: Refused, batch: Batch) -> None:
        """Tell the coordinator of forged and conflicting frames, not too often."""
        condition = _WARNED.get(refused.reason)
        if condition is None:
            return
        state = self._devices.use(device)
        if state.may_warn(condition, batch.now_s, self._rules.warn_every_s):
            finding = technical(
                condition,
                batch.now_ms,
                _WORDS[condition],
                device=device.id,
                detail={"boot": refused.boot, "seq": refused.seq},
            )
            batch.work.outbox.append(
                outbox_row(
                    finding, patient_no=device.patient_no, device_no=device.no, frame_id=None
                )
            )


def _shed(item: Item) -> bool:
    """Whether nothing need be known of its device: it came over the rate, and is only counted."""
    return item.refused is not None and item.refused.reason is Refusal.RATE_LIMITED


def _boot_of(item: Item) -> int | None:
    """The boot whose window the item needs, known from the frame or from its digest."""
    if item.opened is not None:
        return item.opened.message.boot
    if item.handled is not None:
        return item.handled[0]
    return None if item.refused is None else item.refused.boot


def _current(opened: Opened, batch: Batch) -> Opened:
    """The same frame with its device and key as this batch's registry has them."""
    device = batch.registry.device(opened.device.no)
    if device is None:
        return opened
    for key in device.keys:
        if key is opened.key and device is opened.device:
            return opened
        if key.id == opened.key.id:
            return opened._replace(device=device, key=key)
    return opened._replace(device=device)


def _quarantined(item: Item, refused: Refused) -> QuarantineRow:
    arrival, device = item.arrival, refused.device
    return QuarantineRow(
        at_ms=arrival.received_ms,
        device_no=None if device is None else device.no,
        topic=arrival.topic.replace("\x00", ""),
        reason=refused.reason.value,
        signed=refused.signed,
        boot=refused.boot,
        seq=refused.seq,
        detail=refused.detail.replace("\x00", ""),
        payload=arrival.payload,
    )


def _status(item: Item, batch: Batch) -> None:
    """Note whether a device says that it is online; advisory, and unsigned."""
    online = wire.decode_status(item.arrival.payload)
    if item.device is not None and isinstance(online, bool):
        batch.work.online[item.device.no] = online
    else:
        batch.ignored += 1
