"""Rules about the whole patient: NEWS2 bands, incomplete sets, the model, the baselines.

Rules are the floor: the model may add an alert, never hold one back. A score that falls because
a measurement grew too old has not improved: a condition ends only while everything that was
known when it started is still known. Source of the bands and of the responses: RCP, NEWS2, 2017.
"""

from msgspec import Struct

from analytics.baseline import FLOORS
from analytics.conditions import Alarm, Scene, hold, release, withdraw
from analytics.domain.alerts import Change, Finding, Priority
from analytics.domain.care import Unscored
from analytics.domain.vitals import FACTS, Metric
from analytics.news2 import EMERGENCY, PARAMETERS, URGENT, News2, band_of

NEWS2_RULE = "news2-rcp-2017/1"
BASELINE_RULE = "baseline/1"
ALL_KNOWN = 127
BASELINE_NAMES: dict[int, str] = {int(metric): f"baseline_{metric.wire_name}" for metric in Metric}
_BIT: dict[int, int] = {int(metric): 1 << bit for bit, metric in enumerate(PARAMETERS)}
_WORDS: dict[int, str] = {int(metric): facts.label for metric, facts in FACTS.items()}
_DOWN_ONLY = frozenset({int(Metric.SPO2)})
UNCONFIRMED = "unconfirmed_deterioration"
UNSCORED_WORDS = {Unscored.UNDER_16: "under 16", Unscored.PREGNANT: "pregnant"}


class Alone(Struct, frozen=True, gc=False):
    """Parameters that score 3 and that no limit speaks for, and how long they must last.

    One number makes one alert, and no sooner than the graded delay of the same number.
    """

    codes: tuple[int, ...] = ()
    persist_s: float = 0.0


NONE_ALONE = Alone()


def news2(scene: Scene, news: News2, alone: Alone) -> bool:
    """Judge NEWS2's lower bound and its single parameters; return whether it calls anyone.

    Args:
        scene: the moment.
        news: the score.
        alone: of its single parameters those that are to be told here.
    """
    low = news.low
    if not scene.on and low < URGENT and not news.single_3 and news.settles is None:
        return False
    known = known_mask(news)
    if low >= EMERGENCY:
        hold(scene, _score_alarm("news2_emergency", news, known, 0.0))
    elif low >= URGENT:
        hold(scene, _score_alarm("news2_urgent", news, known, scene.policy.urgent_s))
        _release(scene, "news2_emergency", news, known)
    else:
        _release(scene, "news2_emergency", news, known)
        _release(scene, "news2_urgent", news, known)
        _single_3(scene, news, alone, known)
    _incomplete(scene, news)
    return low >= URGENT or bool(news.single_3)


_BY_SCORE = ("news2_emergency", "news2_urgent", "single_3", "incomplete_score", "risk")


def unscored(scene: Scene, why: Unscored) -> None:
    """End what a score or the model has raised: neither applies to the person any more."""
    if scene.on:
        for name in _BY_SCORE:
            withdraw(scene, name, f"NEWS2 does not apply: {UNSCORED_WORDS[why]}")


def known_mask(news: News2) -> int:
    """Return the mask of the parameters that are present."""
    mask = ALL_KNOWN
    for code in news.missing:
        mask &= ~_BIT[code]
    return mask


def _release(scene: Scene, name: str, news: News2, known: int) -> None:
    condition = scene.on.get(name)
    if condition is not None:
        still_known = not condition.known & ~known
        if still_known:
            release(scene, name, clear=True, value=float(news.low))
        else:
            condition.inside_ms = 0


def _score_alarm(name: str, news: News2, known: int, persist_s: float) -> Alarm:
    emergency = name == "news2_emergency"
    says = f"NEWS2 {news.low}" if news.score is not None else f"NEWS2 at least {news.low}"
    asks = "emergency response" if emergency else "urgent review"
    return Alarm(
        name=name,
        priority=Priority.HIGH if emergency else Priority.MEDIUM,
        depth=news.low,
        value=float(news.low),
        message=f"{says}: {asks}",
        rule=NEWS2_RULE,
        persist_s=persist_s,
        known=known,
        detail=_score_detail(news),
    )


