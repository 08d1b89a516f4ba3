"""One frame inside a batch: held against its window, then kept, answered again or refused.

What is decided is pure (``verdicts``); this module carries the decision into the windows and
rows of the batch.
"""

from collections.abc import Iterator, Sequence

from gateway import wire
from gateway.admission.registry import Registry
from gateway.admission.replay_window import SeqStatus
from gateway.admission.verdict import Accepted, Duplicate, admit
from gateway.admission.verification import Authenticated, DecodedFrame, RefusedFrame
from gateway.ingest.accept import AcceptedFrames
from gateway.ingest.batch import Batch
from gateway.ingest.decoding import InboundFrame
from gateway.ingest.quarantine import Quarantine
from gateway.state.devices import DeviceCache, DeviceState
from gateway.store.batch_reads import Identity
from gateway.wire import Refusal


class FrameHandler:
    """Takes items one by one into a batch."""

    def __init__(self, devices: DeviceCache, keeper: AcceptedFrames, refuser: Quarantine) -> None:
        self._devices = devices
        self._keeper = keeper
        self._refuser = refuser

    def unknown(self, items: Sequence[InboundFrame]) -> tuple[list[int], list[tuple[int, int]]]:
        """Devices that are not in memory, and (device, boot) whose window is not."""
        devices: dict[int, None] = {}
        pairs: dict[tuple[int, int], None] = {}
        for item in items:
            device = item.device
            if device is None or _shed(item):
                continue
            state = self._devices.get(device.no)
            if state is None or not state.windows:
                devices[device.no] = None
            number = item.number
            boot = None if number is None else number[0]
            if boot is not None and (state is None or boot not in state.windows):
                pairs[device.no, boot] = None
        return list(devices), list(pairs)

    def suspects(self, items: Sequence[InboundFrame]) -> Iterator[tuple[Identity, bytes]]:
        """Frames whose numbers are not fresh, to be compared with what is kept under them."""
        for item in items:
            said = item.vouched
            state = None if said is None else self._devices.get(said.device.no)
            if said is None or said.number is None or state is None:
                continue
            boot, seq = said.number
            window = state.windows.get(boot)
            if (
                boot < state.newest_boot
                if window is None
                else window.status(seq) is not SeqStatus.FRESH
            ):
                yield (said.device.no, boot, seq), said.frame

    def handle(self, item: InboundFrame, batch: Batch) -> None:
        """Take one item; whatever it is, it is dealt with afterwards."""
        said = item.vouched
        if item.refused is not None and said is None:
            self._refuser.reject(item, item.refused, batch)
        elif item.topic is not None and item.topic.kind is wire.TopicKind.STATUS:
            _status(item, batch)
        elif item.arrival.retained and not _receipt(item):
            batch.ignored += 1
        elif item.handled is not None and item.device is not None:
            self._duplicate(self._devices.use(item.device), *item.handled, batch)
        elif said is not None and item.topic is not None:
            self._judge(item, _current(said, batch.registry), item.topic, batch)

    def _judge(
        self, item: InboundFrame, said: Authenticated, topic: wire.Topic, batch: Batch
    ) -> None:
        device, number = said.device, said.number
        state = self._devices.use(device)
        patient = batch.registry.patients.get(device.patient_no)
        verdict = admit(
            said,
            topic,
            None if patient is None else patient.bucket,
            refused=None if item.refused is None else item.refused._replace(vouched=said),
            window=None if number is None else state.windows.get(number[0]),
            kept=() if number is None else batch.kept.get((device.no, *number), ()),
            now_ms=item.arrival.received_ms,
        )
        match verdict:
            case Accepted() if patient is not None and item.opened is not None:
                opened = item.opened
                if said is not item.vouched:  # the registry knows better by now
                    opened = DecodedFrame(device, said.key, said.frame, opened.message)
                boot, seq = opened.message.boot, opened.message.seq
                batch.keeps((device.no, boot, seq), opened.frame)
                batch.unknown_members += opened.unknown_members()
                batch.answered.append((item.digest, (boot, seq)))
                at_ms = item.arrival.received_ms
                frame_id = self._keeper.store(opened, at_ms, state, patient, batch)
                if batch.stored is not None:
                    batch.stored[frame_id] = item
            case Duplicate() if number is not None:
                batch.answered.append((item.digest, number))
                self._duplicate(state, *number, batch)
            case RefusedFrame():
                self._refuser.reject(item, verdict, batch)
            case _:
                self._refuser.reject(item, RefusedFrame(Refusal.TOPIC_MISMATCH, device), batch)

    def _duplicate(self, state: DeviceState, boot: int, seq: int, batch: Batch) -> None:
        batch.duplicates += 1
        window = state.windows.get(boot)
        if window is not None:
            window.duplicates += 1
            window.note_news(seq)
            batch.work.windows[state.device.no, boot] = window
        batch.owed.append((state, boot, True))


def _receipt(item: InboundFrame) -> bool:
    """Whether it is a receipt that says something: it counts, though it should not be retained."""
    receipt = item.topic is not None and item.topic.kind is wire.TopicKind.RECEIPTS
    return receipt and bool(item.arrival.payload)


def _shed(item: InboundFrame) -> bool:
    """Whether nothing need be known of its device: it came over the rate, and is only counted."""
    return item.refused is not None and item.refused.reason is Refusal.RATE_LIMITED


def _current(said: Authenticated, registry: Registry) -> Authenticated:
    """The same frame with its device and key as this batch's registry has them."""
    device = registry.device(said.device.no)
    if device is None:
        return said
    for key in device.keys:
        if key is said.key and device is said.device:
            return said
        if key.id == said.key.id:
            return said._replace(device=device, key=key)
    return said._replace(device=device)


def _status(item: InboundFrame, batch: Batch) -> None:
    """Note whether a device says that it is online; advisory, and unsigned."""
    online = wire.decode_status(item.arrival.payload)
    if item.device is not None and isinstance(online, bool):
        batch.work.online[item.device.no] = online
    else:
        batch.ignored += 1
