"""Whose alerts were told over streams, for the record of accesses.

An alert waits for nobody: it is told first, and noted within a second, for all streams together.
Each person's rows are one a patient and hour, as those of a list; who was noted in this hour is
remembered, so that a busy ward asks the database for what is new alone.
"""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from psycopg import OperationalError

from api.auth.sessions import Caller
from api.http.deps import acting
from api.services import Services

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

EVERY_S = 1.0
LAST_S = 3.0
"""How long the last ones may take when the program ends."""
_MOST = 200_000
_ACTION = "alerts.stream"
log = structlog.get_logger("api.live")


class ToldPatients:
    """What streams have told and is to be noted."""

    def __init__(self, services: Services) -> None:
        """Begin with nothing told."""
        self._services = services
        self._waiting: dict[Caller, set[int]] = defaultdict(set)
        self._noted: set[tuple[UUID, int]] = set()
        self._hour: datetime | None = None

    def add(self, caller: Caller, patient_no: int | None) -> None:
        """Remember that somebody was told of a patient's alert."""
        hour = self._services.now().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour or len(self._noted) > _MOST:
            self._noted.clear()
            self._hour = hour
        if patient_no is not None and (caller.user_id, patient_no) not in self._noted:
            self._waiting[caller].add(patient_no)

    async def note_accesses(self) -> None:
        """Write what waits; what cannot be written waits on."""
        for caller in list(self._waiting):
            patients = self._waiting.pop(caller)
            try:
                async with acting(self._services, caller) as work:
                    work.saw(_ACTION, patients)
            except BaseException:
                self._waiting[caller] |= patients
                raise
            self._noted |= {(caller.user_id, one) for one in patients}

    async def run(self) -> None:
        """Note until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                try:
                    await self.note_accesses()
                except OperationalError as lost:
                    log.warning("told_not_noted_yet", error=str(lost))
        finally:
            with suppress(TimeoutError, OperationalError):
                async with asyncio.timeout(LAST_S):
                    await self.note_accesses()
