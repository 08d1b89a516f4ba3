"""What the lane knows of a person's usual values and of the equipment, in words for people."""

from datetime import UTC, datetime
from functools import lru_cache

from analytics.domain.vitals import METRIC_BY_NAME
from analytics.domain.wording import LABELS, amount

_CAUSES = {
    "stuck_": "stands still",
    "apart_": "two sensors disagree",
    "spike_": "glitches between good readings",
}
_KINDS = {"units": "in another unit?", "refused": "refused", "sensor": "no reading"}


@lru_cache(maxsize=512)
def in_words(name: str) -> str:
    """Return a technical condition of the lane in words, for example ``Heart rate: refused``.

    Args:
        name: as in ``sensor/stuck_hr``.
    """
    kind, _, metric = name.partition("/")
    said = _KINDS.get(kind, kind)
    for mark, words in _CAUSES.items():
        if metric.startswith(mark):
            metric, said = metric.removeprefix(mark), words
    known = METRIC_BY_NAME.get(metric)
    return said if known is None else f"{LABELS[int(known)]}: {said}"


@lru_cache(maxsize=1024)
def drift(metric: int, before: float, now: float, since_ms: int) -> str:
    """Return in words how what is usual has moved, for example ``usually 88, was 65``.

    Args:
        metric: its code.
        before: what was usual.
        now: what is.
        since_ms: since when, milliseconds since 1970.
    """
    day = datetime.fromtimestamp(since_ms / 1000, UTC)
    was, is_now = amount(metric, round(before, 1)), amount(metric, round(now, 1))
    return f"{LABELS[metric]} is usually {is_now} now; before {day.day} {day:%B} it was {was}"
