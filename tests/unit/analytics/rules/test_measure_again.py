"""A questionable reading feeds nothing, yet one that is bad never stays silent: ask, then page."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.alerts.transitions import Episode, EpisodePolicy, apply, tick
from analytics.domain.alerts import Finding, FindingChange, Priority, State
from analytics.domain.care import CarePlan, Limit
from analytics.domain.vitals import FACTS, Metric, Quality
from analytics.policy import DEFAULT
from analytics.rules.implausible import Known, explained
from tests.support.bedside import HOUR, MINUTE, SECOND, T0, WELL, Bedside, reading

POLICY = EpisodePolicy()
SCORES_3: dict[Metric, tuple[float, float]] = {
    Metric.RR: (8.5, 24.5),
    Metric.SPO2: (91.5, 1000),
    Metric.SBP: (90.5, 219.5),
    Metric.HR: (40.5, 130.5),
    Metric.TEMP: (35.05, 1000),
    Metric.ACVPU: (-1, 0.5),
}
"""By the chart: 3 below the first, and from the second on (halves round up)."""
SCORES_3_SCALE_2 = (83.5, 1000)
METRICS = sorted(set(Metric) - {Metric.O2, Metric.BATTERY, Metric.STEPS})
LIMITABLE = sorted(set(METRICS) - {Metric.ACVPU})
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Desk:
    """The engine's part: what findings and time make of the episodes."""

    def __init__(self) -> None:
        self.episodes: dict[str, Episode] = {}

    def hear(self, findings: Iterable[Finding]) -> None:
        for one in findings:
            made = apply(self.episodes.get(one.condition), one, one.received_ms, POLICY)
            for step in made:
                self.episodes[one.condition] = step.episode

    def wait_until(self, now_ms: int) -> None:
        for name, episode in list(self.episodes.items()):
            for step in tick(episode, now_ms, POLICY):
                self.episodes[name] = step.episode

    def paged(self, metric: Metric) -> bool:
        return any(self.episodes[name].state is State.OPEN for name in self._of(metric))

    def asked(self, metric: Metric) -> bool:
        return any(
            self.episodes[name].live and self.episodes[name].detail.get("repeat") is True
            for name in self._of(metric)
        )

    def _of(self, metric: Metric) -> list[str]:
        name = metric.wire_name
        names = {f"critical_{name}", f"limit_{name}_low", f"limit_{name}_high"}
        names |= {"glucose_low", "glucose_high"} if metric is Metric.GLUCOSE else set()
        return sorted(names & set(self.episodes))


def outside(low: float | None, high: float | None, value: float) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def is_bad(metric: Metric, value: float, plan: CarePlan) -> bool:
    """The rule, said again from the chart and the tables."""
    low, high = SCORES_3.get(metric, (-1000, 1000))
    if metric is Metric.SPO2 and plan.spo2_scale == 2:
        low, high = SCORES_3_SCALE_2
    own = plan.limits.get(metric)
    if own is None:
        scale_2 = metric is Metric.SPO2 and plan.spo2_scale == 2
        own = Limit(low=86) if scale_2 else DEFAULT.limits.get(metric, Limit())
    critical = DEFAULT.critical.get(metric, Limit())
    return (
        value < low
        or value >= high
        or outside(own.low, own.high, value)
        or outside(critical.low, critical.high, value)
    )


@st.composite
def plans(draw: st.DrawFn) -> CarePlan:
    limits = {}
    for metric in draw(st.sets(st.sampled_from(LIMITABLE), max_size=3)):
        side = st.none() | st.floats(*FACTS[metric].reject)
        limits[metric] = Limit(low=draw(side), high=draw(side))
    return CarePlan(spo2_scale=draw(st.sampled_from((1, 2))), limits=limits)


@st.composite
def questionable(draw: st.DrawFn) -> tuple[Metric, float]:
    metric = draw(st.sampled_from(METRICS))
    if metric is Metric.ACVPU:
        return metric, float(draw(st.integers(0, 4)))
    return metric, draw(st.floats(*FACTS[metric].reject))


def explained_by_evidence(metric: Metric, value: float) -> bool:
    """Another unit or a code: those have tests of their own."""
    usual = {**WELL, "glucose": 0, "weight": 0}[metric.wire_name]
    known = Known(usual, T0) if usual else None
    within = FACTS[metric].plausible[0] <= value <= FACTS[metric].plausible[1]
    return not within and any(
        explained(metric, value, before, DEFAULT) is not None for before in (known, None)
    )


def begun(plan: CarePlan, *, seen: bool) -> tuple[Bedside, Desk]:
    bed, desk = Bedside(plan), Desk()
    if seen:
        desk.hear(bed.well().findings)
    bed.now += HOUR
    desk.wait_until(bed.now)
    return bed, desk


def odd(bed: Bedside, desk: Desk, metric: Metric, value: float, after_ms: int = 0) -> None:
    bed.now += after_ms
    one = reading(bed.now, {metric.wire_name: value}, quality=Quality.QUESTIONABLE)
    desk.hear(bed.take(one).findings)


