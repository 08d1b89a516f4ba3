"""How a case names its patient to doctors who know no more of them; pure."""

from datetime import date

from api.vault.personal_data import Personal

SIMULATED = "SIMULATED"


def label_of(personal: Personal, sex: str, naming: str, today: date) -> str:
    """Return what the experts of a case are told: initials, the name or neither, age and sex.

    Args:
        personal: the opened record.
        sex: as the record has it.
        naming: ``initials``, ``name`` or ``nothing``.
        today: the ward's day.
    """
    called = {"name": personal.name, "initials": _initials(personal.name)}.get(naming)
    born = personal.birth_date
    age = None if born is None else f"{_years(born, today)} years"
    known = None if sex == "unknown" else sex
    mark = SIMULATED if personal.simulated else None
    return ", ".join(part for part in (mark, called, age, known) if part) or "A patient"


def _initials(name: str) -> str:
    return " ".join(f"{part[0].upper()}." for part in name.split())


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
