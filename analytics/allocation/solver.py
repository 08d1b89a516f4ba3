"""The allocation as an integer programme for OR-Tools' CP-SAT, one aim after the other.

Exact, and slow beyond some thousands of pairs: larger wards are ``analytics.allocation``'s, which
asks it about a few doctors at a time.

Each aim is minimised with the aims before it held at what they reached. CP-SAT uses a hint well
only if it is complete and feasible, so every stage starts from the best plan so far. An aim that
the plan so far reaches at its obvious least is not solved again. The seed and the number of
workers are fixed, and the search stops by CP-SAT's own deterministic time first: the same input
gives the same plan.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from time import perf_counter
from typing import Any

from ortools.sat.python import cp_model

from analytics.allocation.greedy import greedy
from analytics.allocation.problem import UNMET, Choice, Problem

SEED = 7
WORKERS = 1
DETERMINISTIC_SHARE = 0.5
"""Deterministic units for each second of the limit; a unit takes about a second, or more."""
STAGE_SHARE = 0.5
BALANCE_SHARE = 0.25
"""A stage may take this share of what is left; evening out the loads is a last nicety."""
_PERMILLE = 1000
_HAIR = 1e-3
AIMS = (
    "urgent_unmet",
    "unmet",
    "overload",
    "stand_ins",
    "lateness",
    "moves",
    "cost",
    "imbalance",
)
"""In their order; overload and stand-ins are nothing where nothing must be somebody's."""


@dataclass(slots=True, kw_only=True)
class Solved:
    """The best plan found, whether it is proved best up to cost, and the bound of its cost."""

    choice: Choice
    proved: bool = True
    cost_bound: int = 0


class StopWatch:
    """Computing time that is left, building and hints included."""

    def __init__(self, limit_s: float) -> None:
        """Start it."""
        self._end = perf_counter() + limit_s

    @property
    def left_s(self) -> float:
        """Seconds that are left; 0 when there are none."""
        return max(0.0, self._end - perf_counter())


@dataclass(slots=True, kw_only=True)
class _Budget:
    """Computing time that is left: by the wall, and in CP-SAT's own deterministic measure.

    The deterministic one is smaller, so that on an idle machine it is what stops a search.
    """

    watch: StopWatch
    work: float

    def spend(self, solver: Any) -> None:  # noqa: ANN401 - ortools has no types
        """Take off what a search has used."""
        self.work -= solver.response_proto.deterministic_time


@dataclass(slots=True, kw_only=True)
class _Model:
    """The programme: variables and the linear expression of each aim."""

    problem: Problem
    model: Any = field(default_factory=cp_model.CpModel)
    given: dict[tuple[int, int], Any] = field(default_factory=dict)
    unmet: list[Any] = field(default_factory=list)
    overruns: dict[tuple[int, int], Any] = field(default_factory=dict)
    overloads: dict[int, Any] = field(default_factory=dict)
    busiest: Any = None

    def hint(self, choice: Choice) -> None:
        """Give the solver a complete plan to start from."""
        self.model.clear_hints()
        aims = self.problem.aims(choice)
        for (demand, doctor), variable in self.given.items():
            self.model.add_hint(variable, int(choice[demand] == doctor))
        for demand, variable in enumerate(self.unmet):
            self.model.add_hint(variable, int(choice[demand] == UNMET))
        for (doctor, level), variable in self.overruns.items():
            self.model.add_hint(variable, max(0, _due(self.problem, choice, doctor, level) - level))
        over = self.problem.overloads(choice)
        for doctor, variable in self.overloads.items():
            self.model.add_hint(variable, over[doctor])
        self.model.add_hint(self.busiest, aims.imbalance)

    def read(self, solver: Any) -> Choice:  # noqa: ANN401 - ortools has no types
        """Return the plan that the solver found."""
        choice = [UNMET] * len(self.unmet)
        for (demand, doctor), variable in self.given.items():
            if solver.value(variable):
                choice[demand] = doctor
        return choice


def solve(
    problem: Problem,
    time_limit_s: float,
    better: Callable[[Solved], None] | None = None,
    *,
    start: Choice | None = None,
    until: str = "imbalance",
) -> Solved:
    """Return the best plan, aim after aim, within the time.

    Args:
        problem: the allocation in whole numbers.
        time_limit_s: most seconds, building the programme included.
        better: is told each plan that is better than the ones before, the first at once.
        start: a complete plan to begin with, in place of the greedy one.
        until: the last aim to be worked on.
    """
    watch = StopWatch(time_limit_s)
    best = Solved(choice=greedy(problem) if start is None else list(start))
    if not problem.work:
        return best
    tell = better or (lambda _: None)
    tell(Solved(choice=best.choice, proved=False))
    built = _build(problem)
    stages = _stages(built)
    budget = _Budget(watch=watch, work=time_limit_s * DETERMINISTIC_SHARE)
    last = AIMS.index(until) + 1
    for name, expression in zip(AIMS[:last], stages[:last], strict=True):
        least = _least(problem, name, best.choice)
        reached = int(getattr(problem.aims(best.choice), name))
        if name == "cost":
            best.cost_bound = least
        if reached > least:
            share = BALANCE_SHARE if name == "imbalance" else STAGE_SHARE
            _minimise(built, best, expression, budget, name=name, share=share)
            reached = int(getattr(problem.aims(best.choice), name))
            tell(Solved(choice=best.choice, proved=False, cost_bound=best.cost_bound))
        built.model.add(expression <= reached)
    return best