@settings(BUSY, max_examples=400)
@given(one=questionable(), plan=plans(), seen=st.booleans(), after_s=st.integers(15, 110))
def test_repeated_it_pages(
    *, one: tuple[Metric, float], plan: CarePlan, seen: bool, after_s: int
) -> None:
    assume(not explained_by_evidence(*one) and one[1] != 0)
    bed, desk = begun(plan, seen=seen)
    already = desk.paged(one[0])
    odd(bed, desk, *one)
    if not is_bad(*one, plan):
        assert not desk.asked(one[0]) or already
        return
    assert desk.asked(one[0]) or already
    odd(bed, desk, *one, after_ms=after_s * SECOND)
    assert desk.paged(one[0])


@settings(BUSY, max_examples=400)
@given(one=questionable(), plan=plans(), seen=st.booleans(), others=st.booleans())
def test_unanswered_it_pages_within_two_minutes(
    *, one: tuple[Metric, float], plan: CarePlan, seen: bool, others: bool
) -> None:
    assume(not explained_by_evidence(*one))
    bed, desk = begun(plan, seen=seen)
    odd(bed, desk, *one)
    asked_ms = bed.now
    if others:  # what other metrics say is no answer
        rest = {name: value for name, value in WELL.items() if name != one[0].wire_name}
        for _ in range(3):
            desk.hear(bed.see(30, **rest).findings)
    desk.wait_until(asked_ms + 2 * MINUTE)
    assert desk.paged(one[0]) or not is_bad(*one, plan)


@settings(BUSY, max_examples=200)
@given(questionable(), st.integers(1, 119))
def test_something_better_ends_it_unseen(one: tuple[Metric, float], after_s: int) -> None:
    metric = one[0]
    bed, desk = begun(CarePlan(), seen=True)
    odd(bed, desk, *one)
    better = {**WELL, "glucose": 110, "weight": 70}[metric.wire_name]
    desk.hear(bed.see(after_s, **{metric.wire_name: better}).findings)
    desk.wait_until(bed.now + HOUR)
    assert not desk.paged(metric)


@settings(BUSY, max_examples=100)
@given(questionable(), plans())
def test_it_feeds_nothing_and_late_it_waits_to_be_confirmed(
    one: tuple[Metric, float], plan: CarePlan
) -> None:
    metric, value = one
    assume(not explained_by_evidence(metric, value))
    bed = Bedside(plan)
    sample = {metric.wire_name: value}
    outcome = bed.take(reading(T0, sample, quality=Quality.QUESTIONABLE, delay_ms=HOUR))
    assert outcome.assessment is None or metric in outcome.assessment.missing
    said = ("unconfirmed_deterioration", FindingChange.STARTED) in bed.said(late=True)
    assert said == is_bad(metric, value, plan)


def test_a_narrow_pulse_pressure_in_shock_is_not_silent() -> None:
    bed, desk = begun(CarePlan(), seen=True)
    cuff = {"sbp": 78, "dbp": 70}
    first = bed.take(reading(bed.now, cuff, quality=Quality.QUESTIONABLE))
    [ask] = first.findings
    assert (ask.condition, ask.priority, ask.persist_s) == ("critical_sbp", Priority.HIGH, 120)
    assert ask.message == "Systolic 78 mmHg, critical: repeat at once"
    desk.hear(first.findings)
    desk.hear(bed.take(reading(bed.now + MINUTE, cuff, quality=Quality.QUESTIONABLE)).findings)
    assert desk.episodes["critical_sbp"].state is State.OPEN


@pytest.mark.parametrize(("second", "third"), [(66, 78), (78, 66)])
def test_whichever_rule_found_the_first_one_bad_the_second_is_a_repeat(
    second: float, third: float
) -> None:
    bed, desk = begun(CarePlan(), seen=True)
    odd(bed, desk, Metric.SBP, second)
    odd(bed, desk, Metric.SBP, third, after_ms=20 * SECOND)
    assert desk.paged(Metric.SBP)


def test_a_trusted_reading_that_is_bad_too_is_the_repeat() -> None:
    bed, desk = begun(CarePlan(), seen=True)
    odd(bed, desk, Metric.DBP, 115)
    assert not desk.paged(Metric.DBP)
    desk.hear(bed.see(40, dbp=114).findings)
    assert desk.paged(Metric.DBP)


def test_a_questionable_repeat_of_a_trusted_one_that_waits_pages() -> None:
    bed, desk = begun(CarePlan(limits={Metric.DBP: Limit(high=80)}), seen=False)
    desk.hear(bed.see(dbp=85).findings)
    assert desk.episodes["limit_dbp_high"].state is State.PENDING
    odd(bed, desk, Metric.DBP, 88, after_ms=MINUTE)
    assert desk.paged(Metric.DBP)
