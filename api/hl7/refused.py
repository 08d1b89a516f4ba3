"""A refused message, opened for a coordinator."""

import structlog

from api.hl7.receiving import PURPOSE, bond
from api.http.deps import UnitOfWork
from api.store.types import Row
from api.vault import personal_data
from api.vault.envelope import VaultError, unseal

_log = structlog.get_logger("api.hl7")


async def opened_bytes(work: UnitOfWork, row: Row) -> bytes | None:
    """Return a message as it came; None: whom it names was erased, or it was changed.

    Args:
        work: of who asks.
        row: of ``api.store.hl7.refused_one``.
    """
    if row["patient_no"] is None:
        key = await personal_data.system_key(work.conn, work.services.vault, PURPOSE)
    else:
        own = personal_data.patient_key(work.services.vault, {**row, "id": row["patient"]})
        if own is None:
            return None
        key = own
    try:
        return unseal(key, row["sealed"], bond(row["digest"]))
    except VaultError:
        _log.exception("a refused message does not open", message=str(row["id"]))
        return None


async def opened_text(work: UnitOfWork, row: Row) -> str | None:
    """Return a message's text, a line a segment; None as ``opened_bytes``."""
    plain = await opened_bytes(work, row)
    if plain is None:
        return None
    return plain.decode("utf-8", "replace").replace("\r", "\n").replace("\x00", "")
