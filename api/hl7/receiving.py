"""The order of things for a message that comes in: one transaction, then the acknowledgement.

Taken (``AA``) means committed. A message that was taken before changes nothing and is acknowledged
again, so a sender that was not answered sends it again. What cannot be taken is kept, sealed, and
answered ``AE`` or ``AR``. Where the database does not answer, nothing is: the connection is closed
and the sender, who has no acknowledgement, tries again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import psycopg
import structlog

from api.auth import sessions
from api.errors import ApiError, UnavailableError
from api.hl7 import messages
from api.hl7.admitting import Feed, act, carry_out, find
from api.hl7.messages import ACCEPTED, ERROR, AdtMessage, Header, MessageRefusal
from api.hl7.settings import Hl7Settings
from api.http.deps import UnitOfWork
from api.patients import records
from api.services import Connection, Services
from api.store import hl7
from api.vault import personal_data
from api.vault.envelope import seal

SCOPE = "api/patients.write"
PURPOSE = "hl7"
_log = structlog.get_logger("api.hl7")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What was sent between the marks of MLLP, read as far as it goes.

    Attributes:
        raw: the bytes.
        header: what could be read of MSH.
        message: what it says; None: it cannot be read.
        refusal: why not.
    """

    raw: bytes
    header: Header
    message: AdtMessage | None = None
    refusal: MessageRefusal | None = None


def opened(raw: bytes, settings: Hl7Settings) -> Block:
    """Return a block, read; whatever it holds."""
    header = messages.header_of(raw)
    try:
        message = messages.parsed(messages.decoded(raw, settings.encoding))
        said = messages.read(message, header, settings.authority)
    except MessageRefusal as refusal:
        return Block(raw=raw, header=header, refusal=refusal)
    return Block(raw=raw, header=header, message=said)


@dataclass(slots=True, kw_only=True)
class Receiver:
    """Takes messages for the wards whose keys it holds.

    Attributes:
        services: the program's own furniture.
        settings: of this program.
        keys: bearer tokens of the machine accounts.
    """

    services: Services
    settings: Hl7Settings
    keys: Sequence[str]
    _digest_key: bytes = field(default=b"")

    async def handle(self, raw: bytes) -> str:
        """Take a message or refuse it, and return its acknowledgement once that is committed.

        Raises:
            UnavailableError: no key is in force, or the database does not answer: nothing was
                changed, and nothing is to be acknowledged.
        """
        block = opened(raw, self.settings)
        now, own_id = self.services.now(), uuid4().hex[:20]
        try:
            refusal = await self._commit_or_refuse(block)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise UnavailableError("the database does not answer") from error
        code, reason = (ACCEPTED, "") if refusal is None else (refusal.code, refusal.reason)
        _log.info("handled", event_type=block.header.event, code=code, control=own_id)
        return messages.acknowledgement(block.header, code, reason, now, own_id)

    async def _commit_or_refuse(self, block: Block) -> MessageRefusal | None:
        """Handle a message; one that breaks the program is put aside, for others wait behind it."""
        try:
            return await self._commit(block)
        except (psycopg.OperationalError, psycopg.InterfaceError, UnavailableError):
            raise
        except Exception:  # noqa: BLE001 - the top of the feed's lane
            _log.exception("a message could not be handled")
            refusal = MessageRefusal(
                ERROR, "it could not be handled here: the program's log says why"
            )
            return await self._commit(replace(block, refusal=refusal))

    async def _commit(self, block: Block) -> MessageRefusal | None:
        services = self.services
        async with services.pool.connection() as conn, conn.transaction():
            feed = await self.feed(conn)
            work = UnitOfWork(
                conn=conn, caller=feed.callers[0], now=services.now(), services=services
            )
            await act(work, feed.callers[0])
            digest = await self._digest(work, block.raw)
            refusal = block.refusal
            if block.message is not None and refusal is None:
                refusal = await self._take(work, feed, block, block.message, digest)
            if refusal is not None:
                await self._refuse(work, feed, block, refusal, digest)
            await work.write_notes()
        return refusal

    async def feed(self, conn: Connection) -> Feed:
        """Return the accounts whose keys are in force at this moment.

        Raises:
            UnavailableError: there is none.
        """
        known = [await sessions.caller_of(conn, key) for key in self.keys]
        found = [one for one in known if one is not None and SCOPE in (one.scopes or ())]
        if not found:
            raise UnavailableError(f"no key with {SCOPE} is in force")
        return Feed(callers=found, places=self.settings.places())

    async def _digest(self, work: UnitOfWork, raw: bytes) -> bytes:
        if not self._digest_key:
            key = await personal_data.system_key(work.conn, self.services.vault, PURPOSE)
            self._digest_key = key
        return hmac.new(self._digest_key, raw, hashlib.sha256).digest()

    async def _take(
        self, work: UnitOfWork, feed: Feed, block: Block, message: AdtMessage, digest: bytes
    ) -> MessageRefusal | None:
        """Do what the message says, unless it was done; None: it is done."""
        named = [message.identifier, *([message.prior] if message.prior else [])]
        hashes = [await records.external_hash(work, one) for one in named]
        await hl7.hold_identifiers(work.conn, [one for one in hashes if one is not None])
        for caller in feed.callers:
            await act(work, caller)
            if await hl7.taken(work.conn, digest):
                return None
        try:
            async with work.attempt():
                no = await carry_out(work, feed, message)
        except MessageRefusal as refusal:
            return refusal
        except ApiError as error:
            return MessageRefusal(ERROR, error.detail)
        await hl7.take(
            work.conn,
            {
                "digest": digest,
                "ward": work.caller.ward,
                "patient_no": no,
                "event": message.event,
                "control_id": block.header.control_id,
                "now": work.now,
                "days": self.settings.keep_days,
            },
        )
        return None

    async def _refuse(
        self, work: UnitOfWork, feed: Feed, block: Block, refusal: MessageRefusal, digest: bytes
    ) -> None:
        """Keep a refused message, under the key of whom it is about where they are known."""
        no = hashed = None
        await act(work, feed.callers[0])
        message_id = uuid4()
        key = await personal_data.system_key(work.conn, self.services.vault, PURPOSE)
        if block.message is not None:
            hashed = await records.external_hash(work, block.message.identifier)
            known = await find(work, feed, block.message.identifier)
            if known is None:
                await act(work, feed.of_place(block.message.place) or feed.callers[0])
            own = None
            if known is not None:
                own = personal_data.patient_key(self.services.vault, known.row)
                no = known.row["no"]
            key = own or key
        await hl7.refuse(
            work.conn,
            {
                "id": message_id,
                "digest": digest,
                "ward": work.caller.ward,
                "direction": "in",
                "patient_no": no,
                "external_hash": hashed,
                "sender": block.header.sender,
                "control_id": block.header.control_id,
                "event": f"{block.header.structure}^{block.header.event}",
                "code": refusal.code,
                "reason": refusal.reason[:500],
                "sealed": seal(key, block.raw, bond(digest)),
                "now": work.now,
                "days": self.settings.keep_days,
            },
        )
        work.note("hl7.refuse", no, code=refusal.code)

    async def forget_old(self) -> None:
        """Delete what was kept long enough, ward by ward."""
        services = self.services
        async with services.pool.connection() as conn, conn.transaction():
            feed = await self.feed(conn)
            caller = feed.callers[0]
            work = UnitOfWork(conn=conn, caller=caller, now=services.now(), services=services)
            for caller in feed.callers:
                await act(work, caller)
                await hl7.forget_old(conn)


def bond(digest: bytes) -> bytes:
    """Return what a sealed message is bound to."""
    return b"hl7:" + digest
