"""Has devices renew their client certificates before these end, without anybody's doing.

A device whose newest certificate ends within 30 days is sent the command ``rotate_key``: it enrols
a new key, and with a request of its own a new certificate, while the old ones still serve. One that
was away is asked again every other day.
"""

import asyncio
from datetime import datetime, timedelta

from analytics.domain.care import Role
from api.auth import sessions
from api.evidence import audit
from api.services import Services
from api.store import devices, renewals
from api.store.rls_context import act_for
from api.store.types import Conn

LOOK_S = 3600.0
BEFORE = timedelta(days=30)
AGAIN = timedelta(days=2)
AT_ONCE = 100
_TOKEN_HOURS = 24


async def ask_due(conn: Conn, now: datetime) -> int:
    """Ask the devices that are due, at most a hundred; how many they were.

    Args:
        conn: a connection with the API's rights, inside a transaction.
        now: ward time.
    """
    await act_for(conn, None, Role.ADMIN)
    rows = await renewals.due(conn, now, before=BEFORE, again=AGAIN, most=AT_ONCE)
    for row in rows:
        token = sessions.new_token()
        await devices.add_token(conn, row["no"], sessions.token_hash(token), _TOKEN_HOURS)
        values = {
            "device_no": row["no"],
            "bucket": row["bucket"],
            "command": "rotate_key",
            "args": {"token": token},
            "issued": now,
            "expires": now + timedelta(hours=_TOKEN_HOURS),
            "issued_by": None,
        }
        await devices.add_command(conn, values)
    notes = [
        audit.Note(
            action="command.send",
            patient_no=row["patient_no"],
            detail={"device": row["id"], "command": "rotate_key", "why": "certificate ends"},
        )
        for row in rows
    ]
    await audit.append(conn, now, "renewals", notes)
    return len(rows)


async def keep_certificates(services: Services) -> None:
    """Look every hour for as long as the program runs."""
    while True:
        async with services.pool.connection() as conn, conn.transaction():
            await ask_due(conn, services.now())
        await asyncio.sleep(LOOK_S)
