"""skeleton: signatures are final"""

from msgspec import Struct, field


class Doctor(Struct, frozen=True, kw_only=True):
    """A doctor or nurse on shift. ``minutes`` is the working time left."""

    id: str
    minutes: float
    cost_per_hour: float = 0.0
    skills: tuple[str, ...] = ()
    max_patients: int | None = None


class Demand(Struct, frozen=True, kw_only=True):
    """One piece of work for one patient, done whole by one doctor."""

    patient: str
    minutes: float
    acuity: int = 0
    skills: tuple[str, ...] = ()
    current_doctor: str | None = None
    deadline_minutes: float | None = None


class Assignment(Struct, frozen=True, kw_only=True):
    patient: str
    doctor: str
    minutes: float


class Load(Struct, frozen=True, kw_only=True):
    doctor: str
    minutes: float
    load_minutes: float
    patients: int


class Unmet(Struct, frozen=True, kw_only=True):
    patient: str
    minutes: float
    reason: str


class Shortage(Struct, frozen=True, kw_only=True):
    skill: str | None
    minutes: float
    patients: int


class Plan(Struct, frozen=True, kw_only=True):
    """msgspec.to_builtins(plan) is exactly what-if's answer."""

    status: str
    cost: float
    bound: float
    assignments: list[Assignment] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    moves: int = 0
    unmet: list[Unmet] = field(default_factory=list)
    shortage: list[Shortage] = field(default_factory=list)


def allocate(
    doctors: list[Doctor],
    demands: list[Demand],
    *,
    time_limit_s: float = 5.0,
    pinned: dict[str, str] | None = None,
) -> Plan:
    """pinned: patient -> doctor id that must not move. Deterministic. CPU-bound: run in a thread."""
    raise NotImplementedError
