"""What may become of a payload between a device and the broker."""

import random
from collections import deque
from collections.abc import Callable

Carry = Callable[[str, bytes], list[tuple[str, bytes]]]
"""What becomes of a (topic, payload) on its way: the payloads that really go out."""


def faithfully(topic: str, payload: bytes) -> list[tuple[str, bytes]]:
    return [(topic, payload)]


def copies(times: int) -> Carry:
    """Everything goes out that many times."""
    return lambda topic, payload: [(topic, payload)] * times


def among_thieves(rng: random.Random) -> Carry:
    """Beside everything goes a copy with one bit changed, nothing, and noise."""

    def carry(topic: str, payload: bytes) -> list[tuple[str, bytes]]:
        place = rng.randrange(1, len(payload))
        changed = payload[:place] + bytes([payload[place] ^ 1]) + payload[place + 1 :]
        return [(topic, changed), (topic, b""), (topic, rng.randbytes(70)), (topic, payload)]

    return carry


class Shuffler:
    """Holds back up to ``held`` payloads and lets out one at random for each that comes."""

    def __init__(self, rng: random.Random, held: int) -> None:
        self._rng = rng
        self._most = held
        self._held: deque[tuple[str, bytes]] = deque()

    def carry(self, topic: str, payload: bytes) -> list[tuple[str, bytes]]:
        self._held.append((topic, payload))
        if len(self._held) <= self._most:
            return []
        self._held.rotate(self._rng.randrange(len(self._held)))
        return [self._held.popleft()]

    def release(self, topic: str, payload: bytes) -> list[tuple[str, bytes]]:
        """From now on let everything out, first what was held back."""
        out = [*self._held, (topic, payload)]
        self._held.clear()
        return out
