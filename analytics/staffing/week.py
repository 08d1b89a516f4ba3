"""Shifts of a week: whole shifts that meet the hours asked, within the rules of rest and hours.

Everybody may have some shifts out of a list of forms (early, late, night) on each day. CP-SAT takes
what is short first (an hour that nobody covers is an hour, whichever skill it wants), then the
cost, then evens out the hours. Its linear relaxation (``hours``) tells what an hour is worth.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from analytics.staffing.hours import Need, Supply, fewest_costs
from analytics.staffing.terms import Person, PlannedShift, RestRules, Short, Span, Week

_HOUR = timedelta(hours=1)
_SEED = 7
_TENTHS = 10
_CENTS = 100


def plan_week(
    people: Sequence[Person],
    spans: Sequence[Span],
    forms: Sequence[tuple[datetime, datetime]],
    rules: RestRules,
    time_limit_s: float,
) -> Week:
    """Return the shifts of a week.

    Args:
        people: who can have shifts; ids differ.
        spans: what is asked, within seven days; each is covered by a shift that covers all of it.
        forms: start and end of every shift that somebody could have.
        rules: of rest and hours.
        time_limit_s: most seconds of searching.
    """
    model = _WeekModel(people, spans, forms, rules)
    short_status = model.minimise(model.lacking, time_limit_s * 0.4)
    model.hold(model.lacking)
    cost_status = model.minimise(model.cost, time_limit_s * 0.4)
    model.hold(model.cost)
    model.minimise(model.busiest, time_limit_s * 0.2)
    short = model.short()
    proved = {short_status, cost_status} == {cp_model.OPTIMAL}
    return Week(
        status="infeasible" if short else "optimal" if proved else "feasible",
        cost=model.spent(),
        shifts=model.shifts(),
        short=short,
        relaxed=fewest_costs(_supply(people, rules), _needs(people, spans)),
    )


class _WeekModel:
    """The whole-number programme, and the best answer so far."""

    def __init__(
        self,
        people: Sequence[Person],
        spans: Sequence[Span],
        forms: Sequence[tuple[datetime, datetime]],
        rules: RestRules,
    ) -> None:
        self._people, self._spans, self._forms, self._rules = people, spans, forms, rules
        self.model: Any = cp_model.CpModel()
        self.has: dict[tuple[int, int], Any] = {}
        # Until a search has found something: nobody has a shift, and all that is asked is short.
        self._best: dict[int, int] = {}
        self._reached: int | None = None
        self._missing: list[Any] = []
        for who, person in enumerate(people):
            self._person(who, person)
        self.lacking = self._coverage()
        self.cost = sum(
            round(_length(forms[at]) * people[who].cost_per_hour * _CENTS) * one
            for (who, at), one in self.has.items()
        )
        self.busiest: Any = self.model.new_int_var(0, 10_000, "busiest")
        for who in range(len(people)):
            self.model.add(self._tenths(who) <= self.busiest)

    def _person(self, who: int, person: Person) -> None:
        rest = timedelta(hours=self._rules.rest_hours)
        mine = []
        for at, form in enumerate(self._forms):
            if not any(form[0] < end and start < form[1] for start, end in person.away):
                self.has[who, at] = self.model.new_bool_var(f"shift_{who}_{at}")
                mine.append(at)
        for one, other in combinations(mine, 2):
            first, second = sorted((self._forms[one], self._forms[other]))
            if second[0] < first[1] + rest:
                self.model.add_at_most_one(self.has[who, one], self.has[who, other])
        most = min(self._rules.week_hours, person.most_hours or self._rules.week_hours)
        self.model.add(self._tenths(who) <= round(most * _TENTHS))
        days = [self.has[who, at] for at in mine]
        self.model.add(sum(days) <= self._rules.most_days)
        nights = [at for at in mine if self._forms[at][0].date() != self._forms[at][1].date()]
        self.model.add(sum(self.has[who, at] for at in nights) <= self._rules.most_nights)

    def _tenths(self, who: int) -> Any:  # noqa: ANN401 - ortools has no types
        return sum(
            round(_length(self._forms[at]) * _TENTHS) * one
            for (of, at), one in self.has.items()
            if of == who
        )

    def _coverage(self) -> Any:  # noqa: ANN401 - ortools has no types
        """Let every span be covered or short; return the tenths of hours that are short.

        Who may do the special work of an hour may do its general work, too, but not both at once:
        those who may do the general work must be as many as all of it asks.
        """
        total = []
        for number, span in enumerate(self._spans):
            asked = round(_TENTHS * _with_narrower(span, self._spans))
            short = self.model.new_int_var(0, max(0, asked), f"short_{number}")
            there = [
                _TENTHS * one for (who, at), one in self.has.items() if self._covers(who, at, span)
            ]
            self.model.add(sum(there) + short >= asked)
            self._missing.append(short)
            self._best[short.index] = max(0, asked)
            total.append(max(1, round(span.hours)) * short)
        return sum(total)

    def _covers(self, who: int, at: int, span: Span) -> bool:
        person, (start, end) = self._people[who], self._forms[at]
        able = span.skills <= person.skills | {person.kind}
        return able and start <= span.start and span.end <= end

    def minimise(self, aim: Any, limit_s: float) -> int:  # noqa: ANN401 - ortools has no types
        """Search for the least; keep what is found."""
        self.model.minimize(aim)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = limit_s
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = _SEED
        status = int(solver.solve(self.model))
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            every = [*self.has.values(), *self._missing, self.busiest]
            self._best = {one.index: solver.value(one) for one in every}
            self._reached = round(solver.objective_value)
            self.model.clear_hints()
            for one in every:
                self.model.add_hint(one, self._best[one.index])
        return status

    def hold(self, aim: Any) -> None:  # noqa: ANN401 - ortools has no types
        """Let no later aim spoil this one."""
        if self._reached is not None:
            self.model.add(aim <= self._reached)

    def shifts(self) -> list[PlannedShift]:
        """Return the shifts that were chosen, by time."""
        found = [
            PlannedShift(
                person=self._people[who].id, start=self._forms[at][0], end=self._forms[at][1]
            )
            for (who, at), one in self.has.items()
            if self._best.get(one.index)
        ]
        return sorted(found, key=lambda one: (one.start, one.person))

    def short(self) -> list[Short]:
        """Return where somebody is lacking."""
        return [
            Short(
                start=span.start,
                end=span.end,
                hours=round(self._best.get(one.index, 0) / _TENTHS * span.hours, 2),
                skills=sorted(span.skills),
            )
            for span, one in zip(self._spans, self._missing, strict=True)
            if self._best.get(one.index, 0)
        ]

    def spent(self) -> float:
        """Return what the chosen shifts cost."""
        rate = {one.id: one.cost_per_hour for one in self._people}
        return round(
            sum(rate[one.person] * _length((one.start, one.end)) for one in self.shifts()), 2
        )


def _with_narrower(span: Span, spans: Sequence[Span]) -> float:
    """Return how many a span asks for, with what asks for more skills at the same time."""
    return sum(
        one.people
        for one in spans
        if (one.start, one.end) == (span.start, span.end) and span.skills <= one.skills
    )


def _length(form: tuple[datetime, datetime]) -> float:
    return (form[1] - form[0]) / _HOUR


def _supply(people: Sequence[Person], rules: RestRules) -> list[Supply]:
    return [
        Supply(
            id=one.id,
            hours=min(rules.week_hours, one.most_hours or rules.week_hours),
            cost_per_hour=one.cost_per_hour,
            skills=one.skills | {one.kind},
        )
        for one in people
    ]


def _needs(people: Sequence[Person], spans: Sequence[Span]) -> list[Need]:
    return [
        Need(
            id=str(number),
            hours=span.people * span.hours,
            skills=span.skills,
            each=span.hours,
            away=frozenset(
                one.id
                for one in people
                if any(start < span.end and span.start < end for start, end in one.away)
            ),
        )
        for number, span in enumerate(spans)
    ]
