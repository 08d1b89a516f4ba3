"""What patients are expected to ask in the coming hours, beside what they ask now; pure.

Two things: looks that their observation schedule asks for (NEWS2's monitoring by score), and
alerts that are likely to come. How many come is learned from what is stored: a patient's own
alerts, drawn towards those of their cohort (patients who are alike) or of the whole ward as long
as their own are few, and towards a published figure where nothing is known yet. A risk that the
model gives can add to that and takes nothing away.

Beside what is expected stands how much it may well be: the upper end of the 95 % interval of the
cohort or ward (``analytics.studies.demand``), drawn towards as the mean is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.studies.demand import NONE_SEEN, PatientAsked, demand
from api.rota.settings import RotaSettings
from api.store.types import Row

DAY_MINUTES = 1440.0
_HOURS = 24
_URGENT = 5
"""NEWS2 of 5 or more is looked at hourly at least (RCP, chart 4)."""
_EVEN = 24.0
"""Alerts, spread evenly over the day, that the hours learned are drawn towards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMinutes:
    """Minutes a day of alerts that are to come: a doctor's, and anybody's."""

    urgent: float = 0.0
    other: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientOutlook:
    """What one patient will ask: looks by minutes from now, and alerts by minutes a day.

    ``at_most`` is the upper end of what alerts may well ask.
    """

    looks: tuple[float, ...] = ()
    alerts: ExpectedMinutes = field(default_factory=ExpectedMinutes)
    at_most: ExpectedMinutes = field(default_factory=ExpectedMinutes)

    def minutes_within(self, minutes: float, settings: RotaSettings) -> float:
        """Return what is expected within so many minutes, the look that is due now left out."""
        looks = sum(0 < at < minutes for at in self.looks[1:]) * settings.routine_minutes
        alerts = (self.alerts.urgent + self.alerts.other) * minutes / DAY_MINUTES
        return round(looks + alerts, 1)


NOTHING_EXPECTED = PatientOutlook()


def outlooks(
    rows: Iterable[Row], now: datetime, settings: RotaSettings
) -> Mapping[int, PatientOutlook]:
    """Return what each patient will ask, by number.

    Args:
        rows: of :func:`api.store.outlook.patients`.
        now: ward time.
        settings: minutes of each class, schedules, and what is expected where nothing is known.
    """
    patients = list(rows)
    wards = {
        ward: _usual_both([row for row in patients if row["ward"] == ward], settings)
        for ward in {row["ward"] for row in patients if row["cohort_urgent"] is None}
    }
    found = {}
    for row in patients:
        alike, at_most = _cohort(row) or wards[row["ward"]]
        found[row["no"]] = PatientOutlook(
            looks=_looks(row, now, settings),
            alerts=_alerts(row, alike, settings),
            at_most=_alerts(row, at_most, settings),
        )
    return found


def _usual_both(
    patients: Sequence[Row], settings: RotaSettings
) -> tuple[ExpectedMinutes, ExpectedMinutes]:
    return usual(patients, settings), usual_at_most(patients, settings)


def _cohort(row: Row) -> tuple[ExpectedMinutes, ExpectedMinutes] | None:
    """Return what a patient's cohort asks, and at most; None: they are in none."""
    if row["cohort_urgent"] is None:
        return None
    return (
        ExpectedMinutes(urgent=row["cohort_urgent"], other=row["cohort_other"]),
        ExpectedMinutes(urgent=row["cohort_urgent_at_most"], other=row["cohort_other_at_most"]),
    )


def _minutes(row: Row, settings: RotaSettings) -> tuple[float, float]:
    """Return the minutes that a patient's alerts have meant: urgent, other."""
    urgent = row["high"] * settings.emergency_minutes + row["medium"] * settings.urgent_minutes
    return urgent, row["low"] * settings.review_minutes


def published(settings: RotaSettings) -> ExpectedMinutes:
    """Return what is expected of a patient of whose like nothing is known."""
    urgent = settings.expected_alerts * settings.expected_urgent_share
    return ExpectedMinutes(
        urgent=urgent * settings.urgent_minutes,
        other=(settings.expected_alerts - urgent) * settings.review_minutes,
    )


