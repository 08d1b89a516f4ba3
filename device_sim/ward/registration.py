"""Registering simulated patients and their devices with the ward, several at a time.

Also how a device enrols anew when it is told to rotate: one that has a client certificate asks for
a new one together with its new key, so that the command of the certificate's last days renews both.
"""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ssl import SSLContext

from device_sim.device.identity import (
    DeviceSecrets,
    Identity,
    enrolment_request,
    identity_of,
    make_keys,
)
from device_sim.device.spool import MemorySpool, Spool
from device_sim.ward.api_client import Ward, enrol_now
from device_sim.ward.tls import (
    certificate_request,
    client_context,
    make_tls_key,
    show_certificate,
    tls_key_text,
)
from gateway import wire

CONCURRENCY = 8
Enrol = Callable[[str, str, DeviceSecrets], None]
"""Enrol the new keys of the device with this id by a token; raises ``WardRefused``."""


Renewed = Callable[[str, DeviceSecrets, wire.EnrolledMqtt, str | None], None]
"""Told of the new keys of a device, how it connects, and its TLS key in PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What the ward is told: the patient's and the device's registration bodies."""

    patient: Mapping[str, object]
    device: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredPatient:
    """A patient with an enrolled device.

    Attributes:
        tls: None on the loopback fleet listener.
        tls_key: the key behind it, PEM.
        spool: where its frames are kept.
    """

    patient: str
    identity: Identity
    keys: DeviceSecrets
    mqtt: wire.EnrolledMqtt
    tls: SSLContext | None
    tls_key: str | None = None
    spool: Spool = field(default_factory=MemorySpool)


async def register(
    ward: Ward,
    newcomers: Sequence[Newcomer],
    *,
    own_certificates: bool,
    progress: Callable[[int], None],
) -> list[RegisteredPatient]:
    """Register all, in their order; ``progress`` hears how many are done.

    Raises:
        WardRefused: the API refused one of them.
    """
    gate = asyncio.Semaphore(CONCURRENCY)
    done = 0

    async def one(newcomer: Newcomer) -> RegisteredPatient:
        nonlocal done
        async with gate:
            registered = await _register_one(ward, newcomer, own_certificates=own_certificates)
        done += 1
        progress(done)
        return registered

    return list(await asyncio.gather(*(one(newcomer) for newcomer in newcomers)))


async def _register_one(
    ward: Ward, newcomer: Newcomer, *, own_certificates: bool
) -> RegisteredPatient:
    patient = await ward.add_patient(newcomer.patient)
    device = await ward.add_device(patient, newcomer.device)
    keys = make_keys(os.urandom)
    tls_key = make_tls_key() if own_certificates else None
    csr = certificate_request(tls_key) if tls_key is not None else None
    answer = await ward.enrol(enrolment_request(device.token, keys, csr=csr))
    return RegisteredPatient(
        patient=patient,
        identity=identity_of(answer),
        keys=keys,
        mqtt=answer.mqtt,
        tls=client_context(tls_key, answer.mqtt) if tls_key is not None else None,
        tls_key=None if tls_key is None else tls_key_text(tls_key),
    )


def enroller(
    api: str, registered: Sequence[RegisteredPatient], renewed: Renewed = lambda *_: None
) -> Enrol:
    """Return how the devices of a ward enrol new keys; a new certificate is shown from then on.

    Args:
        api: the ward's address.
        registered: its devices.
        renewed: told of new keys before they are used.
    """
    contexts = {one.identity.device: one.tls for one in registered}

    def enrol(device: str, token: str, keys: DeviceSecrets) -> None:
        context = contexts.get(device)
        if context is None:
            answer = enrol_now(api, enrolment_request(token, keys))
            renewed(device, keys, answer.mqtt, None)
            return
        tls_key = make_tls_key()
        request = enrolment_request(token, keys, csr=certificate_request(tls_key))
        answer = enrol_now(api, request)
        renewed(device, keys, answer.mqtt, tls_key_text(tls_key))
        show_certificate(context, tls_key, answer.mqtt)

    return enrol
