"""SQL of readiness: what the API can see of the parts it works with."""

from api.store.types import Conn


async def schema_revision(conn: Conn) -> str | None:
    """The revision of the schema, None for a database without one."""
    found = await conn.execute("SELECT version_num FROM alembic_version")
    row = await found.fetchone()
    return row["version_num"] if row else None
