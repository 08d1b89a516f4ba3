"""Answers for patients of before whom NEWS2 is for: the birth date is sealed, so no migration can.

A care plan that was made before the question existed has no answer, and its patient is taken for
an adult meanwhile, as they were. The first program that has the vault gives it, once. A plan from
before the zone stood in it gets that as a further revision: what was decided by the one before is
replayed by UTC, as it was.
"""

import asyncio
from datetime import date, datetime

import structlog

from analytics.domain.care import Role
from api.evidence import audit
from api.forms.news2_scope import scoring_json
from api.services import Services
from api.store import patients
from api.store.rls_context import act_for
from api.store.types import Conn, Row
from api.vault import personal_data
from api.vault.envelope import Vault, VaultError

LOOK_S = 3600.0
AT_ONCE = 200
_log = structlog.get_logger("api.scoring")


async def answer_some(conn: Conn, vault: Vault, now: datetime) -> int:
    """Answer for some patients, at most two hundred; how many they were.

    Args:
        conn: a connection with the API's rights, inside a transaction.
        vault: opens the birth dates.
        now: ward time.
    """
    await act_for(conn, None, Role.ADMIN)
    rows = await patients.without_scoring(conn, AT_ONCE)
    for row in rows:
        fresh = _answer(vault, row, now)
        await patients.set_scoring(conn, row["no"], fresh, now)
    notes = [audit.Note(action="patient.scoring", patient_no=row["no"], detail={}) for row in rows]
    await audit.append(conn, now, "scoring", notes)
    return len(rows)


def _answer(vault: Vault, row: Row, now: datetime) -> Row:
    """Return what was said with the zone that it lacks, or all of it where nobody said anything."""
    if row["scoring"] is not None:
        return {**row["scoring"], "zone": row["time_zone"]}
    return scoring_json(_birth_date(vault, row), None, row["time_zone"], now)


def _birth_date(vault: Vault, row: Row) -> date | None:
    try:
        personal = personal_data.open_personal(vault, row)
    except VaultError:
        _log.exception("a record does not open", patient=str(row["id"]))
        return None
    return personal.birth_date if personal else None


async def answer_all(services: Services) -> None:
    """Answer for everybody, then look every hour for as long as the program runs."""
    while True:
        async with services.pool.connection() as conn, conn.transaction():
            done = await answer_some(conn, services.vault, services.now())
        await asyncio.sleep(0.0 if done == AT_ONCE else LOOK_S)
