"""What a ward achieved over some weeks and over as many before, of counts that name nobody.

Who may not see everybody whom a count is about is not told it where so few are concerned that they
could be known by it (``HOMEWARD_OUTCOME_LEAST_PEOPLE``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from analytics.ward.outcomes import Counted, Difference, Estimate, change, rate, share
from api.forms.outcomes import (
    FigureChange,
    Name,
    OutcomeFigure,
    Outcomes,
    OutcomeSpan,
    SpanValue,
    Unit,
    WorkDone,
    WorkMinutes,
)
from api.http.deps import UnitOfWork
from api.store import outcomes as store
from api.store.types import Row

_PARTS: Final[Mapping[Name, Unit]] = MappingProxyType(
    {
        "measurements": "share",
        "repeats": "share",
        "tasks": "share",
        "left_out": "share",
        "alerts": "a patient-day",
        "calls": "a patient-day",
        "readmissions": "share",
    }
)
_EVERYBODY: Final = "alerts"
"""The part that counts everybody who had a day of a stay."""
_NOTHING = SpanValue(value=None, low=None, high=None, count=None, of=None, withheld=False)
_WITHHELD = _NOTHING.model_copy(update={"withheld": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCounts:
    """What was counted over one span, and from how many people on it may be told."""

    span: tuple[datetime, datetime]
    parts: Mapping[str, Row]
    answers: Row
    least: int

    def hides(self, people: int, affected: int, *, seen: bool) -> bool:
        """Whether a count would show the caller people whom they may not see."""
        return not seen and (people < self.least or 0 < affected < self.least)

    def of(self, name: str, unit: Unit) -> tuple[SpanValue, Estimate | None]:
        """Return a counted part, as it is told and as it is compared."""
        row = self.parts.get(name)
        if row is None:
            return _NOTHING, None
        if self.hides(row["people"], row["affected"], seen=row["seen"]):
            return _WITHHELD, None
        sums = ("hits", "size", "people", "hits_squared", "hits_by_size", "size_squared")
        counted = Counted(**{one: row[one] for one in sums})
        found = share(counted) if unit == "share" else rate(counted)
        return _told(found, row["hits"], row["size"]), found

    def answer(self) -> tuple[SpanValue, Estimate | None]:
        """Return how long alerts waited for an answer: the middle one, and its interval."""
        row = self.answers
        if row["answered"] == 0:
            return _NOTHING, None
        if self.hides(row["people"], row["people"], seen=row["seen"]):
            return _WITHHELD, None
        found = Estimate(value=row["median_s"], low=row["low_s"], high=row["high_s"])
        return _told(found, row["answered"], row["answered"]), found

    def worked(self, each: WorkMinutes) -> WorkDone | None:
        """Return what people did; None: of too few patients to be told."""
        row = self.answers
        if self.hides(row["helped"], row["helped"], seen=row["helped_seen"]) and row["helped"]:
            return None
        talked = row["consultation_min"]
        reckoned = row["high"] * each.high + row["medium"] * each.medium + row["low"] * each.low
        return WorkDone(
            high=row["high"],
            medium=row["medium"],
            low=row["low"],
            calls=row["calls_made"],
            consultations=row["consultations"],
            consultation_minutes=round(talked, 1),
            minutes=round(reckoned + row["calls_made"] * each.call + talked, 1),
        )

    def describe(self, each: WorkMinutes) -> OutcomeSpan:
        """Return the span with what belongs to no single figure."""
        row = self.parts.get(_EVERYBODY)
        hidden = row is not None and self.hides(row["people"], row["people"], seen=row["seen"])
        return OutcomeSpan(
            start=self.span[0],
            end=self.span[1],
            people=None if hidden else (row["people"] if row else 0),
            patient_days=None if hidden else (round(row["size"], 3) if row else 0.0),
            work=self.worked(each),
        )


def _told(found: Estimate | None, count: float, of: float) -> SpanValue:
    if found is None:
        return _NOTHING
    return SpanValue(
        value=round(found.value, 4),
        low=round(found.low, 4),
        high=round(found.high, 4),
        count=count,
        of=round(of, 3),
        withheld=False,
    )


async def outcomes(
    work: UnitOfWork, ward: str | None, until: datetime, weeks: int, each: WorkMinutes
) -> Outcomes:
    """Return what a ward achieved.

    Args:
        work: acting for who asks, who may read it of this ward.
        ward: whose; None: every ward's.
        until: when the span ends, not included.
        weeks: how long it is; the one before is as long.
        each: how many minutes of work an alert, or a call, is reckoned with.
    """
    length = timedelta(weeks=weeks)
    now = await _counted(work, ward, (until - length, until))
    before = await _counted(work, ward, (until - 2 * length, until - length))
    figures = [_figure(name, unit, now, before) for name, unit in _PARTS.items()]
    answered = _compared("answer", "seconds", now.answer(), before.answer())
    spans = now.describe(each), before.describe(each)
    return Outcomes(
        ward=ward,
        weeks=weeks,
        readmission_days=work.services.settings.readmission_days,
        now=spans[0],
        before=spans[1],
        figures=[*figures, answered, _minutes(spans)],
        minutes=each,
    )


async def _counted(
    work: UnitOfWork, ward: str | None, span: tuple[datetime, datetime]
) -> SpanCounts:
    settings = work.services.settings
    again = timedelta(days=settings.readmission_days)
    return SpanCounts(
        span=span,
        parts=await store.counts(work.conn, ward, span, again),
        answers=await store.answers(work.conn, ward, span),
        least=settings.outcome_least_people,
    )


def _figure(name: Name, unit: Unit, now: SpanCounts, before: SpanCounts) -> OutcomeFigure:
    return _compared(name, unit, now.of(name, unit), before.of(name, unit))


def _compared(
    name: Name,
    unit: Unit,
    now: tuple[SpanValue, Estimate | None],
    before: tuple[SpanValue, Estimate | None],
) -> OutcomeFigure:
    found = change(now[1], before[1])
    differs = None if found is None else _changed(found)
    return OutcomeFigure(name=name, unit=unit, now=now[0], before=before[0], change=differs)


def _changed(found: Difference) -> FigureChange:
    return FigureChange(
        value=round(found.value, 4),
        low=round(found.low, 4),
        high=round(found.high, 4),
        certain=found.certain,
    )


def _minutes(spans: Sequence[OutcomeSpan]) -> OutcomeFigure:
    """Return people's minutes a patient-day; a reckoning has no interval of chance."""
    now, before = (_minutes_of(one) for one in spans)
    return OutcomeFigure(name="minutes", unit="a patient-day", now=now, before=before, change=None)


def _minutes_of(span: OutcomeSpan) -> SpanValue:
    if span.work is None or span.patient_days is None:
        return _WITHHELD
    if span.patient_days <= 0:
        return _NOTHING
    value = round(span.work.minutes / span.patient_days, 3)
    told = {"value": value, "count": span.work.minutes, "of": span.patient_days}
    return _NOTHING.model_copy(update=told)
