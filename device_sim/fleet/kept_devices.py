"""Devices that a folder keeps over a restart: their identities and their spools.

Hardware does not forget whom it belongs to when its power fails, nor what it has not been told to
forget. So a simulation that is started again on the same folder goes on with the same people and
devices, sends what was not covered, and makes no number anew. The file holds the devices' keys and
is closed to others, as the folder of a real device's program is.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from device_sim.device.identity import DeviceSecrets, Identity
from device_sim.device.spool import SpoolFile
from device_sim.ward.registration import Newcomer, RegisteredPatient
from device_sim.ward.tls import client_context, read_tls_key
from gateway import wire


class _Device(msgspec.Struct):
    patient: str
    identity: Identity
    keys: DeviceSecrets
    mqtt: wire.EnrolledMqtt
    tls_key: str | None = None


class _Folder(msgspec.Struct):
    api: str
    people: str
    devices: list[_Device]


class KeptDevices:
    """The devices of one folder.

    Args:
        folder: where they are kept.
        api: the ward that they belong to.
        newcomers: whom the run asks for: others are not these.
    """

    def __init__(self, folder: Path, api: str, newcomers: Sequence[Newcomer]) -> None:
        self._file = folder / "devices.json"
        self._api = api
        told = msgspec.json.encode([[dict(one.patient), dict(one.device)] for one in newcomers])
        self._people = hashlib.sha256(told).hexdigest()
        self._spools = SpoolFile(folder / "spool.sqlite", durable=False)
        self._devices: dict[str, _Device] = {}

    def recalled(self) -> list[RegisteredPatient]:
        """The devices of the run before, with their spools; none if it was of others."""
        try:
            folder = msgspec.json.decode(self._file.read_bytes(), type=_Folder)
        except (FileNotFoundError, msgspec.DecodeError):
            return []
        if (folder.api, folder.people) != (self._api, self._people):
            return []
        self._devices = {one.identity.device: one for one in folder.devices}
        return [self._registered(one) for one in folder.devices]

    def save(self, registered: Sequence[RegisteredPatient]) -> list[RegisteredPatient]:
        """Keep devices that have just been enrolled; they get spools of this folder."""
        devices = [
            _Device(one.patient, one.identity, one.keys, one.mqtt, one.tls_key)
            for one in registered
        ]
        self._devices = {one.identity.device: one for one in devices}
        self._write()
        return [self._registered(one) for one in devices]

    def renew(
        self, device: str, keys: DeviceSecrets, mqtt: wire.EnrolledMqtt, tls_key: str | None
    ) -> None:
        """A device has enrolled anew."""
        known = self._devices[device]
        known.keys, known.mqtt, known.tls_key = keys, mqtt, tls_key
        self._write()

    def close(self) -> None:
        """Close the spools."""
        self._spools.close()

    def _registered(self, one: _Device) -> RegisteredPatient:
        key = None if one.tls_key is None else read_tls_key(one.tls_key)
        return RegisteredPatient(
            patient=one.patient,
            identity=one.identity,
            keys=one.keys,
            mqtt=one.mqtt,
            tls=None if key is None else client_context(key, one.mqtt),
            tls_key=one.tls_key,
            spool=self._spools.spool(one.identity.device),
        )

    def _write(self) -> None:
        """In one step: a crash leaves the old file or the new."""
        draft = self._file.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        folder = _Folder(self._api, self._people, list(self._devices.values()))
        draft.write_bytes(msgspec.json.encode(folder))
        draft.replace(self._file)
