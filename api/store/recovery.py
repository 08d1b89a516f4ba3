"""SQL of the codes that stand in for a lost second factor."""

from collections.abc import Sequence
from uuid import UUID

from api.store.types import Conn


async def replace(conn: Conn, user_id: UUID, hashes: Sequence[bytes]) -> None:
    """Keep these codes of an account, and no others."""
    await conn.execute("DELETE FROM recovery_code WHERE user_id = %s", (user_id,))
    await conn.execute(
        "INSERT INTO recovery_code (user_id, hash) SELECT %s, unnest(%s::bytea[])",
        (user_id, list(hashes)),
    )


async def use(conn: Conn, user_id: UUID, hashed: bytes) -> bool:
    """Use a code up; False if it is none of the account's, or was used before."""
    found = await conn.execute(
        """
        UPDATE recovery_code SET used_at = now()
         WHERE user_id = %s AND hash = %s AND used_at IS NULL
        """,
        (user_id, hashed),
    )
    return found.rowcount > 0


async def left(conn: Conn, user_id: UUID) -> int:
    """How many codes of an account are unused."""
    found = await conn.execute(
        "SELECT count(*) AS n FROM recovery_code WHERE user_id = %s AND used_at IS NULL",
        (user_id,),
    )
    row = await found.fetchone()
    return int(row["n"]) if row else 0
