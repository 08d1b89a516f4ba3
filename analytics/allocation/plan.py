"""Choice of the solver: exact where that is quick, by decomposition where it is not."""

from collections.abc import Callable

from analytics.allocation.decompose import Decomposition
from analytics.allocation.local import is_local, kept_plan, local_plan
from analytics.allocation.problem import Problem
from analytics.allocation.relaxation import Relaxation
from analytics.allocation.solver import Solved, StopWatch, solve
from analytics.allocation.table import ProblemTable

DIRECT_PAIRS = 600
"""Pairs of demand and doctor up to which the exact solver needs no better plan to start from ..."""
EXACT_PAIRS = 2_500
"""... and up to which it is asked at all."""
_BOUND_S = 0.5


def best_plan(
    problem: Problem, time_limit_s: float, better: Callable[[Solved], None] | None = None
) -> Solved:
    """Return the best plan within the time, with the best bound of its cost that is known.

    Args:
        problem: the allocation in whole numbers.
        time_limit_s: most seconds, for everything.
        better: is told each better plan, the first after a moment.
    """
    watch = StopWatch(time_limit_s)
    pairs = sum(map(len, problem.able))
    if pairs <= DIRECT_PAIRS:
        return _bounded(problem, solve(problem, time_limit_s, better), watch)
    table = ProblemTable.of(problem)
    if pairs > EXACT_PAIRS and is_local(table):
        return local_plan(table, watch, better)
    parts = Decomposition(table, watch, better)
    if is_local(table):
        parts.offer(kept_plan(table))
    parts.quick()
    if pairs > EXACT_PAIRS:
        parts.deep()
        return parts.solved()
    start = parts.solved().choice
    return _bounded(problem, solve(problem, watch.left_s, better, start=start), watch)


def _bounded(problem: Problem, solved: Solved, watch: StopWatch) -> Solved:
    """Raise the bound of what is not proved to that of the relaxation, if that one is higher."""
    if not solved.proved and problem.work:
        reached = problem.aims(solved.choice)
        relaxed = Relaxation(ProblemTable.of(problem)).solve(
            "cost", reached, watch.left_s or _BOUND_S
        )
        if relaxed is not None:
            solved.cost_bound = max(solved.cost_bound, relaxed.bound)
    return solved
