"""The ward of a simulated day: who works, what comes when, and where it stands."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.allocation.problem import DOCTOR, URGENT_ACUITY
from analytics.domain.rota import Doctor

SHIFT_MINUTES = 480.0
_CLASSES = ((8, 30.0, 30.0, 0.15), (5, 12.0, 60.0, 0.35), (1, 10.0, 240.0, 0.5))
"""Of those who get worse: acuity, minutes, deadline (NEWS2's responses; proposed), share."""
_LAST_WORSE = SHIFT_MINUTES - 60
_ROUTINE_MINUTES = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A ward and how hard its day is.

    Attributes:
        patients: who is watched.
        staff: doctors and nurses, two to three.
        worse: share of the patients who get worse in a day.
        clustered: how unevenly that falls on panels; 0 evenly.
        ill: whether a doctor falls ill at noon.
    """

    patients: int = 120
    staff: int = 10
    worse: float = 0.5
    clustered: float = 0.6
    ill: bool = True

    def expected_minutes(self, at: float, ahead: float) -> float:
        """Return what a patient is expected to ask in the minutes ahead who has not got worse."""
        each = sum(minutes * share for _, minutes, _, share in _CLASSES)
        coming = max(0.0, min(ahead, _LAST_WORSE - at))
        return round(self.worse * each * coming / _LAST_WORSE, 2)


@dataclass(slots=True, kw_only=True)
class SimulatedWork:
    """A piece of work."""

    patient: int
    at: float
    minutes: float
    acuity: int
    deadline: float | None
    who: str | None = None
    moved: int = 0
    ended: float | None = None

    @property
    def urgent(self) -> bool:
        """Whether a doctor is needed soon."""
        return self.acuity >= URGENT_ACUITY

    @property
    def skills(self) -> tuple[str, ...]:
        """What it asks for."""
        return (DOCTOR,) if self.urgent else ()

    def late(self, end: float) -> float:
        """Return the minutes after the deadline at which it was done, or not done by ``end``."""
        if self.deadline is None:
            return 0.0
        return max(0.0, (end if self.ended is None else self.ended) - self.deadline)


@dataclass(slots=True, kw_only=True)
class WardDay:
    """The ward as it runs."""

    people: Sequence[Doctor]
    jobs: list[SimulatedWork] = field(default_factory=list)
    free_at: dict[str, float] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    worked: dict[str, float] = field(default_factory=dict)
    doing: dict[str, tuple[SimulatedWork, float]] = field(default_factory=dict)

    @property
    def there(self) -> list[Doctor]:
        """Return who is at work."""
        return [one for one in self.people if one.id not in self.gone]

    def waiting(self) -> list[SimulatedWork]:
        """Return what nobody has begun."""
        begun = {id(job) for job, _ in self.doing.values()}
        return [job for job in self.jobs if job.ended is None and id(job) not in begun]


def people_of(setup: Setup, chance: random.Random) -> list[Doctor]:
    """Return two doctors to three nurses."""
    doctors = max(2, round(setup.staff * 0.4))
    return [
        Doctor(
            id=f"{'d' if at < doctors else 'n'}{at}",
            minutes=SHIFT_MINUTES,
            cost_per_hour=float(
                chance.randint(70, 120) if at < doctors else chance.randint(30, 50)
            ),
            skills=(DOCTOR,) if at < doctors else ("nurse",),
        )
        for at in range(setup.staff)
    ]


def arrivals_of(setup: Setup, chance: random.Random) -> list[SimulatedWork]:
    """Return the day's work by when it comes."""
    routine = [
        SimulatedWork(
            patient=at,
            at=0.0,
            minutes=max(2.0, chance.gauss(_ROUTINE_MINUTES, 1.5)),
            acuity=0,
            deadline=None,
        )
        for at in range(setup.patients)
    ]
    # one stretch of the list has more than its share, as one street or one diagnosis may
    weights = [1 + setup.clustered * 4 * (at < setup.patients / 4) for at in range(setup.patients)]
    worse = []
    for _ in range(round(setup.patients * setup.worse)):
        patient = chance.choices(range(setup.patients), weights)[0]
        acuity, minutes, deadline, _ = chance.choices(_CLASSES, [one[3] for one in _CLASSES])[0]
        at = chance.uniform(0, _LAST_WORSE)
        took = minutes * chance.lognormvariate(0, 0.25)
        worse.append(
            SimulatedWork(
                patient=patient, at=at, minutes=took, acuity=acuity, deadline=at + deadline
            )
        )
    return sorted([*routine, *worse], key=lambda job: job.at)
