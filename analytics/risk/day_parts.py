"""What is usual in one quarter of the day: a centre and a spread of its own."""

from msgspec import Struct

CLIP = 3.0
ABSOLUTE_TO_SD = 1.2533
"""Mean absolute deviation to standard deviation for a normal variable: sqrt(pi / 2)."""


class DayPart(Struct, array_like=True, gc=False):
    """What is usual in one quarter of the day.

    Attributes:
        readings: how many have been learnt.
        days: on how many days.
        day: number of the newest.
        centre: what is usual, in the metric's unit.
        spread: mean absolute deviation about that, clipped.
    """

    readings: int = 0
    days: int = 0
    day: int = -1
    centre: float = 0.0
    spread: float = 0.0

    def learn(self, value: float, day: int, weight: float, most: float) -> None:
        """Learn one reading of that quarter, clipped at so far from its centre."""
        if not self.readings:
            self.centre, self.spread = value, most / CLIP / ABSOLUTE_TO_SD
        else:
            step = value - self.centre
            if not -most < step < most:
                step = most if step > 0 else -most
            self.centre += weight * step
            self.spread += weight * ((step if step >= 0 else -step) - self.spread)
        self.readings += 1
        if day != self.day:
            self.days, self.day = self.days + 1, day
