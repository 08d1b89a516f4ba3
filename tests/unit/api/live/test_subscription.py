"""A listener's queue is bounded, and says so when it was too slow."""

import asyncio
import contextlib
import json
from uuid import UUID

import pytest

from analytics.domain.care import Role
from api.auth.sessions import Caller
from api.jobs.leader import Wakeup, run_isolated
from api.live.subscription import End, Subscription, encode

CALLER = Caller(
    user_id=UUID(int=1),
    username="n",
    display_name="",
    role=Role.NURSE,
    state="active",
    ward="main",
    patient_no=None,
    session=b"",
    by_cookie=False,
)


def test_an_event_is_one_block_with_a_decimal_id() -> None:
    event = encode(42, "alert.raised", '{"a": 1}')
    assert event.sse == b'id: 42\nevent: alert.raised\ndata: {"a": 1}\n\n'


def test_who_is_too_slow_is_ended_and_holds_nothing() -> None:
    async def main() -> None:
        slow = Subscription(CALLER, 0, most=3)
        for n in range(1, 10):
            slow.offer(encode(n, "alert.changed", "{}"))
        assert slow.end is End.SLOW
        assert slow.idle
        assert await slow.next(0.01) is None

    asyncio.run(main())


def test_what_was_seen_is_not_given_again() -> None:
    async def main() -> None:
        one = Subscription(CALLER, 5, most=3)
        for n in (4, 5, 6):
            one.offer(encode(n, "alert.changed", "{}"))
        event = await one.next(0.01)
        assert event is not None
        assert event.stream_id == 6
        assert one.after == 6
        assert await one.next(0.01) is None

    asyncio.run(main())


def test_changed_rows_are_told_once_and_leave_the_place_in_the_feed() -> None:
    async def main() -> None:
        one = Subscription(CALLER, 5, most=3)
        one.tell_rows([])
        assert one.idle
        one.tell_rows([UUID(int=7), UUID(int=8)])
        one.tell_rows([UUID(int=7)])
        one.offer(encode(6, "alert.changed", "{}"))
        first, second = await one.next(0.01), await one.next(0.01)
        assert first is not None
        assert second is not None
        assert first.name == "alert.changed", "an alert does not wait for a row"
        assert json.loads(second.data)["patients"] == [str(UUID(int=7)), str(UUID(int=8))]
        assert b"id:" not in second.sse
        assert one.after == 6
        assert await one.next(0.01) is None

    asyncio.run(main())


def test_a_waiting_listener_wakes_at_once() -> None:
    async def main() -> None:
        one = Subscription(CALLER, 0, most=3)
        asyncio.get_running_loop().call_later(
            0.01, lambda: one.offer(encode(1, "alert.raised", "{}"))
        )
        event = await asyncio.wait_for(one.next(60), 1)
        assert event is not None

    asyncio.run(main())


def test_a_thousand_events_begin_no_timer_each(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        one, loop = Subscription(CALLER, 0, most=3), asyncio.get_running_loop()
        begun, call_at = [], loop.call_at
        monkeypatch.setattr(
            loop, "call_at", lambda *given, **named: begun.append(given) or call_at(*given, **named)
        )
        for n in range(1, 1_001):
            loop.call_soon(one.offer, encode(n, "alert.changed", "{}"))
            assert await one.next(60) is not None
        assert len(begun) == 1

    asyncio.run(main())


def test_silence_is_told_its_time_after_the_last_event_and_a_shorter_one_sooner() -> None:
    async def main() -> None:
        one, loop = Subscription(CALLER, 0, most=3), asyncio.get_running_loop()
        loop.call_later(0.05, one.offer, encode(1, "alert.changed", "{}"))
        assert await one.next(0.3) is not None
        since = loop.time()
        assert await one.next(0.3) is None
        assert loop.time() - since >= 0.3
        loop.call_soon(one.offer, encode(2, "alert.changed", "{}"))
        assert await one.next(3_600) is not None
        assert await asyncio.wait_for(one.next(0.01), 60) is None, "no longer than it was asked for"

    asyncio.run(main())


def test_a_cancellation_is_never_lost_to_an_event_that_comes_with_it() -> None:
    async def main() -> None:
        wake = Wakeup()

        async def work() -> None:
            while True:
                await wake.wait(5)

        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
        wake.notify("a")
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        assert task.cancelled()

    asyncio.run(main())


def test_a_group_that_fails_while_cancelled_is_still_cancelled() -> None:
    async def main() -> None:
        async def fails_when_cancelled() -> None:
            try:
                await asyncio.sleep(5)
            finally:
                raise ValueError

        async def group_of_one() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails_when_cancelled())

        async def work() -> None:
            while True:
                with contextlib.suppress(ExceptionGroup):
                    await run_isolated(group_of_one())

        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        assert task.cancelled()

    asyncio.run(main())


def test_a_group_that_merely_fails_cancels_nobody() -> None:
    async def main() -> None:
        async def fails() -> None:
            await asyncio.sleep(0)
            raise ValueError

        async def group_of_one() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())

        for _ in range(2):
            with pytest.raises(ExceptionGroup):
                await run_isolated(group_of_one())
        await asyncio.sleep(0)

    asyncio.run(main())


def test_rows_and_messages_are_told_apart_and_each_once() -> None:
    async def main() -> None:
        one = Subscription(CALLER, 7, most=3)
        one.tell_rows([UUID(int=3)])
        one.tell_care([UUID(int=4)])
        one.tell_care([UUID(int=4), UUID(int=5)])
        told = {}
        while (event := await one.next(0.01)) is not None:
            told[event.name] = json.loads(event.data)["patients"]
            assert event.stream_id == 7
        assert told == {
            "panel.changed": [str(UUID(int=3))],
            "care.changed": [str(UUID(int=4)), str(UUID(int=5))],
        }
        one.tell_care(())
        again = await one.next(0.01)
        assert again is not None
        assert json.loads(again.data) == {"patients": []}

    asyncio.run(main())
