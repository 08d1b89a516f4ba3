"""The answer of ``POST /staffing/plan``: shifts or hours, what is short, and prices in words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.domain.civil import zone_of
from analytics.staffing.hours import Hours, Need, Supply, fewest_costs, in_words
from analytics.staffing.terms import Person, RestRules, Span, Week
from analytics.staffing.week import plan_week
from api.store.timestamps import rfc3339

_HOUR = timedelta(hours=1)


def forms(start: datetime, days: int, starts: Sequence[int], hours: float) -> list[Any]:
    """Return start and end (UTC) of every shift that somebody could have.

    Hours are those of the clock on the wall where ``start`` is, also where clocks are changed.
    """
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    every = [midnight + timedelta(days=day, hours=at) for day in range(days) for at in starts]
    begins = [one.astimezone(UTC) for one in every if one >= start]
    return [(one, one + timedelta(hours=hours)) for one in begins]


def shifts_answer(
    people: Sequence[Person],
    names: Mapping[str, str],
    asked: Sequence[Span],
    *,
    shift_forms: Sequence[Any],
    rules: RestRules,
    time_limit_s: float,
    zone: str = "UTC",
) -> dict[str, Any]:
    """Plan whole shifts and return the answer, in words of the time of ``zone``. CPU-bound."""
    inside = [one for one in asked if any(a <= one.start and one.end <= b for a, b in shift_forms)]
    week = plan_week(people, inside, shift_forms, rules, time_limit_s)
    dearest = max((one.cost_per_hour for one in people), default=0.0)
    return {
        "status": week.status,
        "cost": week.cost,
        "bound": min(week.cost, week.relaxed.cost),
        "shifts": [
            {
                "doctor": one.person,
                "name": names.get(one.person, one.person),
                "start": rfc3339(one.start),
                "end": rfc3339(one.end),
            }
            for one in week.shifts
        ],
        "hours": _hours(people, names, week),
        "short": _short(week),
        "demand_hours": round(sum(one.people * one.hours for one in inside), 2),
        "prices": _prices(week.relaxed, names, dearest, inside, zone),
    }


def _hours(people: Sequence[Person], names: Mapping[str, str], week: Week) -> list[dict[str, Any]]:
    given: dict[str, float] = {}
    for one in week.shifts:
        given[one.person] = given.get(one.person, 0.0) + (one.end - one.start) / _HOUR
    return [
        {
            "doctor": one.id,
            "name": names.get(one.id, one.id),
            "hours": given.get(one.id, 0.0),
            "cost": round(given.get(one.id, 0.0) * one.cost_per_hour, 2),
        }
        for one in people
    ]


def _short(week: Week) -> list[dict[str, Any]]:
    """Return what is short, neighbouring hours of the same skills as one."""
    told: list[dict[str, Any]] = []
    for one in sorted(week.short, key=lambda each: (tuple(each.skills), each.start)):
        last = told[-1] if told else None
        if last and last["skills"] == list(one.skills) and last["end"] == rfc3339(one.start):
            last["end"] = rfc3339(one.end)
            last["hours"] = round(last["hours"] + one.hours, 2)
        else:
            told.append(
                {
                    "start": rfc3339(one.start),
                    "end": rfc3339(one.end),
                    "hours": one.hours,
                    "skills": list(one.skills),
                }
            )
    return told


def _prices(
    relaxed: Hours, names: Mapping[str, str], dearest: float, asked: Sequence[Span], zone: str
) -> list[dict[str, Any]]:
    """Return what an hour of each person saves, and an hour of each span costs, the dearest first.

    Of spans only the ten dearest.
    """
    told, spans = [], 0
    for price in sorted(relaxed.prices, key=lambda one: -one.worth):
        name = names.get(price.id, price.id)
        if price.kind == "demand" and asked:
            spans += 1
            if spans > 10:  # noqa: PLR2004 - as many as somebody reads
                continue
            span = asked[int(price.id)]
            skills = f" ({', '.join(sorted(span.skills))})" if span.skills else ""
            name = f"{span.start.astimezone(zone_of(zone)):%a %d %b, %H:%M}{skills}"
        told.append(
            {
                "kind": price.kind,
                "id": price.id,
                "worth": price.worth,
                "sentence": in_words(price, name, dearest),
            }
        )
    return told


def hours_answer(
    supply: Sequence[Supply], needs: Sequence[Need], names: Mapping[str, str]
) -> dict[str, Any]:
    """Give hours to demands without times, as a linear programme; return the answer."""
    found = fewest_costs(supply, needs)
    dearest = max((one.cost_per_hour for one in supply), default=0.0)
    return {
        "status": "infeasible" if found.short else "optimal",
        "cost": found.cost,
        "bound": found.cost,
        "assignments": [
            {"demand": need, "doctor": who, "hours": round(hours, 6)}
            for need, who, hours in found.given
        ],
        "short": [{"demand": need, "hours": round(hours, 6)} for need, hours in found.short],
        "prices": _prices(found, names, dearest, (), "UTC"),
    }
