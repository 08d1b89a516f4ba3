"""Background tasks end with the program, even one that has lost its cancellation."""

import asyncio

import pytest

from api.jobs import supervisor


def test_a_task_that_loses_its_cancellation_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pool's wait may swallow it (Python 3.11): the program must not hang at its end."""
    lost: list[str] = []

    async def loses_the_first() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append("once")
        await asyncio.Event().wait()

    async def main() -> None:
        async with supervisor.running({"pool": loses_the_first}):
            await asyncio.sleep(0)

    monkeypatch.setattr(supervisor, "_CANCEL_AGAIN_S", 0.05)
    asyncio.run(asyncio.wait_for(main(), 5))
    assert lost == ["once"]
