"""One reference device of a crew."""

import os
from dataclasses import dataclass

from deploy.bench.fleet import BenchDevice
from device_sim.device.core import DeviceCore
from device_sim.device.identity import DeviceSecrets, Identity
from device_sim.device.spool import MemorySpool, SpoolRecord

RESEND_AFTER_S = 3.0


@dataclass(slots=True)
class Member:
    """One device."""

    device: BenchDevice
    core: DeviceCore
    spool: MemorySpool


def make_member(device: BenchDevice, gateway: tuple[bytes, bytes]) -> Member:
    """A reference device for an enrolled one; ``gateway`` are its public keys (sign, box)."""
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    identity = Identity(
        device=device.name,
        bucket=device.bucket,
        gateway_sign=(gateway[0],),
        gateway_box=gateway[1],
    )
    core = DeviceCore(
        identity,
        DeviceSecrets(seed=device.seed),
        spool,
        nonces=os.urandom,
        resend_after_s=RESEND_AFTER_S,
    )
    return Member(device, core, spool)
