"""Registry: the patients, devices and keys that may be heard, as last read, by revision.

Every batch reads the newest revision in its own transaction and asks for what lies above the last
one loaded, so a revocation counts from the next batch on. Memory: a few hundred bytes a device.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics.domain.care import CarePlan, PatientState
from analytics.settings.in_force import Arrangement, StoredPlan, WardSettingsCache

KEYS_TRIED = 4
OVERLAP_MS = 7 * 86_400_000


@dataclass(slots=True)
class DeviceKey:
    """One key of a device; times in ward milliseconds.

    Attributes:
        superseded_ms: when the first frame under a newer key was stored.
        superseded_at: (boot, seq) of that frame; this key counts only below it.
        box_public: the device's X25519 key, if it seals.
        shared: the box key of this device and the gateway, made when first needed.
    """

    id: int
    device_no: int
    sign_public: bytes
    box_public: bytes | None = None
    superseded_ms: int | None = None
    superseded_at: tuple[int, int] | None = None
    revoked_ms: int | None = None
    shared: bytes | None = None


@dataclass(slots=True)
class Patient:
    """What a lane must know of its patient; ``wards`` are the registry's."""

    no: int
    bucket: str
    state: PatientState
    paused_until_ms: int | None
    ward: str
    plan: StoredPlan
    wards: WardSettingsCache
    _made: Arrangement | None = None
    _changes: int = -1

    def arrangement(self) -> Arrangement:
        """The care plan under its ward's settings as they are now."""
        made = self._made
        if made is None or self._changes != self.wards.changes:
            rules = self.wards.of(self.ward)
            if made is None or made.ward is not rules:
                made = self._made = Arrangement(self.plan, rules)
            self._changes = self.wards.changes
        return made

    def plan_at(self, now_ms: int) -> CarePlan:
        """The care plan in force at ``now_ms``."""
        arranged = self.arrangement()
        if arranged.always is not None and self.state is PatientState.ACTIVE:
            return arranged.always
        return arranged.at(now_ms, paused=self.paused_at(now_ms))

    def paused_at(self, now_ms: int) -> bool:
        """Whether the patient is not watched at ``now_ms``."""
        if self.state is PatientState.ACTIVE:
            return False
        over = (
            self.state is PatientState.PAUSED
            and self.paused_until_ms is not None
            and now_ms >= self.paused_until_ms
        )
        return not over


@dataclass(slots=True)
class Device:
    """A device; ``keys`` newest first; bounds in ward milliseconds, upper one excluded.

    ``erased``: its patient was; nothing that comes from it is kept, not even in quarantine.
    """

    no: int
    id: str
    patient_no: int
    revoked: bool
    bound_from_ms: int | None
    bound_to_ms: int | None
    keys: list[DeviceKey] = field(default_factory=list)
    erased: bool = False


class Registry:
    """All patients and devices by number and by name, at one revision; and the wards' settings.

    ``erased``: numbers of people who were, and whose lanes are not to be had any more.
    """

    def __init__(self, wards: WardSettingsCache | None = None) -> None:
        self.revision = -1
        self.wards = wards or WardSettingsCache()
        self.patients: dict[int, Patient] = {}
        self.devices: dict[str, Device] = {}
        self.erased: set[int] = set()
        self._by_no: dict[int, Device] = {}
        self._ended: list[Device] = []

    def device(self, device_no: int) -> Device | None:
        """The device with this number."""
        return self._by_no.get(device_no)

    def take_ended(self, since_ms: int) -> list[tuple[str, str]]:
        """(device, bucket) found revoked since this was last asked, if that was after a time."""
        ended, self._ended = self._ended, []
        return [
            (device.id, patient.bucket)
            for device in ended
            if (patient := self.patients.get(device.patient_no)) is not None
            if any((key.revoked_ms or 0) >= since_ms for key in device.keys)
        ]

    def drop_ward(self) -> None:
        """Have everything read again."""
        self.revision = -1

    def apply_rows(
        self,
        revision: int,
        patients: Iterable[Patient],
        devices: Iterable[Device],
        keys: Iterable[DeviceKey],
    ) -> None:
        """Take over everything that changed since the last revision."""
        for patient in patients:
            self.patients[patient.no] = patient
        for device in devices:
            self._put(device)
        for key in keys:
            self._put_key(key)
        self.revision = revision

    def _put(self, device: Device) -> None:
        known = self._by_no.get(device.no)
        if known is not None:
            device.keys = known.keys
        if device.revoked and (known is None or not known.revoked):
            self._ended.append(device)
        self._by_no[device.no] = device
        self.devices[device.id] = device

    def _put_key(self, key: DeviceKey) -> None:
        device = self._by_no.get(key.device_no)
        if device is None:
            return
        others = [other for other in device.keys if other.id != key.id]
        device.keys = sorted([key, *others], key=lambda item: -item.id)