def usual(patients: Sequence[Row], settings: RotaSettings) -> ExpectedMinutes:
    """Return the mean of patients, drawn towards the published figure while their days are few.

    Args:
        patients: each with ``high``, ``medium`` and ``low`` alerts, and the ``days`` of them.
        settings: minutes of each class.
    """
    minutes = [_minutes(row, settings) for row in patients]
    return _drawn(
        sum(one for one, _ in minutes),
        sum(other for _, other in minutes),
        sum(float(row["days"]) for row in patients),
        published(settings),
        settings,
    )


def usual_at_most(patients: Sequence[Row], settings: RotaSettings) -> ExpectedMinutes:
    """Return the upper end of what patients may well ask; where nobody asked, by rule of three.

    Args:
        patients: as for :func:`usual`.
        settings: minutes of each class.
    """
    days = sum(float(row["days"]) for row in patients)
    urgent = [
        PatientAsked(row["high"] + row["medium"], _minutes(row, settings)[0], float(row["days"]))
        for row in patients
    ]
    other = [
        PatientAsked(row["low"], _minutes(row, settings)[1], float(row["days"])) for row in patients
    ]
    return _drawn(
        days * _upper(urgent, settings.urgent_minutes),
        days * _upper(other, settings.review_minutes),
        days,
        _published_at_most(settings),
        settings,
    )


def _upper(patients: Sequence[PatientAsked], minutes_each: float) -> float:
    found = demand(patients, minutes_each)
    return 0.0 if found is None else found.minutes_ci95[1]


def _published_at_most(settings: RotaSettings) -> ExpectedMinutes:
    """Return the published figure as if it had been seen in ``learn_days``: at most three alerts.

    It counts as so many days, and of so few an upper end is no lower (rule of three).
    """
    alerts = max(settings.expected_alerts, NONE_SEEN / settings.learn_days)
    urgent = alerts * settings.expected_urgent_share
    return ExpectedMinutes(
        urgent=urgent * settings.urgent_minutes, other=(alerts - urgent) * settings.review_minutes
    )


def _drawn(
    urgent: float, other: float, days: float, to: ExpectedMinutes, settings: RotaSettings
) -> ExpectedMinutes:
    """Return minutes a day from what was seen, as if ``learn_days`` more had been like ``to``."""
    more = settings.learn_days
    return ExpectedMinutes(
        urgent=(urgent + to.urgent * more) / (days + more),
        other=(other + to.other * more) / (days + more),
    )


def _alerts(row: Row, alike: ExpectedMinutes, settings: RotaSettings) -> ExpectedMinutes:
    found = _drawn(*_minutes(row, settings), float(row["days"]), alike, settings)
    if row["risk"] is None or not row["risk_minutes"]:
        return found
    risky = row["risk"] * settings.urgent_minutes * DAY_MINUTES / row["risk_minutes"]
    return ExpectedMinutes(urgent=max(found.urgent, risky), other=found.other)


def _looks(row: Row, now: datetime, settings: RotaSettings) -> tuple[float, ...]:
    """Return when the patient is to be looked at within the outlook: the first may be due.

    By the observation schedule that the ward keeps for them; where it keeps none yet, by the score.
    """
    if row["look_every"] is not None:
        every, due = timedelta(minutes=row["look_every"]), max(now, row["look_due"])
    else:
        every = _by_score(row["news2_low"] or 0, settings)
        due = now if row["measured"] is None else max(now, row["measured"] + every)
    end = now + timedelta(hours=settings.outlook_hours)
    found = []
    while due < end:
        found.append((due - now) / timedelta(minutes=1))
        due += every
    return tuple(found)


def _by_score(score: int, settings: RotaSettings) -> timedelta:
    hours = settings.look_hours_urgent if score >= _URGENT else settings.look_hours_raised
    return timedelta(hours=hours if score > 0 else settings.look_hours)


def by_hour_of_day(counted: Sequence[int] | None) -> list[float]:
    """Return how many times the mean of the day each hour of it brings, learned from counts."""
    seen = list(counted or [0] * _HOURS)
    whole = sum(seen) + _EVEN
    return [(one + _EVEN / _HOURS) * _HOURS / whole for one in seen]