def _minimise(
    built: _Model,
    best: Solved,
    expression: Any,  # noqa: ANN401 - ortools has no types
    budget: _Budget,
    *,
    name: str,
    share: float,
) -> None:
    built.hint(best.choice)
    built.model.minimize(expression)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = budget.watch.left_s * share
    solver.parameters.max_deterministic_time = max(0.0, budget.work * share)
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = SEED
    status = solver.solve(built.model)
    budget.spend(solver)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        best.choice = built.read(solver)
    if name == "cost":
        # the aim is a whole number, its bound a float that may fall a hair short of one
        bound = ceil(solver.best_objective_bound - _HAIR)
        best.cost_bound = max(best.cost_bound, bound)
    if name != "imbalance":
        best.proved = best.proved and status == cp_model.OPTIMAL


def _least(problem: Problem, name: str, reached: Choice) -> int:
    """Return a value below which no plan can come in this aim.

    While something stays unmet, any demand may be the one that costs nothing.
    """
    if name != "cost" or UNMET in reached:
        return 0
    return sum(
        work * min((problem.rates[doctor] for doctor in able), default=0)
        for work, able in zip(problem.work, problem.able, strict=True)
    )


def _build(problem: Problem) -> _Model:
    built = _Model(problem=problem)
    model = built.model
    for demand, able in enumerate(problem.able):
        unmet = model.new_bool_var(f"unmet_{demand}")
        options = [model.new_bool_var(f"given_{demand}_{doctor}") for doctor in able]
        built.unmet.append(unmet)
        built.given.update(
            {(demand, doctor): one for doctor, one in zip(able, options, strict=True)}
        )
        model.add_exactly_one([*options, unmet])
    built.busiest = model.new_int_var(0, _most_busy(problem), "busiest")
    for doctor in range(len(problem.capacity)):
        _one_doctor(built, doctor)
    return built


def _most_busy(problem: Problem) -> int:
    """Return the largest share of capacity, in thousandths, that anybody could have to do."""
    must = sum(work for work, is_must in zip(problem.work, problem.must, strict=True) if is_must)
    shares = [-(-(one + must) * _PERMILLE // one) for one in problem.capacity if one]
    return max(shares, default=_PERMILLE)


def _one_doctor(built: _Model, doctor: int) -> None:
    problem, model = built.problem, built.model
    capacity = problem.capacity[doctor]
    mine = [(demand, one) for (demand, at), one in built.given.items() if at == doctor]
    plain = [(demand, one) for demand, one in mine if not problem.must[demand]]
    load = sum(problem.work[demand] * one for demand, one in mine)
    model.add(sum(problem.work[demand] * one for demand, one in plain) <= capacity)
    model.add(sum(one for _, one in plain) <= problem.places[doctor])
    if len(plain) < len(mine):
        most = sum(problem.work[demand] for demand, _ in mine)
        over = built.overloads[doctor] = model.new_int_var(0, most, f"overload_{doctor}")
        model.add(over >= load - capacity - problem.reserve[doctor])
    if capacity:
        model.add(load * _PERMILLE <= built.busiest * capacity)
    for level in problem.levels():
        due = [(d, one) for d, one in mine if _by(problem, d, level)]
        most = sum(problem.due[demand] for demand, _ in due)
        if most > level:
            overrun = model.new_int_var(0, most, f"overrun_{doctor}_{level}")
            model.add(overrun >= sum(problem.due[d] * one for d, one in due) - level)
            built.overruns[doctor, level] = overrun


def _by(problem: Problem, demand: int, level: int) -> bool:
    deadline = problem.deadlines[demand]
    return deadline is not None and deadline <= level


def _due(problem: Problem, choice: Choice, doctor: int, level: int) -> int:
    return sum(
        problem.due[demand]
        for demand, at in enumerate(choice)
        if at == doctor and _by(problem, demand, level)
    )


def _stages(built: _Model) -> list[Any]:
    """Return the aims as linear expressions, the most important first."""
    problem = built.problem
    given = built.given.items()
    return [
        sum(urgency * one for urgency, one in zip(problem.urgency, built.unmet, strict=True)),
        sum(built.unmet),
        sum(built.overloads.values()),
        sum(problem.lacks[demand].get(doctor, 0) * one for (demand, doctor), one in given),
        sum(built.overruns.values()),
        sum(one for (demand, doctor), one in given if problem.moved(demand, doctor)),
        sum(problem.work[demand] * problem.rates[doctor] * one for (demand, doctor), one in given),
        built.busiest,
    ]
