"""Of whom a DICOM file is: two identifiers must agree, and none that decides may differ."""

from datetime import date

import pytest

from api.imaging.identity import FilePerson, mismatch, same_name

BORN = date(1950, 12, 10)


def why(
    *names: str,
    born: date | None = BORN,
    number: str = "",
    name: str = "Ada Byron",
    own: str = "R-17",
) -> str | None:
    file = FilePerson(names=names, birth_date=born, record_number=number)
    return mismatch(file, name, BORN, own)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Byron Ada", "Ada Byron"),
        ("BYRON ADA", "Ada Byron"),
        ("Müller Jürgen", "Jurgen Muller"),
        ("Byron Ada King", "Ada Byron"),
        ("O'Neil Sean", "Sean O Neil"),
        ("王 小明", "王小明"),
        ("Plato", "Plato"),
    ],
)
def test_one_name_written_in_two_ways(left: str, right: str) -> None:
    assert same_name(left, right)
    assert same_name(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Byron Ada", "Byron Anne"),
        ("Byron", "Ada Byron"),
        ("", "Ada Byron"),
        ("Ada Byron King", "Ada Byron Lovelace"),
        ("王小明", "王大明"),
        ("^^^", "..."),
    ],
)
def test_two_names(left: str, right: str) -> None:
    assert not same_name(left, right)
    assert not same_name(right, left)


def test_two_identifiers_agree_or_it_is_refused() -> None:
    assert why("Byron Ada") is None
    assert why("Byron Ada", born=None, number="r-17") is None
    assert why("Byron Ada", number="another hospital's") is None
    assert why("Anonymous", "王小明", name="王小明") is None
    assert why("Byron Ada", born=None) == (
        "beside the name neither birth date nor record number agrees"
    )
    assert why("Byron Ada", born=date(1950, 12, 11), number="R-17") == (
        "the birth date in it is another"
    )
    assert why("Roe Jane", number="R-17") == "the name in it is another"
    assert why("", number="R-17") == "it names nobody"
    assert why("Byron Ada", born=None, number="", own="") is not None
