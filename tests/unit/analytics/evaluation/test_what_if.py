"""What a changed limit would have called: gained, lost, with the course it rests on."""

from analytics import settings
from analytics.domain.vitals import Metric
from analytics.evaluation.what_if import Stretch, compare
from analytics.settings.in_force import StoredPlan

MINUTE = 60_000
START = 1_767_225_600_000
COSTS = {"high": 30.0, "medium": 12.0, "low": 10.0}
NOW = settings.ward_policy("standard", {})


def stretch(values: list[float], outcomes: list[int] | None = None) -> Stretch:
    """A pulse a minute."""
    return Stretch(
        person="p",
        times=[START + n * MINUTE for n in range(len(values))],
        metrics=[int(Metric.HR)] * len(values),
        values=values,
        outcomes=outcomes or [],
    )


FAST = [72.0] * 20 + [121.0] * 40 + [72.0] * 20


def test_the_same_settings_call_the_same() -> None:
    found = compare(stretch(FAST), NOW, NOW, COSTS)
    assert found.now == found.then
    assert (found.gained, found.lost) == ([], [])


def test_a_wider_limit_loses_the_alert_and_a_narrower_one_gains_it_with_its_curve() -> None:
    outcomes = [START + 25 * MINUTE]
    narrow = settings.ward_policy("standard", {"limits.hr.high": 110.0})
    wide = settings.ward_policy("standard", {"limits.hr.high": 130.0})
    lost = compare(stretch(FAST, outcomes), narrow, wide, COSTS)
    assert "limit_hr_high" in {one.condition for one in lost.lost}
    assert lost.then.minutes < lost.now.minutes
    gained = compare(stretch(FAST, outcomes), wide, narrow, COSTS)
    [one] = [one for one in gained.gained if one.condition == "limit_hr_high"]
    assert one.measure == "hr"
    assert {121.0, 72.0} <= {value for _, value in one.curve}
    assert gained.then.minutes > gained.now.minutes
    assert gained.then.missed_outcomes == 0


def test_a_person_is_judged_by_their_own_limits_and_a_change_of_them_is_tried() -> None:
    own = StoredPlan(revision=2, limits={"hr": {"high": 125.0}})
    wide = settings.ward_policy("standard", {"limits.hr.high": 130.0})
    mine = stretch(FAST)
    mine.plan = own
    kept = compare(mine, NOW, wide, COSTS)
    assert (kept.gained, kept.lost) == ([], []), "the ward's limit is not theirs"
    mine.tried = StoredPlan(revision=2, limits={"hr": {"high": 115.0}})
    assert [one.condition for one in compare(mine, NOW, NOW, COSTS).gained] == ["limit_hr_high"]
