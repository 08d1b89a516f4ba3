"""The job that makes each person's report of their week, and tells them that it is there.

One leader works. A report is made once a week is over where the person lives; a week of which none
was made in time, or in which they were paused, is kept as missing and shown as such.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog

from analytics.domain.care import Role
from analytics.domain.civil import start_of
from analytics.domain.vitals import Metric, Quality
from analytics.ward.weekly_report import (
    TOLD,
    WEEK,
    VitalDay,
    due_week,
    is_late,
    missed_weeks,
    vitals,
)
from api.contact.settings import ContactSettings
from api.evidence import audit
from api.jobs.leader import Wakeup, run_as_leader
from api.notify.words import WEEKLY_REPORT
from api.services import Connection, Services
from api.store import patients, reminders
from api.store import weekly_reports as store
from api.store.rls_context import act_for
from api.store.timestamps import rfc3339
from api.store.types import Conn, Row
from api.vault import personal_data

log = structlog.get_logger("api.weekly")
JOB = "weekly"
_GOOD = [int(one) for one in Quality if one.scored]
_AT_ONCE = 200
_ANY: Row = {"asked": 0, "done": 0, "left_out": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyDesk:
    """The leader's work, on the connection that holds the lock.

    Attributes:
        services: clock, pools and vault.
        settings: the site's.
    """

    services: Services
    settings: ContactSettings

    async def keep_reports(self, conn: Connection, wake: Wakeup) -> None:
        """Work until cancelled."""
        while True:
            await self.make(conn)
            await self.tell(conn)
            await wake.wait(self.settings.weekly_tick_s)

    async def make(self, conn: Connection) -> int:
        """Make what is due; how many weeks were accounted for."""
        made = 0
        for row in await store.watched(conn):
            due = due_week(self.services.now(), row["time_zone"], self.settings.weekly_hour)
            begun = start_of(due + WEEK, row["time_zone"])
            if row["since"] < begun and (row["last"] is None or row["last"] < due):
                made += await self._account_for(row, due)
        return made

    async def _account_for(self, row: Row, due: date) -> int:
        """Keep the report of a week, and that there are none of those before."""
        services, now = self.services, self.services.now()
        missed = missed_weeks(row["last"], due)
        why = "paused" if row["state"] == "paused" else None
        if why is None and is_late(now, due, row["time_zone"], self.settings.weekly_within_days):
            why = "late"
        async with services.pool.connection() as conn, conn.transaction():
            await act_for(conn, None, Role.ADMIN)
            found = await patients.of_numbers(conn, [row["no"]])
            if not found or found[0]["wrapped"] is None:
                return 0
            common = {"no": row["no"], "now": now}
            for week in missed:
                await store.add(conn, common | {"week": week, "missing": "late"})
            if why is not None:
                await store.add(conn, common | {"week": due, "missing": why})
            else:
                content = await gathered(conn, found[0], due, common)
                text = personal_data.text_of(services.vault, found[0])
                sealed = text.seal(json.dumps(content))
                await store.add(conn, common | {"week": due, "content": sealed})
            detail: dict[str, object] = {"week": due.isoformat(), "missing": why}
            noted = audit.Note(action="weekly.make", patient_no=row["no"], detail=detail)
            await audit.append(conn, now, JOB, [noted])
        return len(missed) + 1

    async def tell(self, conn: Connection) -> int:
        """Tell people that their report is there; how many reports that were."""
        now = self.services.now()
        async with conn.transaction():
            rows = await store.untold(conn, _AT_ONCE)
            for row in rows:
                await reminders.notify(conn, row["patient_no"], row["ward"], WEEKLY_REPORT, now)
                await store.told(conn, row["id"], WEEKLY_REPORT, now)
        if rows:
            log.info("weekly_reports_told", reports=len(rows))
        return len(rows)


async def gathered(conn: Conn, patient: Row, week: date, common: Row) -> dict[str, Any]:
    """Return what a person is told of a week.

    Args:
        conn: acting for the program.
        patient: whose record.
        week: its Monday.
        common: ``no`` and ``now``.
    """
    number, zone, now = patient["no"], patient["time_zone"], common["now"]
    span = {"start": start_of(week, zone), "end": start_of(week + WEEK, zone)}
    both = {"no": number, "zone": zone, "metrics": [int(one) for one in TOLD], "good": _GOOD}
    both |= {"before": start_of(week - WEEK, zone), "end": span["end"]}
    rows = await store.vitals(conn, both)
    days = [VitalDay(**row | {"metric": Metric(row["metric"])}) for row in rows]
    done = await store.tasks(conn, number, span)
    words = await store.words(conn, number, span)
    until = now + timedelta(days=8)
    coming = await store.coming(conn, number, now, until)
    return {
        "measured_days": len({one.day for one in days if one.day >= week}),
        "measurements": _counts(done.get(True, _ANY)),
        "tasks": _counts(done.get(False, _ANY)),
        "vitals": vitals(days, week),
        "messages": {name: words[name] for name in ("written", "received", "unread")},
        "questionnaires": words["answered"],
        "coming": [
            {
                "what": one["what"],
                "at": rfc3339(one["at"]),
                "day": one["day"].isoformat() if one["day"] else None,
            }
            for one in coming
        ],
    }


def _counts(row: Row) -> dict[str, int]:
    return {name: row[name] for name in _ANY}


async def run_weekly(services: Services, settings: ContactSettings | None = None) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: the site's; None reads ``HOMEWARD_CONTACT_*``.
    """
    desk = WeeklyDesk(services=services, settings=settings or ContactSettings())
    await run_as_leader(services, JOB, (), desk.keep_reports)
