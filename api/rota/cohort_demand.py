"""What patients who are alike have asked: kept for each, for the demand of the coming hours.

Once a day the patients of each ward are grouped as on the page *Models*, where a grouping holds
(``analytics.studies.grouping``), and the minutes of a group's alerts, a patient and day, are
written down for each of its patients, with the upper end of their 95 % interval. Wards with fewer
than twenty patients have no groups.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from api.jobs.leader import Wakeup, run_as_leader
from api.patients.cohort_table import COLUMNS, table_of
from api.rota.expected import usual, usual_at_most
from api.rota.settings import RotaSettings
from api.services import Connection, Services
from api.store import cohorts
from api.store.types import Row

log = structlog.get_logger("api.rota")
_LEAST_PEOPLE = 20
_LOOK_S = 60.0


def grouped(rows: Sequence[Row], days: float, settings: RotaSettings) -> list[Row]:
    """Return for each patient the group and its minutes; one group where no grouping holds. Slow.

    Args:
        rows: of :func:`api.store.cohorts.patients`, of one ward.
        days: over how many days alerts were counted at most.
        settings: minutes of each class.
    """
    from analytics.studies import grouping  # noqa: PLC0415 - scikit-learn takes a second to import

    told: list[Row] = []
    for at, one in enumerate(grouping.group(COLUMNS, table_of(rows, days)).groups):
        members = [{**rows[member], "low": rows[member]["low_alerts"]} for member in one.members]
        found, at_most = usual(members, settings), usual_at_most(members, settings)
        what: dict[str, Any] = {"cohort": at, "description": "; ".join(one.words)}
        what |= {"urgent": found.urgent, "other": found.other}
        what |= {"urgent_at_most": at_most.urgent, "other_at_most": at_most.other}
        told += [{"patient": row["no"], **what} for row in members]
    return told


async def refresh(conn: Connection, now: datetime, settings: RotaSettings) -> int:
    """Group the patients of every ward whose groups are old; return how many wards those were."""
    days = settings.forecast_days
    made = await cohorts.wards(conn, _LEAST_PEOPLE)
    old = now - timedelta(hours=settings.cohort_hours)
    due = [ward for ward, at in made.items() if at is None or at <= old]
    for ward in due:
        rows = await cohorts.patients(conn, now - timedelta(days=days), now, ward)
        kept = await asyncio.to_thread(grouped, rows, days, settings)
        async with conn.transaction():
            await cohorts.keep(conn, ward, now, kept)
        log.info("grouped", ward=ward, patients=len(rows), kept=len(kept))
    return len(due)


async def run_cohorts(services: Services, settings: RotaSettings | None = None) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: the site's settings; None reads ``HOMEWARD_ROTA_*``.
    """
    chosen = settings or RotaSettings()
    await run_as_leader(services, "cohorts", (), partial(_keep, services, chosen))


async def _keep(services: Services, settings: RotaSettings, conn: Connection, _: Wakeup) -> None:
    while True:
        await refresh(conn, services.now(), settings)
        await asyncio.sleep(_LOOK_S)
