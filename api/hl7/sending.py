"""Results on their way out: each patient's present state, until it is acknowledged.

What was not acknowledged is sent again under the same control id; what has been overtaken by newer
readings meanwhile is not: the state is told, not its history (that is FHIR's). A receiver that
answers ``AR`` or ``AE`` does not stop the others' results: its answer is listed with the refused.
"""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import structlog
from hl7.mllp import InvalidBlockError, open_hl7_connection

from api.errors import UnavailableError
from api.hl7 import messages
from api.hl7.admitting import act
from api.hl7.listener import tls
from api.hl7.receiving import PURPOSE, Receiver, bond
from api.hl7.results import ResultState, result_message
from api.http.deps import UnitOfWork
from api.store import hl7, patients, readings
from api.vault import personal_data
from api.vault.envelope import seal

_AT_ONCE = 200
_log = structlog.get_logger("api.hl7")


@dataclass(slots=True, kw_only=True)
class ResultSender:
    """Sends what is new, patient by patient.

    Attributes:
        receiver: has the keys in whose name records are read.
    """

    receiver: Receiver

    async def run(self) -> None:
        """Send for ever; what fails is tried at the next look."""
        while True:
            try:
                await self.send_news()
            except (OSError, asyncio.IncompleteReadError, InvalidBlockError, ValueError) as error:
                _log.warning("results_not_sent", why=type(error).__name__)
            except (psycopg.OperationalError, UnavailableError) as error:
                _log.warning("results_not_sent", why=type(error).__name__)
            await asyncio.sleep(self.receiver.settings.out_every_s)

    async def send_news(self) -> int:
        """Send what is new of every patient; return how many were acknowledged."""
        waiting = await self._news()
        if not waiting:
            return 0
        settings = self.receiver.settings
        async with asyncio.timeout(settings.out_answer_s):
            reader, writer = await open_hl7_connection(
                settings.out_host,
                settings.out_port,
                encoding="utf-8",
                ssl=tls(settings, ssl.Purpose.SERVER_AUTH) if settings.out_tls else None,
            )
        try:
            return sum([await self._send(reader, writer, told, ward) for told, ward in waiting])
        finally:
            writer.close()

    async def _news(self) -> list[tuple[ResultState, str]]:
        services, found = self.receiver.services, []
        async with services.pool.connection() as conn, conn.transaction():
            feed = await self.receiver.feed(conn)
            now = services.now()
            work = UnitOfWork(conn=conn, caller=feed.callers[0], now=now, services=services)
            for caller in feed.callers:
                await act(work, caller)
                numbers = await hl7.with_news(conn, _AT_ONCE)
                told = [await self._told(work, no) for no in numbers]
                found += [(one, caller.ward) for one in told if one is not None]
        return found

    async def _told(self, work: UnitOfWork, no: int) -> ResultState | None:
        (row,) = await patients.of_numbers(work.conn, [no]) or (None,)
        now = await readings.latest(work.conn, no)
        personal = None if row is None else personal_data.open_personal(work.services.vault, row)
        if row is None or now is None or personal is None or not personal.external_id:
            return None
        assessed: dict[str, Any] = now["assessment"] or {}
        return ResultState(
            patient=row["id"],
            identifier=personal.external_id,
            authority=self.receiver.settings.authority,
            name=personal.name,
            birth_date=personal.birth_date,
            sex=row["sex"],
            ward=row["ward"],
            latest=now["latest"],
            news2=assessed.get("news2"),
            assessed_at=now["measured"],
            received=now["received"],
        )

    async def _send(self, reader: Any, writer: Any, told: ResultState, ward: str) -> bool:  # noqa: ANN401
        """Send one message and keep what came of it; whether it was acknowledged."""
        block = result_message(told, self.receiver.services.now()).encode()
        writer.writeblock(block)
        async with asyncio.timeout(self.receiver.settings.out_answer_s):
            await writer.drain()
            answer = messages.parsed(messages.decoded(await reader.readblock(), "utf-8"))
        code = messages.field(answer, "MSA", 1)
        if messages.field(answer, "MSA", 2) != told.control_id():
            raise InvalidBlockError("another message is acknowledged")
        await self._keep(told, ward, block, code)
        return code in (messages.ACCEPTED, "CA")

    async def _keep(self, told: ResultState, ward: str, block: bytes, code: str) -> None:
        services = self.receiver.services
        async with services.pool.connection() as conn, conn.transaction():
            feed = await self.receiver.feed(conn)
            caller = next((one for one in feed.callers if one.ward == ward), feed.callers[0])
            now = services.now()
            work = UnitOfWork(conn=conn, caller=caller, now=now, services=services)
            await act(work, caller)
            no = await patients.number(conn, told.patient)
            if no is None:
                return
            await hl7.sent(conn, no, told.received, now)
            if code not in (messages.ACCEPTED, "CA"):
                await self._refused(work, told, block, code, no)
            work.note("hl7.send", no, code=code)
            await work.write_notes()

    async def _refused(
        self, work: UnitOfWork, told: ResultState, block: bytes, code: str, no: int
    ) -> None:
        row = await patients.record(work.conn, told.patient)
        key = personal_data.patient_key(work.services.vault, row) if row else None
        if key is None:
            key = await personal_data.system_key(work.conn, work.services.vault, PURPOSE)
        digest = hashlib.sha256(told.control_id().encode()).digest()
        await hl7.refuse(
            work.conn,
            {
                "id": uuid4(),
                "digest": digest,
                "ward": work.caller.ward,
                "direction": "out",
                "patient_no": no,
                "external_hash": None,
                "sender": "HOMEWARD|",
                "control_id": told.control_id(),
                "event": "ORU^R01",
                "code": code if code in (messages.ERROR, messages.REJECTED) else messages.ERROR,
                "reason": "the receiver of results refused it",
                "sealed": seal(key, block, bond(digest)),
                "now": work.now,
                "days": self.receiver.settings.keep_days,
            },
        )
