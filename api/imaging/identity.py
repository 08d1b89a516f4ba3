"""Whether a DICOM file is of the person to whom it is being attached.

Two identifiers must agree, as for everything that is done to a patient (The Joint Commission,
National Patient Safety Goal NPSG.01.01.01): the name, and the birth date or the record number. A
birth date that differs is another person's. A record number that differs may be another
hospital's for the same person, and decides nothing where the birth date agrees.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_WORD = re.compile(r"[^\W_]+")
_ENOUGH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePerson:
    """Whom a file names.

    Attributes:
        names: the groups of its Person Name (PS3.5, 6.2.1): alphabetic, ideographic, phonetic.
        birth_date: None where it tells none, or none that is a date.
        record_number: Patient ID, empty where it tells none.
    """

    names: tuple[str, ...]
    birth_date: date | None
    record_number: str


def mismatch(
    file: FilePerson, name: str, birth_date: date | None, record_number: str | None
) -> str | None:
    """Return why a file is not surely this person's, None if it is; in words that name nobody.

    Args:
        file: whom the file names.
        name: the patient's, as the record has it.
        birth_date: the patient's.
        record_number: the patient's, as the record has it.
    """
    if not any(file.names):
        return "it names nobody"
    if not any(same_name(one, name) for one in file.names if one):
        return "the name in it is another"
    if file.birth_date and birth_date and file.birth_date != birth_date:
        return "the birth date in it is another"
    born = file.birth_date is not None and file.birth_date == birth_date
    numbered = bool(record_number) and _plain(file.record_number) == _plain(record_number or "")
    if born or numbered:
        return None
    return "beside the name neither birth date nor record number agrees"


def same_name(left: str, right: str) -> bool:
    """Whether two names are one, whatever the order, case, accents and marks between the parts.

    A second given name that one of them lacks is no difference; a single word in common is none
    either way but where both are that word.
    """
    first, second = _words(left), _words(right)
    if not first or not second:
        return False
    if first == second or "".join(sorted(first)) == "".join(sorted(second)):
        return True
    if _joined(left) == _joined(right):
        return True
    common = first & second
    return len(common) >= _ENOUGH and common in (first, second)


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_plain(name)))


def _joined(name: str) -> str:
    """The letters in their order: writing without blanks, as in Chinese."""
    return "".join(_WORD.findall(_plain(name)))


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold().strip()
