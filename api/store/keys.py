"""SQL of the vault: wrapped keys."""

from collections.abc import Sequence

from api.store.types import Conn, Row


async def vault_key(conn: Conn, name: str) -> Row | None:
    """A key that belongs to no patient."""
    found = await conn.execute(
        "SELECT master_version, wrapped FROM vault_key WHERE name = %s", (name,)
    )
    return await found.fetchone()


async def add_vault_key(conn: Conn, name: str, version: int, wrapped: bytes) -> Row:
    """Store a key unless another process was first; answer the one that stands."""
    found = await conn.execute(
        """
        INSERT INTO vault_key AS k (name, master_version, wrapped) VALUES (%s, %s, %s)
        ON CONFLICT (name) DO UPDATE SET name = k.name RETURNING master_version, wrapped
        """,
        (name, version, wrapped),
    )
    row = await found.fetchone()
    if row is None:
        raise LookupError(name)
    return row


async def put_vault_key(conn: Conn, name: str, version: int, wrapped: bytes) -> None:
    """Replace a key's wrapping."""
    await conn.execute(
        "UPDATE vault_key SET master_version = %s, wrapped = %s WHERE name = %s",
        (version, wrapped, name),
    )


async def patient_keys_below(conn: Conn, version: int, limit: int) -> Sequence[Row]:
    """Patients' keys wrapped by an older version, locked; at most ``limit``."""
    found = await conn.execute(
        """
        SELECT k.patient_no, p.id, k.master_version, k.wrapped
          FROM patient_key k JOIN patient p ON p.no = k.patient_no
         WHERE k.master_version < %s ORDER BY k.patient_no LIMIT %s FOR UPDATE OF k
        """,
        (version, limit),
    )
    return await found.fetchall()


async def put_patient_key(conn: Conn, patient_no: int, version: int, wrapped: bytes) -> None:
    """Store or replace the wrapped data key of a patient."""
    await conn.execute(
        """
        INSERT INTO patient_key (patient_no, master_version, wrapped) VALUES (%s, %s, %s)
        ON CONFLICT (patient_no) DO UPDATE
            SET master_version = excluded.master_version, wrapped = excluded.wrapped
        """,
        (patient_no, version, wrapped),
    )
