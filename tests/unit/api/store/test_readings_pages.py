"""A page of readings is looked for in a short span first."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.store.readings import growing_ends, observations

if TYPE_CHECKING:
    from api.store.types import Conn

START = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3_650)))
def test_spans_grow_up_to_the_whole_and_are_few(length: timedelta) -> None:
    ends = list(growing_ends(START, START + length))
    assert ends == sorted(set(ends))
    assert ends[-1] == START + length
    assert ends[0] <= START + timedelta(hours=1)
    assert len(ends) <= 8


class Asked:
    """A connection that holds one reading a second, or an hour; remembers the ends asked for."""

    def __init__(self, every: timedelta) -> None:
        self.every = every
        self.ends: list[datetime] = []
        self._found: list[int] = []

    async def execute(self, _: str, asked: dict[str, Any]) -> "Asked":
        self.ends.append(asked["end"])
        held = (asked["end"] - asked["start"]) // self.every
        self._found = list(range(min(held, asked["limit"])))
        return self

    async def fetchall(self) -> list[int]:
        return self._found


@pytest.mark.parametrize(("every", "hours"), [(timedelta(seconds=1), 1), (timedelta(hours=1), 720)])
def test_a_full_page_ends_the_search_and_a_sparse_record_is_searched_to_its_end(
    every: timedelta, hours: int
) -> None:
    conn, end = Asked(every), START + timedelta(days=30)
    told = observations(cast("Conn", conn), 1, [1], (START, end), after=None, limit=1_000)
    found = asyncio.run(cast("Any", told))
    assert len(found) == min(1_000, timedelta(days=30) // every)
    assert conn.ends[-1] == START + timedelta(hours=hours)
