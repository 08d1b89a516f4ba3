"""NEWS2 as conditions: its bands, its single parameters, and sets that are not complete.

A score that falls because a measurement grew too old has not improved: a condition ends only
while all that counted in it is known, or while even the worst that is missing could not reach its
band. The gravest band speaks for those below it, which end with that: nobody reads "at least 5"
beside an 18. Source of the bands and of the responses: RCP, NEWS2, 2017.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from analytics.domain.alerts import EASED_FROM, Priority
from analytics.domain.care import Unscored
from analytics.domain.vitals import FACTS, Metric
from analytics.news2.score import EMERGENCY, PARAMETERS, URGENT, News2, band_of
from analytics.rules.hysteresis import (
    Alarm,
    Scene,
    calls,
    clear_condition,
    raise_condition,
    supersede,
    withdraw,
)

NEWS2_RULE = "news2-rcp-2017/1"
EMERGENCY_NAME, URGENT_NAME, SINGLE_NAME = "news2_emergency", "news2_urgent", "single_3"
ALL_KNOWN = 127
UNSCORED_WORDS = {Unscored.UNDER_16: "under 16", Unscored.PREGNANT: "pregnant"}
NO_DETAIL: Mapping[str, object] = MappingProxyType({})
_BANDS = {EMERGENCY_NAME: EMERGENCY, URGENT_NAME: URGENT}
_BIT: dict[int, int] = {int(metric): 1 << bit for bit, metric in enumerate(PARAMETERS)}
_WORDS: dict[int, str] = {int(metric): facts.label for metric, facts in FACTS.items()}


class Alone(Struct, frozen=True, gc=False):
    """Parameters that score 3 and that no limit speaks for, and how long they must last.

    One number makes one alert, and no sooner than the graded delay of the same number.
    """

    codes: tuple[int, ...] = ()
    persist_s: float = 0.0


NONE_ALONE = Alone()


def news2(scene: Scene, news: News2, alone: Alone, fresh: int) -> bool:
    """Judge NEWS2's lower bound and its single parameters; return whether it calls anyone.

    Args:
        scene: the moment.
        news: the score.
        alone: of its single parameters those that are to be told here.
        fresh: mask (by code) of what was measured just now. A score that rests on older readings
            alone goes on, but is no news: nobody is called again by it.
    """
    low = news.low
    asks = news.settles is not None and low >= scene.policy.incomplete_low
    if not scene.on and low < URGENT and not news.single_3 and not asks:
        return False  # nobody is called and nothing can end: most are well
    known = known_mask(news)
    _bands(scene, news, alone, _Seen(known, _bits(fresh)))
    _incomplete(scene, news)
    return low >= URGENT or bool(news.single_3)


class _Seen(NamedTuple):
    """Masks of parameters: those that are present, and those that were measured just now."""

    known: int
    fresh: int


def _bits(fresh: int) -> int:
    return sum(bit for code, bit in _BIT.items() if fresh >> code & 1)


def _bands(scene: Scene, news: News2, alone: Alone, seen: _Seen) -> None:
    """Hold the gravest band alone: it speaks for those below, until the score has left it."""
    low = news.low
    if low >= EMERGENCY:
        raise_condition(scene, _score_alarm(EMERGENCY_NAME, news, seen, 0.0))
        supersede(scene, URGENT_NAME, EMERGENCY_NAME)
        supersede(scene, SINGLE_NAME, EMERGENCY_NAME)
        return
    eased = _left(scene, EMERGENCY_NAME, news, seen.known)
    if EMERGENCY_NAME in scene.on and not scene.late:
        return
    if low >= URGENT:
        raise_condition(scene, _score_alarm(URGENT_NAME, news, seen, scene.policy.urgent_s, eased))
        supersede(scene, SINGLE_NAME, URGENT_NAME)
        return
    eased |= _left(scene, URGENT_NAME, news, seen.known)
    if URGENT_NAME not in scene.on or scene.late:
        _single_3(scene, news, alone, seen, eased)


def _left(scene: Scene, name: str, news: News2, known: int) -> dict[str, object]:
    """Let a band go whose score is lower now; return what a milder one says of it if it ended."""
    called = calls(scene, name)
    _release(scene, name, news, known)
    return {EASED_FROM: name} if called and name not in scene.on else {}


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
    """Let a band go; not by a score that fell because what counted in it is missing now.

    Unless even the worst that is missing could not bring the score back into the band.
    """
    condition = scene.on.get(name)
    if condition is None:
        return
    if not condition.known & ~known or news.high < _BANDS.get(name, 0):
        clear_condition(scene, name, clear=True, value=float(news.low))
    elif not scene.late:
        condition.inside_ms = 0


def _score_alarm(
    name: str, news: News2, seen: _Seen, persist_s: float, eased: Mapping[str, object] = NO_DETAIL
) -> Alarm:
    emergency = name == EMERGENCY_NAME
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
        known=news.scored,
        seen=seen.known,
        heard=bool(news.scored & seen.fresh),
        detail={**_score_detail(news), **eased},
    )


def _score_detail(news: News2) -> dict[str, object]:
    return {
        "low": news.low,
        "high": news.high,
        "single_3": [Metric(code).wire_name for code in news.single_3],
        "missing": [Metric(code).wire_name for code in news.missing],
    }


def _single_3(
    scene: Scene, news: News2, alone: Alone, seen: _Seen, eased: Mapping[str, object]
) -> None:
    if not alone.codes:
        _release(scene, SINGLE_NAME, news, seen.known)
        return
    counted = sum(_BIT[code] for code in alone.codes)
    words = ", ".join(_WORDS[code] for code in alone.codes)
    alarm = Alarm(
        name=SINGLE_NAME,
        priority=Priority.MEDIUM,
        depth=len(alone.codes),
        value=float(news.low),
        message=f"NEWS2 scores 3 for {words}",
        rule=NEWS2_RULE,
        persist_s=alone.persist_s,
        known=counted,
        seen=seen.known,
        heard=bool(counted & seen.fresh),
        detail={**_score_detail(news), **eased},
    )
    raise_condition(scene, alarm)


def _incomplete(scene: Scene, news: News2) -> None:
    if news.settles is None or news.low < scene.policy.incomplete_low:
        clear_condition(scene, "incomplete_score", clear=True, value=float(news.low))
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
    raise_condition(scene, alarm)
