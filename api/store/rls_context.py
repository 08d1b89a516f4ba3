"""Context of row-level security: for whom a transaction acts."""

from uuid import UUID

from api.store.types import Conn


async def act_for(
    conn: Conn, user_id: UUID | None, role: str, *, office_only: bool = False
) -> None:
    """Make this transaction act for a person; outside a transaction it has no effect.

    Args:
        conn: a connection inside a transaction.
        user_id: the person, None for the program itself.
        role: the role in which they act.
        office_only: an administrator who is to see no patient.
    """
    await conn.execute(
        "SELECT set_config('homeward.user_id', %s, true), set_config('homeward.role', %s, true),"
        " set_config('homeward.office_only', %s, true)",
        (str(user_id) if user_id else "", role, "on" if office_only else ""),
    )
