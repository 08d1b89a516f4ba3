"""Identification of a patient: the name with a second identifier beside it, in every answer.

Two people of a ward may bear one name. So wherever an answer speaks of a patient, the birth date
and the external id, where there is one, stand beside the name. They are personal data: they are
opened for who may see the patient, answer by answer, and are stored nowhere in the clear.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog

from api.store import patients
from api.store.types import Conn, Row
from api.vault import personal_data
from api.vault.envelope import Vault, VaultError
from api.vault.personal_data import Personal
from api.vault.private_text import PatientText, open_in

_log = structlog.get_logger("api.identifiers")


class PatientLabel(NamedTuple):
    """A patient as a list shows them; every part is None once the person was erased.

    ``text`` opens what was written about them, and seals what is now; ``no`` is their number.
    """

    name: str | None = None
    identifier: str | None = None
    birth_date: str | None = None
    text: PatientText | None = None
    simulated: bool = False
    no: int | None = None


SIMULATED = "SIMULATED"
"""What a simulated patient is called beside the name."""

NOBODY = PatientLabel()
"""Who was erased, or may not be seen."""


def identifier_of(personal: Personal | None) -> str | None:
    """Return the second identifier: birth date, then external id (``1941-03-02 · R-17``).

    Of a simulated patient the word comes first, so that it stands wherever a name does.
    """
    if personal is None:
        return None
    born = personal.birth_date.isoformat() if personal.birth_date else None
    mark = SIMULATED if personal.simulated else None
    return " · ".join(part for part in (mark, born, personal.external_id) if part) or None


def person_of(personal: Personal | None, text: PatientText | None = None) -> PatientLabel:
    """Return the person whom an opened record describes."""
    if personal is None:
        return NOBODY
    born = personal.birth_date.isoformat() if personal.birth_date else None
    identifier = identifier_of(personal)
    return PatientLabel(personal.name, identifier, born, text, personal.simulated)


async def people(conn: Conn, vault: Vault, ids: Iterable[str]) -> dict[str, PatientLabel]:
    """Return those of these patients whom the acting person may see, by id."""
    rows = await patients.sealed(conn, [UUID(one) for one in sorted(set(ids))])
    return {str(row["id"]): _opened(vault, row) for row in rows}


def _opened(vault: Vault, row: Row) -> PatientLabel:
    """Return the person of a row; one damaged record takes no list and no alert away."""
    try:
        personal, text = (
            personal_data.open_personal(vault, row),
            personal_data.text_of(vault, row),
        )
        return person_of(personal, text)._replace(no=row["no"])
    except VaultError:
        _log.exception("a record does not open", patient=str(row["id"]))
        return NOBODY


def tell(items: Iterable[Row], known: Mapping[str, PatientLabel], key: str = "patient") -> None:
    """Write who each item is about: name, identifier, birth date, whether they are simulated.

    What was written about the patient is opened, wherever it stands in the item.
    """
    for item in items:
        person = known.get(str(item[key]), NOBODY)
        open_in(item, person.text)
        item.update(
            name=person.name,
            identifier=person.identifier,
            birth_date=person.birth_date,
            simulated=person.simulated,
        )


async def name_people(
    conn: Conn, vault: Vault, items: Sequence[Row], key: str = "patient"
) -> set[int]:
    """Name the patients of these items, in place; return the numbers of those named.

    What shows several says so of each of them: ``work.saw(action, numbers)``.

    Args:
        conn: a connection acting for who is answered.
        vault: opens what is personal.
        items: answers with the patient's id under ``key``; null: about nobody.
        key: that member's name.
    """
    ids = {str(item[key]) for item in items if item[key] is not None}
    known = await people(conn, vault, ids) if ids else {}
    tell(items, known, key)
    return numbers_of(known)


def numbers_of(known: Mapping[str, PatientLabel]) -> set[int]:
    """Return the numbers of the people who are known by these labels."""
    return {person.no for person in known.values() if person.no is not None}
