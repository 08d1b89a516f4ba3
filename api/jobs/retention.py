"""Removes, every night, what is over its period, and proves what it removed.

One process does it (the job ``retention`` of ``api.jobs.leader``). Each kind is one transaction:
the rows go and the proof enters the audit, or neither. A run ends with a row that tells the cut-off
of every kind, which ``homeward verify`` holds against what is stored. A run that was cut short is
done anew; what it had removed has its proof.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg
import structlog
from psycopg.rows import dict_row

from analytics.domain.civil import day_at, start_of
from api.evidence import audit
from api.jobs.leader import Wakeup, run_as_leader
from api.jobs.retention_settings import KINDS, RetentionSettings
from api.services import Connection, Services
from api.store import retention
from api.store.connections import address, answering_within

LOOK_S = 60.0
ACTOR = "retention"
_log = structlog.get_logger("api.retention")


def next_run(since: datetime, hour: int, zone: str) -> datetime:
    """Return when the next run is due: the first such hour of the ward's day after ``since``.

    Args:
        since: the last run; before the first, when the program began to wait (ward time).
        hour: of the civil day; where clocks skip it, the moment that stands for it.
        zone: the ward's.
    """
    day = day_at(since, zone)
    due = start_of(day, zone) + timedelta(hours=hour)
    return due if due > since else start_of(day + timedelta(days=1), zone) + timedelta(hours=hour)


async def remove_all(
    conn: Connection, now: datetime, real_now: datetime, settings: RetentionSettings
) -> None:
    """Remove what is over its period of every kind, and write down that it was done.

    Args:
        conn: of the engine's login, autocommit; its answers may take long.
        now: ward time.
        real_now: real time, by which tokens end.
        settings: the periods.
    """
    told: dict[str, object] = {}
    for kind in KINDS:
        cut_off = settings.cut_off(kind, now, real_now)
        told[kind] = {"cut_off": cut_off.isoformat(), **await _remove(conn, kind, cut_off, now)}
    async with conn.transaction():
        note = audit.Note(action="retention.run", detail={"kinds": told})
        await audit.append(conn, now, ACTOR, [note])


async def _remove(conn: Connection, kind: str, cut_off: datetime, now: datetime) -> dict[str, int]:
    """Remove one kind; one that cannot be removed tonight holds up no other."""
    try:
        async with conn.transaction():
            proof = await retention.remove(conn, kind, cut_off, now)
            left = await retention.over(conn, kind, cut_off)
    except psycopg.Error as error:
        if conn.closed:
            raise
        _log.exception("retention_failed", kind=kind, error=type(error).__name__)
        return {"removed": 0, "left": await retention.over(conn, kind, cut_off)}
    removed = int(proof["removed"]) if proof else 0
    if removed:
        _log.info("retention_removed", kind=kind, removed=removed, left=left)
    return {"removed": removed, "left": left}


async def _at_night(
    services: Services, settings: RetentionSettings, conn: Connection, _: Wakeup
) -> None:
    began = services.now()
    while True:
        since = await retention.last_run(conn) or began
        if services.now() >= next_run(since, settings.hour, services.settings.zone):
            await _run(services, settings)
        await asyncio.sleep(LOOK_S)


async def _run(services: Services, settings: RetentionSettings) -> None:
    """Run on a connection whose answers may take long: a table of years is one statement."""
    connect = answering_within(settings.run_minutes * 60).connect
    conn = await connect(
        address(services.settings.engine_database_url),
        autocommit=True,
        row_factory=dict_row,
        application_name="homeward-retention-run",
        options="-c timezone=UTC -c lock_timeout=60s",
    )
    async with conn:
        real_now = datetime.fromtimestamp(services.real_s(), UTC)
        await remove_all(conn, services.now(), real_now, settings)


async def run_retention(services: Services, settings: RetentionSettings) -> None:
    """Lead, or wait to lead, until cancelled.

    Args:
        services: the program's shared services.
        settings: how long each kind is kept.
    """
    await run_as_leader(services, "retention", (), partial(_at_night, services, settings))
