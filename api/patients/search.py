"""Finding people by name, second identifier, phone, doctor or state, among those one may see."""

from anyio import to_thread

from api.http.deps import UnitOfWork
from api.patients.identifiers import identifier_of
from api.store import patients
from api.store.types import Row
from api.vault import personal_data
from api.vault.envelope import Vault, VaultError
from api.vault.name_index import NameCache, holds, words_of

_AT_ONCE = 500


async def find_people(work: UnitOfWork, search: str, *, discharged: bool = False) -> list[Row]:
    """Return the people whom a search finds, by name.

    Args:
        work: acts for who searches.
        search: words, each of which must be part of what is known; without any all are found.
        discharged: whether those who were discharged are looked at as well.

    Returns:
        Rows with ``no``, ``state``, ``doctor_name`` and ``words`` (name first), in their order.
    """
    rows = await patients.searched(work.conn, discharged=discharged)
    words = words_of(search)
    await _fill(work, rows)
    for row in rows:
        row["words"] = (
            (work.services.names.get(row["id"], row["rev"]) or "") if row["known"] else ""
        )
    wanted = [row for row in rows if holds(_text(row), words)]
    return sorted(wanted, key=lambda row: (row["words"], row["no"]))


def _text(row: Row) -> str:
    return f"{row['words']} {row['doctor_name'] or ''} {row['state']}".casefold()


async def _fill(work: UnitOfWork, rows: list[Row]) -> None:
    """Open the records that are not known yet, some at a time, off the event loop."""
    names, vault = work.services.names, work.services.vault
    unknown = [row for row in rows if row["known"] and names.get(row["id"], row["rev"]) is None]
    for at in range(0, len(unknown), _AT_ONCE):
        part = {row["no"]: row["rev"] for row in unknown[at : at + _AT_ONCE]}
        sealed = await patients.sealed_by_number(work.conn, list(part))
        await to_thread.run_sync(_open, names, vault, sealed, part)


def _open(names: NameCache, vault: Vault, sealed: list[Row], revisions: dict[int, int]) -> None:
    for row in sealed:
        names.put(row["id"], revisions[row["no"]], _words(vault, row))


def _words(vault: Vault, row: Row) -> str:
    try:
        personal = personal_data.open_personal(vault, row)
    except VaultError:
        return ""
    if personal is None:
        return ""
    parts = (personal.name, identifier_of(personal), personal.phone)
    return " ".join(part for part in parts if part).casefold()
