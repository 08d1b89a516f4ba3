"""The fan-out loses nothing to those who join while it asks who may see what."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest

from api.live import feed as module
from api.live.feed import LiveFeed
from tests.unit.api.live.test_subscription import CALLER

if TYPE_CHECKING:
    from api.services import Services

ROWS = [
    {
        "stream_id": n, "patient_no": 1, "ward": "main", "event": "alert.raised",
        "holders": [], "data": "{}",
    }
    for n in (6, 7)
]  # fmt: skip

UNTRACED = cast("Services", SimpleNamespace(tracer=None))
"""No other service is asked for."""


def test_who_joins_while_events_are_handed_out_misses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their replay ends where the feed stands, and the feed stands behind what it hands out."""
    live = LiveFeed(UNTRACED)
    live.position = 5

    async def watchers(_: object, subjects: Any, among: list[UUID]) -> Any:  # noqa: ANN401 - as given
        await asyncio.sleep(0.01)
        return dict.fromkeys(subjects, frozenset(among))

    async def bounds(_: object) -> tuple[int, int]:
        return 1, 7

    async def after(_: object, last: int, *__: object) -> list[dict[str, Any]]:
        return [row for row in ROWS if int(str(row["stream_id"])) > last]

    for name, stands_in in (("watchers", watchers), ("bounds", bounds), ("after", after)):
        monkeypatch.setattr(module.stream, name, stands_in)

    async def main() -> None:
        live._started.set()  # noqa: SLF001 - in place of a running pump
        first = await live.subscribe(CALLER)
        handing = asyncio.create_task(live._catch_up(None))  # type: ignore[arg-type]  # noqa: SLF001
        await asyncio.sleep(0)
        await asyncio.sleep(0.005)
        second = await live.subscribe(replace(CALLER, user_id=UUID(int=2)))
        assert second.after == 5
        await handing
        for one in (first, second):
            got = [await one.next(0.01), await one.next(0.01)]
            assert [event.stream_id for event in got if event] == [6, 7]

    asyncio.run(main())


def test_who_went_before_the_stream_began_holds_no_place() -> None:
    live = LiveFeed(UNTRACED)

    async def main() -> None:
        live._started.set()  # noqa: SLF001 - in place of a running pump
        for _ in range(3 * live.settings.per_user):
            gone = await live.subscribe(CALLER)
            for _ in range(2):
                live._drop_abandoned([gone])  # noqa: SLF001 - as it does every few seconds
        kept = await live.subscribe(CALLER)
        kept.begun = True
        for _ in range(3):
            live._drop_abandoned([kept])  # noqa: SLF001
        assert live._by_user == {CALLER.user_id: {kept}}  # noqa: SLF001

    asyncio.run(main())
