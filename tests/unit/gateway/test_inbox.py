"""The inbox: batches by size and patience, bounded by bytes."""

import threading

from gateway.batching import Arrival, Inbox


class Nobody:
    def acknowledge(self, mids: list[int]) -> None:
        raise AssertionError(mids)


def arrival(number: int, size: int = 10) -> Arrival:
    return Arrival(
        topic="t",
        payload=bytes(size),
        retained=False,
        received_ms=0,
        at_s=0.0,
        source=Nobody(),
        mid=number,
    )


def test_a_batch_closes_by_size_and_keeps_the_order() -> None:
    inbox = Inbox(1_000_000)
    for number in range(25):
        inbox.put(arrival(number))
    batches = [inbox.take(10, 0.1, 0.0) for _ in range(3)]
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [one.mid for batch in batches for one in batch] == list(range(25))
    assert inbox.take(10, 0.0, 0.0) == []


def test_a_wake_up_brings_an_empty_batch() -> None:
    inbox = Inbox(1_000)
    inbox.wake()
    assert inbox.take(10, 5.0, 0.0) == []


def test_too_many_bytes_make_the_sender_wait() -> None:
    inbox = Inbox(100)
    done = threading.Event()

    def fill() -> None:
        for number in range(30):
            inbox.put(arrival(number))
        done.set()

    thread = threading.Thread(target=fill)
    thread.start()
    assert not done.wait(0.1)
    assert len(inbox) <= 12
    taken = 0
    while taken < 30:
        taken += len(inbox.take(5, 1.0, 0.0))
    thread.join(5)
    assert done.is_set()


def test_closing_lets_nobody_wait() -> None:
    inbox = Inbox(1)
    inbox.put(arrival(1))
    inbox.close()
    inbox.put(arrival(2))
    inbox.put(arrival(3))
    assert len(inbox) == 3
    inbox.clear()
    assert len(inbox) == 0
