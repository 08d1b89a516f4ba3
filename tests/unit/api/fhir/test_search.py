"""Parameters of a FHIR search."""

from datetime import UTC, datetime

import pytest

from api.errors import InvalidError
from api.fhir.search import NEWEST, OLDEST, read, spans

KNOWN = frozenset({"patient", "date"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "span"),
    [
        ([], (OLDEST, NEWEST)),
        (["2026"], (at("2026-01-01"), at("2027-01-01"))),
        (["2026-12"], (at("2026-12-01"), at("2027-01-01"))),
        (["eq2026-02-28"], (at("2026-02-28"), at("2026-03-01"))),
        (["ge2026-02-28"], (at("2026-02-28"), NEWEST)),
        (["gt2026-02-28"], (at("2026-03-01"), NEWEST)),
        (["lt2026-02-28"], (OLDEST, at("2026-02-28"))),
        (["le2026-02-28"], (OLDEST, at("2026-03-01"))),
        (["2026-02-28T10:00Z"], (at("2026-02-28 10:00"), at("2026-02-28 10:01"))),
        (["ge2026-02-28T10:00:00+02:00"], (at("2026-02-28 08:00"), NEWEST)),
        (["ge2026-02-28T10:00:00-02:30"], (at("2026-02-28 12:30"), NEWEST)),
        (["ge2026-01-01", "lt2026-02-01"], (at("2026-01-01"), at("2026-02-01"))),
    ],
)
def test_dates_are_stretches(values: list[str], span: tuple[datetime, datetime]) -> None:
    assert spans("date", values) == span


@pytest.mark.parametrize("text", ["", "soon", "26", "2026-13", "2026-02-30", "ne2026", "ap2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        spans("date", [text])


def test_what_is_not_known_is_refused_or_left_out() -> None:
    given = [("patient", "x"), ("colour", "red"), ("_count", "5")]
    with pytest.raises(InvalidError, match="colour"):
        read("Observation", given, KNOWN, lenient=False)
    asked = read("Observation", given, KNOWN, lenient=True)
    assert (dict(asked.values), asked.count) == ({"patient": ["x"], "_count": ["5"]}, 5)


@pytest.mark.parametrize(("text", "count"), [("0", 1), ("7", 7), ("99999", 1_000)])
def test_a_page_has_a_bound(text: str, count: int) -> None:
    assert read("Patient", [("_count", text)], KNOWN, lenient=False).count == count
