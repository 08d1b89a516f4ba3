"""One person's recording: moments of measured values, in event order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from analytics.domain.acceptance import ValueVerdict, contradicted, verdict
from analytics.domain.vitals import Quality
from analytics.readings import Measurement, Reading, RefusedValue
from analytics.settings.in_force import StoredPlan

Measured = tuple[tuple[int, float], ...]
"""(metric, value) pairs of one moment."""
DAY_MS = 86_400_000


class RecordedMoment(NamedTuple):
    """What was measured at one time.

    Attributes:
        t_ms: event time, milliseconds since 1970.
        measured: the values.
        device: who measured; empty: a person.
    """

    t_ms: int
    measured: Measured
    device: str = "recorded"


@dataclass(slots=True, kw_only=True)
class Recording:
    """One stretch of one person: a stay, or all of a recording at home.

    Attributes:
        person: whose; two stays may be of one person.
        moments: in event order.
        plan: what is set for them.
    """

    person: str
    moments: Sequence[RecordedMoment] = field(default_factory=list)
    plan: StoredPlan = field(default_factory=StoredPlan)

    @property
    def days(self) -> int:
        """Patient-days: stretches of 24 h from the first moment in which anything was measured."""
        first = self.moments[0].t_ms if self.moments else 0
        return len({(moment.t_ms - first) // DAY_MS for moment in self.moments})


def collected(rows: Mapping[int, Sequence[tuple[int, float]]]) -> Iterator[RecordedMoment]:
    """Give the moments of values that were gathered by time."""
    for t_ms in sorted(rows):
        yield RecordedMoment(t_ms, tuple(rows[t_ms]))


def admitted(moment: RecordedMoment, number: int) -> Reading:
    """Judge a moment's values as every door does; what is no reading is refused, not lost.

    Args:
        moment: of one person.
        number: identity of the reading in the replay.
    """
    against = contradicted(moment.measured)
    samples: list[Measurement] = []
    refused: list[RefusedValue] = []
    for metric, value in moment.measured:
        judged = verdict(metric, value)
        if judged is ValueVerdict.REFUSED:
            refused.append(RefusedValue(metric, moment.t_ms, value, "out_of_range"))
            continue
        odd = judged is ValueVerdict.QUESTIONABLE or metric in against
        quality = Quality.QUESTIONABLE if odd else Quality.OK
        samples.append(Measurement(metric, moment.t_ms, value, int(quality)))
    return Reading(
        frame_id=number,
        received_ms=moment.t_ms,
        samples=tuple(samples),
        device=moment.device,
        refused=tuple(refused),
    )