def _score_detail(news: News2) -> dict[str, object]:
    return {
        "low": news.low,
        "high": news.high,
        "single_3": [Metric(code).wire_name for code in news.single_3],
        "missing": [Metric(code).wire_name for code in news.missing],
    }


def _single_3(scene: Scene, news: News2, alone: Alone, known: int) -> None:
    if not alone.codes:
        _release(scene, "single_3", news, known)
        return
    words = ", ".join(_WORDS[code] for code in alone.codes)
    alarm = Alarm(
        name="single_3",
        priority=Priority.MEDIUM,
        depth=len(alone.codes),
        value=float(news.low),
        message=f"NEWS2 scores 3 for {words}",
        rule=NEWS2_RULE,
        persist_s=alone.persist_s,
        known=sum(_BIT[code] for code in alone.codes),
        detail=_score_detail(news),
    )
    hold(scene, alarm)


def _incomplete(scene: Scene, news: News2) -> None:
    if news.settles is None or news.low < scene.policy.incomplete_low:
        release(scene, "incomplete_score", clear=True, value=float(news.low))
        return
    metric = Metric(news.settles)
    band = band_of(news.high, single_3=False)
    alarm = Alarm(
        name="incomplete_score",
        priority=Priority.LOW,
        depth=0,
        value=float(news.low),
        message=f"NEWS2 is {news.low} to {news.high} and could be {band}: "
        f"measure {FACTS[metric].label.lower()}",
        rule=NEWS2_RULE,
        persist_s=scene.policy.incomplete_ms / 1000,
        detail=_score_detail(news) | {"metric": metric.wire_name},
    )
    hold(scene, alarm)


def risk(scene: Scene, probability: float, *, name: str, raises: bool) -> None:
    """Let the model add an alert of its own, if it has learnt enough to be allowed to.

    Args:
        scene: the moment.
        probability: of deterioration within the horizon.
        name: the model's name and version.
        raises: whether the model may raise.
    """
    if raises and probability >= scene.policy.risk_raise:
        alarm = Alarm(
            name="risk",
            priority=Priority.MEDIUM,
            depth=1,
            value=probability,
            message=f"Risk of deterioration {probability:.0%} within "
            f"{scene.policy.horizon_minutes} min",
            rule=name,
            persist_s=scene.policy.risk_s,
        )
        hold(scene, alarm)
    elif scene.on:
        clear = probability < scene.policy.risk_clear
        release(scene, "risk", clear=clear, value=probability)


def baseline(scene: Scene, code: int, median: float, deviation: float) -> None:
    """Judge how far a metric is from what is usual for this person."""
    away = -deviation if code in _DOWN_ONLY else abs(deviation)
    most = scene.policy.baseline_units
    if away < most:
        if scene.on:
            release(scene, BASELINE_NAMES[code], clear=away < most - 1, value=deviation)
        return
    side = "above" if deviation > 0 else "below"
    alarm = Alarm(
        name=BASELINE_NAMES[code],
        priority=Priority.LOW,
        depth=0,
        value=deviation,
        message=f"{_WORDS[code]} is {abs(deviation):.1f} of the patient's own units {side} "
        f"the usual {median:.1f}",
        rule=BASELINE_RULE,
        persist_s=scene.policy.baseline_s,
        detail={"metric": Metric(code).wire_name, "median": median, "unit_floor": FLOORS[code]},
    )
    hold(scene, alarm)


def unconfirmed(scene: Scene, change: Change) -> None:
    """Say that the newest of a back-fill is bad and nothing fresh confirms it, or no longer.

    It is due ten minutes after it was *received*: its event time is long past (law 6).
    """
    scene.findings.append(
        Finding(
            condition=UNCONFIRMED,
            change=change,
            priority=Priority.MEDIUM,
            measured_ms=scene.time_ms,
            received_ms=scene.received_ms,
            late=scene.late,
            persist_s=scene.policy.unconfirmed_s,
            message="The newest of late readings is bad and nothing fresh has followed",
            rule="back-fill/1",
        )
    )
