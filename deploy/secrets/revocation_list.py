"""The list of revoked device certificates: the API signs and writes it, the broker reads it.

The broker does not start without a list, and an expired one shuts every device out. So a first
start makes an empty one, and a start that finds one of its last days signs the same entries anew;
from then on the API keeps it fresh. Mosquitto reads it again on SIGHUP, connections unharmed
(tried with 2.0.21: also an expired list is thus made good).
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509

from api.devices.certificate_authority import DeviceAuthority, Revoked
from api.jobs.revocation_list import write_whole

LOOK_EVERY_S = 1.0
_FRESH_FOR = timedelta(days=15)


class Door(Protocol):
    """A broker that keeps its own copy of the list."""

    def take_list(self, source: Path) -> bool:
        """Copy the list; whether that changed anything."""


def ensure_list(path: Path, secrets: Path, now: datetime) -> None:
    """Make the list if it is missing, and sign it anew if it ends within 15 days.

    Args:
        path: the list, PEM.
        secrets: folder with ``device-ca.crt`` and ``device-ca.key``.
        now: real time.
    """
    found = x509.load_pem_x509_crl(path.read_bytes()) if path.exists() else None
    ends = found.next_update_utc if found is not None else None
    if found is not None and ends is not None and ends - now > _FRESH_FOR:
        return
    entries = [
        Revoked(serial=f"{one.serial_number:x}", since=one.revocation_date_utc)
        for one in found or ()
    ]
    authority = DeviceAuthority.load(secrets / "device-ca.crt", secrets / "device-ca.key")
    write_whole(path, authority.revocation_list(entries, now))


async def keep_door(door: Door, source: Path, pid: Callable[[], int]) -> None:
    """Have the broker read the list again whenever it has changed, until cancelled.

    Args:
        door: the broker.
        source: the list as the API writes it.
        pid: asks for the broker's process id, 0 while it is down (it reads the list at its start).
    """
    while True:
        with contextlib.suppress(OSError):  # the next look, or the broker's next start, mends it
            if await asyncio.to_thread(door.take_list, source) and (broker := pid()):
                os.kill(broker, signal.SIGHUP)
        await asyncio.sleep(LOOK_EVERY_S)
