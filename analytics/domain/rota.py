"""The words of the rota: who can work, what there is to do, and the plan that joins them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """A doctor or nurse on shift.

    Attributes:
        id: identity in the plan.
        minutes: working time that is left, in minutes.
        cost_per_hour: in any one currency.
        skills: what the person may be asked to do.
        max_patients: most demands at once; None for no limit.
        reserve_minutes: time beside ``minutes`` that is kept for what must be somebody's.
    """

    id: str
    minutes: float
    cost_per_hour: float = 0.0
    skills: tuple[str, ...] = ()
    max_patients: int | None = None
    reserve_minutes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One piece of work for one patient, done whole by one doctor.

    Attributes:
        patient: whose.
        minutes: how long it takes.
        acuity: 0 to 20, on the scale of NEWS2; 5 or more is urgent.
        skills: all of these are needed.
        current_doctor: who has it in the plan in force.
        deadline_minutes: from now, by when it should be done; None for none.
        must: whether somebody has it, however much they have to do (an emergency): who has the
            skills before who has not, but who has time before who has none.
        later_minutes: what the patient is expected to ask beside it in the hours to come: it takes
            of the person's time, and is not due by the deadline.
    """

    patient: str
    minutes: float
    acuity: int = 0
    skills: tuple[str, ...] = ()
    current_doctor: str | None = None
    deadline_minutes: float | None = None
    must: bool = False
    later_minutes: float = 0.0

    @property
    def whole_minutes(self) -> float:
        """What it takes of a person's time, now and later."""
        return self.minutes + self.later_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One demand given to one doctor, and what is expected of the patient later."""

    patient: str
    doctor: str
    minutes: float
    later_minutes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one doctor has to do: available minutes, assigned minutes, demands."""

    doctor: str
    minutes: float
    load_minutes: float
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """A demand that nobody has, and why.

    ``nobody``: there is nobody at all; ``no_doctor``: it wants a doctor and none is there;
    ``no_skill``: those who are there cannot; ``no_time``, ``max_patients``: they are full.
    ``later_minutes`` is what the patient is expected to ask beside.
    """

    patient: str
    minutes: float
    reason: str
    acuity: int = 0
    later_minutes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """What is lacking: unmet minutes and demands that need a skill (None: any doctor).

    Attributes:
        by_minutes: from now, by when the last of it is due; None: some of it has no deadline.
        later_minutes: what the same patients are expected to ask beside, later.
    """

    skill: str | None
    minutes: float
    patients: int
    by_minutes: float | None = None
    later_minutes: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A demand that would be done after its deadline, its doctor working in their order.

    Attributes:
        minutes: after the deadline.
        deadline_minutes: from now.
    """

    patient: str
    doctor: str
    minutes: float
    deadline_minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """One way to meet what nobody has.

    Attributes:
        kind: ``extra_time`` (the doctor stays longer by so many minutes), ``skill`` (the doctor has
            the time, and would need these skills) or ``later`` (routine work of the doctor waits).
        skills: those that are short; of ``skill`` those that the doctor lacks.
        minutes: how much it takes.
        doctor: who.
        patients: whose demands are met by it.
        wait: whose routine work waits.
        cost: of the work.
    """

    kind: str
    skills: tuple[str, ...]
    minutes: float
    doctor: str
    patients: list[str]
    wait: list[str] = field(default_factory=list)
    cost: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan; in JSON it is exactly the answer of ``POST /allocation/what-if``.

    Attributes:
        status: ``optimal`` (proved, up to cost), ``feasible`` (all met, not proved best) or
            ``infeasible`` (something is unmet).
        cost: assigned minutes / 60 x cost per hour.
        bound: no plan that is as good in the aims before cost can cost less.
        assignments: in the order of the demands.
        loads: in the order of the doctors.
        moves: demands that are with another doctor than before.
        unmet: the most urgent first.
        shortage: by skill.
        relief: what would meet them, the cheapest first.
        late: what would be done after its deadline, the latest first.
    """

    status: str
    cost: float
    bound: float
    assignments: list[Assignment] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    moves: int = 0
    unmet: list[Unmet] = field(default_factory=list)
    shortage: list[Shortage] = field(default_factory=list)
    relief: list[Relief] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)
