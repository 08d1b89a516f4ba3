"""Detection of a device that has more refused than a broken one would.

What is refused for its rate or its topic costs little and is only counted, so a device that does
nothing else would go unnoticed. Counts are kept for a span of time and then forgotten, for devices
that the registry knows and no others, so that they are bounded by it.
"""


class Floods:
    """Counts of refused messages by device.

    Args:
        most: so many in one span are a flood.
        span_s: seconds.
    """

    def __init__(self, most: int, span_s: float) -> None:
        self._most, self._span_s = most, span_s
        self._began_s = 0.0
        self._counts: dict[int, int] = {}

    def reached(self, device_no: int, now_s: float) -> bool:
        """Count one refused message; True at the one that makes it a flood, once in a span."""
        if now_s - self._began_s >= self._span_s:
            self._began_s = now_s
            self._counts.clear()
        count = self._counts[device_no] = self._counts.get(device_no, 0) + 1
        return count == self._most
