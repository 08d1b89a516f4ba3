"""A complete first plan, for the solver to start from."""

from dataclasses import dataclass

from analytics.allocation.problem import UNMET, Choice, Problem


def greedy(problem: Problem) -> Choice:
    """Return a complete first plan: the urgent and the hard to place first, each cheaply.

    Each demand goes to its current doctor if possible, else to the cheapest one with time left
    before its deadline, else to the one with most time left. What must be somebody's comes first
    and needs no time left.
    """
    left = _Left(
        planned=list(problem.capacity),
        whole=[a + b for a, b in zip(problem.capacity, problem.reserve, strict=True)],
        places=list(problem.places),
    )
    choice: Choice = [UNMET] * len(problem.work)
    for demand in sorted(range(len(problem.work)), key=lambda at: _hardness(problem, at)):
        doctor = _best(problem, demand, left)
        choice[demand] = doctor
        if doctor != UNMET:
            left.take(doctor, problem.work[demand], must=problem.must[demand])
    return choice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What each doctor has left: planned seconds, seconds with the reserve, places."""

    planned: list[int]
    whole: list[int]
    places: list[int]

    def take(self, doctor: int, work: int, *, must: bool) -> None:
        self.whole[doctor] -= work
        if not must:
            self.planned[doctor] -= work
            self.places[doctor] -= 1

    def room(self, doctor: int, work: int, *, must: bool) -> bool:
        return must or (self.planned[doctor] >= work and self.places[doctor] > 0)


def _hardness(problem: Problem, demand: int) -> tuple[float, ...]:
    deadline = problem.deadlines[demand]
    return (
        not problem.must[demand],
        -problem.urgency[demand],
        float("inf") if deadline is None else deadline,
        len(problem.able[demand]),
        -problem.work[demand],
        demand,
    )


def _best(problem: Problem, demand: int, left: _Left) -> int:
    work = problem.work[demand]
    must = problem.must[demand]
    deadline = problem.deadlines[demand]
    options = [at for at in problem.able[demand] if left.room(at, work, must=must)]

    def badness(at: int) -> tuple[float, ...]:
        done = problem.capacity[at] + problem.reserve[at] - left.whole[at] + problem.due[demand]
        late = 0 if deadline is None else max(0, done - deadline)
        over = max(0, work - max(0, left.whole[at]))
        lack = problem.lacks[demand].get(at, 0)
        return (over, lack, late, problem.moved(demand, at), problem.rates[at], -left.whole[at], at)

    return min(options, key=badness, default=UNMET)
