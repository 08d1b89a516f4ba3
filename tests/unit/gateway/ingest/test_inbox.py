"""The inbox: batches by size and patience, bounded by bytes."""

import threading

from gateway.ingest.inbox import OVERHEAD, InboundMessage, Inbox


class Nobody:
    gone = False

    def acknowledge(self, mids: list[int]) -> None:
        raise AssertionError(mids)


NOBODY = Nobody()


def arrival(
    number: int, size: int = 10, topic: str = "t", source: Nobody = NOBODY
) -> InboundMessage:
    return InboundMessage(
        topic=topic,
        payload=bytes(size),
        retained=False,
        received_ms=0,
        at_s=0.0,
        source=source,
        mid=number,
    )


def test_a_batch_closes_by_size_and_keeps_the_order() -> None:
    inbox = Inbox(1_000_000)
    for number in range(25):
        inbox.put(arrival(number))
    batches = [inbox.next_messages(10, 0.1, 0.0) for _ in range(3)]
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [one.mid for batch in batches for one in batch] == list(range(25))
    assert inbox.next_messages(10, 0.0, 0.0) == []


def test_a_wake_up_brings_an_empty_batch() -> None:
    inbox = Inbox(1_000)
    inbox.wake()
    assert inbox.next_messages(10, 5.0, 0.0) == []


def test_too_many_bytes_make_the_sender_wait_until_they_are_dealt_with() -> None:
    """Taken is not dealt with: batches that are opened, ready or being committed are held."""
    inbox = Inbox(10 * OVERHEAD)
    done = threading.Event()

    def fill() -> None:
        for number in range(30):
            inbox.put(arrival(number))
        done.set()

    thread = threading.Thread(target=fill)
    thread.start()
    assert not done.wait(0.1)
    assert len(inbox) <= 11
    taken = inbox.next_messages(30, 1.0, 0.0)
    assert not done.wait(0.1)
    assert inbox.next_messages(30, 0.0, 0.0) == []
    handled = 0
    while handled < 30:
        handled += len(taken)
        inbox.dealt(taken)
        taken = inbox.next_messages(5, 1.0, 0.0)
    thread.join(5)
    assert done.is_set()
    assert inbox.held == 0


def test_what_is_held_counts_its_topic_and_what_it_costs() -> None:
    inbox = Inbox(1_000_000)
    inbox.put(arrival(1, size=100, topic="t" * 60_000))
    assert inbox.held == 60_100 + OVERHEAD


def test_whoever_waits_for_room_is_let_go_when_the_inbox_is_closed() -> None:
    inbox = Inbox(1)
    inbox.put(arrival(1))
    waiting = threading.Thread(target=lambda: inbox.put(arrival(2)))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    inbox.close()
    waiting.join(5)
    assert not waiting.is_alive()
    inbox.put(arrival(3))
    assert len(inbox) == 1, "what comes after the end comes again"


def test_whoever_waits_for_room_is_let_go_when_its_own_source_is_left() -> None:
    inbox, leaving = Inbox(1), Nobody()
    inbox.put(arrival(1))
    waiting = threading.Thread(target=lambda: inbox.put(arrival(2, source=leaving)))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    leaving.gone = True
    waiting.join(5)
    assert not waiting.is_alive()
    inbox.dealt(inbox.next_messages(9, 0.0, 0.0))
    inbox.put(arrival(3))
    assert [one.mid for one in inbox.next_messages(9, 0.0, 0.0)] == [3]
