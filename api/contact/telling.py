"""The job that tells people of messages and asked-for calls: one leader, woken by each of them.

What is told and that it was told are written in one transaction, so nothing is told twice. A notice
says that somebody has written or asks to be called; whose, and the words, stand on the page.
"""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from api.contact.recipients import PeopleThere
from api.contact.settings import ContactSettings
from api.jobs.leader import Wakeup, run_as_leader
from api.notify.words import ASKED
from api.services import Connection, Services
from api.store import contact, duty
from api.store.types import Row

log = structlog.get_logger("api.contact")
JOB = "contact"
CHANNELS = ("homeward_care",)
OVERDUE = "_overdue"
_PRIORITY = {"message": "low", "call_asked": "medium", "advice": "low"}
_BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDesk:
    """The leader's work, on the connection that holds the lock.

    Attributes:
        services: clock and pools.
        settings: the site's.
    """

    services: Services
    settings: ContactSettings

    async def tell_people(self, conn: Connection, wake: Wakeup) -> None:
        """Work until cancelled."""
        while True:
            told = await self.tell(conn) + await self.tell_of_consultations(conn)
            if told + await self.tell_of_cases(conn) < _BATCH:
                await wake.wait(self.settings.tick_s)

    async def tell(self, conn: Connection) -> int:
        """Tell of what nobody was told of yet, and of what has waited too long; how much it was."""
        now = self.services.now()
        since = now - timedelta(minutes=self.settings.unread_minutes)
        async with conn.transaction():
            rows = await contact.untold(conn, now, since, _BATCH)
            there = await self._people(conn, rows) if rows else PeopleThere()
            for row in rows:
                change = row["what"] + (OVERDUE if row["overdue"] else "")
                told = {
                    "users": there.recipients_of(row),
                    "patient_no": row["patient_no"],
                    "ward": row["ward"],
                    "priority": "medium" if row["overdue"] else _PRIORITY[row["what"]],
                    "change": change,
                    "now": now,
                }
                await contact.tell(conn, told)
                await contact.mark(conn, row, now)
                log.info("told", change=change, people=len(told["users"]))
        return len(rows)

    async def tell_of_consultations(self, conn: Connection) -> int:
        """Tell both sides what is new of consultations, and remind them; how much it was."""
        now = self.services.now()
        early = now + timedelta(minutes=self.settings.remind_early_minutes)
        soon = now + timedelta(minutes=self.settings.remind_soon_minutes)
        async with conn.transaction():
            rows = await contact.news(conn, now, early=early, soon=soon, limit=_BATCH)
            patients = sorted({row["patient_no"] for row in rows})
            there = PeopleThere(own=await contact.own_accounts(conn, patients) if rows else {})
            for row in rows:
                told = {
                    "users": there.of_consultation(row),
                    "patient_no": row["patient_no"],
                    "ward": row["ward"],
                    "priority": "medium",
                    "change": f"consultation_{row['what']}",
                    "now": now,
                }
                await contact.tell(conn, told)
                await contact.mark_news(conn, row, now)
                log.info("told", change=told["change"], people=len(told["users"]))
        return len(rows)

    async def tell_of_cases(self, conn: Connection) -> int:
        """Tell experts that a case was opened to them; how many cases it was."""
        now = self.services.now()
        async with conn.transaction():
            rows = await contact.asked_of(conn, _BATCH)
            for row in rows:
                told = {
                    "users": row["users"],
                    "patient_no": row["patient_no"],
                    "ward": row["ward"],
                    "priority": "medium",
                    "change": ASKED,
                    "now": now,
                }
                await contact.tell(conn, told)
                await contact.mark_asked(conn, row["id"], now)
                log.info("told", change=ASKED, people=len(row["users"]))
        return len(rows)

    async def _people(self, conn: Connection, rows: list[Row]) -> PeopleThere:
        patients = sorted({row["patient_no"] for row in rows})
        return PeopleThere(
            on_shift=await duty.on_shift(conn, self.services.now()),
            planned=await duty.planned(conn, patients),
            teams=await contact.teams(conn, patients),
            own=await contact.own_accounts(conn, patients),
            coordinators=await duty.coordinators(conn),
        )


async def run_contact(services: Services, settings: ContactSettings | None = None) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: the site's; None reads ``HOMEWARD_CONTACT_*``.
    """
    desk = ContactDesk(services=services, settings=settings or ContactSettings())
    await run_as_leader(services, JOB, CHANNELS, desk.tell_people)
