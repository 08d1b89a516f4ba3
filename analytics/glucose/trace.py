"""The last hour of one wearer's glucose, as a lane remembers it between readings.

Sensors speak every minute or every five; what lies nearer together than four minutes is passed
over, so that the trace is short and the person's slow mean means the same for both.
"""

from msgspec import Struct, field

from analytics.glucose.forecast import HISTORY_MS, SLACK_MS, SLOW, features

APART_MS = 4 * 60_000


class GlucoseTrace(Struct, array_like=True, gc=False):
    """The good readings of an hour, ascending, and what is usual.

    Attributes:
        times_ms: event times.
        values: mg/dL.
        mean: slow mean, about the last two days; 0: nothing was seen.
    """

    times_ms: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    mean: float = 0.0

    def note(self, t_ms: int, value: float) -> tuple[float, ...] | None:
        """Take a reading that is the newest.

        Returns:
            What the forecast looks at; None: too near the last one, or the half hour is not whole.
        """
        times, values = self.times_ms, self.values
        if times and t_ms - times[-1] < APART_MS:
            return None
        self.mean = self.mean + SLOW * (value - self.mean) if self.mean else value
        times.append(t_ms)
        values.append(value)
        drop = 0
        while t_ms - times[drop] > HISTORY_MS + SLACK_MS:
            drop += 1
        if drop:
            del times[:drop], values[:drop]
        return features(times, values, self.mean)
