"""One person's readings through the lane and the alerts, of which the alerts alone are kept.

The risk model is the one that is shipped and learns nothing on the way: what one person met in a
month is no lesson for everybody.
"""

from dataclasses import dataclass, field

from analytics.evaluation.replay.alerts import Alert, AlertBook
from analytics.evaluation.replay.recordings import DAY_MS, Recording, admitted
from analytics.evaluation.replay.staff import Staff
from analytics.lane.lane import PatientLane
from analytics.risk.model import PopulationModel
from analytics.risk.warm import shipped
from analytics.settings import WardPolicy
from analytics.settings.in_force import Arrangement, StoredPlan, WardRules


@dataclass(slots=True, kw_only=True)
class Met:
    """What one person met.

    Attributes:
        alerts: that were shown, oldest first, clinical ones alone.
        lows: NEWS2's lower bound after each moment that was scored, by event time.
    """

    alerts: list[Alert] = field(default_factory=list)
    lows: list[tuple[int, int]] = field(default_factory=list)


def met(
    recording: Recording,
    rules: WardPolicy,
    plan: StoredPlan,
    staff: Staff,
    model: PopulationModel | None = None,
) -> Met:
    """Return what a person would have met, judged by their ward and by their own care plan.

    Args:
        recording: theirs.
        rules: what the ward decides by.
        plan: the person's own, as its row holds it.
        staff: how people answer.
        model: that says the risk; None: the shipped one.
    """
    model = model or shipped().version(1)
    own = Arrangement(plan, WardRules(0, rules.clinical))
    lane, book, found = PatientLane(own.policy), AlertBook(rules.episodes, staff), Met()
    rest_ms = own.policy.baseline_rest_ms
    for number, moment in enumerate(recording.moments):
        t_ms = moment.t_ms
        book.advance(t_ms)
        care = own.always or own.at(t_ms, paused=False)
        outcome = lane.fold(admitted(moment, number), care, model, book.resting(t_ms, rest_ms))
        for finding in outcome.findings:
            book.find(finding)
        made = outcome.assessment
        if made is not None and made.low is not None:
            found.lows.append((t_ms, made.low))
    if recording.moments:
        book.advance(recording.moments[-1].t_ms + DAY_MS)
    found.alerts = book.alerts
    return found
