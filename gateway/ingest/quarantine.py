"""Handling of a frame that does not count: counted, kept in quarantine, covered if it may be.

Only what a key that counts vouches for touches a window, and only once its bytes are safe.
"""

from gateway.admission.quarantine_quota import QuarantineQuota
from gateway.admission.refusal_flood import Floods
from gateway.admission.registry import Device
from gateway.admission.replay_window import ReplayWindow
from gateway.admission.verification import Authenticated, RefusedFrame
from gateway.ingest.batch import Batch
from gateway.ingest.decoding import InboundFrame
from gateway.ingest.rules import Rules
from gateway.ingest.technical_findings import outbox_row, technical
from gateway.state.devices import DeviceCache
from gateway.store.write_set import QuarantineRow
from gateway.wire import Refusal

_WARNED = {Refusal.BAD_SIGNATURE: "forged", Refusal.CONFLICT: "conflict"}
_FULL = "sensor"
_FLOOD = "refused"
TOPIC_CHARS = 256
"""Of a topic so many are kept: a sender may choose 64 KiB of it."""
_WORDS = {
    _FLOOD: "So much of this device is refused that it must be broken or in wrong hands: "
    "replace it, or revoke it",
    "forged": "Frames with a false signature come in this device's name",
    "conflict": "Two different frames came with one number: a cloned or rolled-back device",
    _FULL: "Quarantine has no room for more of this device's refused frames: replace the device",
}


class Quarantine:
    """Sets frames aside in a batch."""

    def __init__(self, devices: DeviceCache, quotas: QuarantineQuota, rules: Rules) -> None:
        self._devices = devices
        self._quotas = quotas
        self._rules = rules
        self._floods = Floods(rules.flood_frames, rules.flood_s)

    def reject(self, item: InboundFrame, refused: RefusedFrame, batch: Batch) -> None:
        """Count it, keep its bytes, and cover it if a valid key had signed it."""
        device, said, size = refused.device, refused.vouched, len(item.arrival.payload)
        device_no = None if device is None else device.no
        batch.work.count_refusal(device_no, refused.reason.value)
        if device_no is not None and _erased(device_no, batch):
            return
        kept = self._quotas.may_keep(device_no, size, batch.now_s, signed=said is not None)
        if kept:
            batch.work.quarantine.append(_quarantined(item, refused))
        condition = _WARNED.get(refused.reason)
        if device is not None and condition is not None:
            self._warn(condition, device, refused, batch)
        if device is not None and self._floods.reached(device.no, batch.now_s):
            self._warn(_FLOOD, device, refused, batch)
        if said is not None and kept:
            self._cover(item, said, refused.reason, batch)
        elif said is not None:
            self._warn(_FULL, said.device, refused, batch)

    def _cover(
        self, item: InboundFrame, said: Authenticated, reason: Refusal, batch: Batch
    ) -> None:
        if said.number is None:
            return
        boot, seq = said.number
        state = self._devices.use(said.device)
        window = state.windows.setdefault(boot, ReplayWindow(boot))
        window.refuse(seq, reason.value)
        window.received_ms = max(window.received_ms, batch.now_ms)
        batch.keeps((said.device.no, boot, seq), said.frame)
        batch.answered.append((item.digest, said.number))
        batch.work.windows[said.device.no, boot] = window
        batch.owed.append((state, boot, True))

    def _warn(self, condition: str, device: Device, refused: RefusedFrame, batch: Batch) -> None:
        """Tell the coordinator what goes on in a device's name, not too often."""
        state = self._devices.use(device)
        if not state.may_warn(condition, batch.now_s, self._rules.warn_every_s):
            return
        boot, seq = refused.number or (None, None)
        finding = technical(
            condition,
            batch.now_ms,
            _WORDS[condition],
            device=device.id,
            detail={"reason": refused.reason.value, "boot": boot, "seq": seq},
        )
        batch.work.outbox.append(
            outbox_row(finding, patient_no=device.patient_no, device_no=device.no, frame_id=None)
        )


def _erased(device_no: int, batch: Batch) -> bool:
    """Whether the device's patient was erased, as this batch's registry has it."""
    current = batch.registry.device(device_no)
    return current is not None and current.erased


def _quarantined(item: InboundFrame, refused: RefusedFrame) -> QuarantineRow:
    arrival, device = item.arrival, refused.device
    boot, seq = refused.number or (None, None)
    return QuarantineRow(
        at_ms=arrival.received_ms,
        device_no=None if device is None else device.no,
        topic=arrival.topic[:TOPIC_CHARS].replace("\x00", ""),
        reason=refused.reason.value,
        signed=refused.vouched is not None,
        boot=boot,
        seq=seq,
        detail=refused.detail.replace("\x00", ""),
        payload=arrival.payload,
    )
