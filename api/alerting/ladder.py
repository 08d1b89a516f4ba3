"""The next rung of an alert: told beside it, and asked before it is passed on.

Which rungs there are is the ward's to say. Above the people on shift stand its coordinators, and
the administrators where a ward has none; above them the out-of-hours contact, where it has one. At
the top an alert can be passed on to another of them; to nobody it is not passed on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from analytics.alerts.answers import snooze_left
from analytics.alerts.transitions import EpisodePolicy, Level
from analytics.domain.alerts import Kind, State, kind_of
from api.alerting.commit import duty_now
from api.alerting.on_call import Duty
from api.patients.ward_policy import WardPolicies
from api.store import duty, wards
from api.store.alerts import OUT_OF_HOURS
from api.store.episodes import LEVELS, EpisodeRow, record_of
from api.store.timestamps import ms_of
from api.store.types import Conn, Row

LAST = (
    "You are the last to be called: nobody else coordinates this ward. "
    "Call somebody in (see the capacity board), and answer the alert yourself."
)
CLOSED = "It is closed."
_LIVING = frozenset({State.OPEN, State.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Who stands on each rung now.

    Attributes:
        duty: the people on shift.
        coordinators: account and name of those who coordinate, by ward.
        everywhere: the administrators, for a ward without a coordinator.
        policies: what each ward's alerts go by.
        now_ms: ward time.
    """

    duty: Duty
    coordinators: Mapping[str, Sequence[tuple[UUID, str]]]
    everywhere: Sequence[tuple[UUID, str]]
    policies: Callable[[str], EpisodePolicy]
    now_ms: int

    def above(
        self, ward: str, level: Level, holder: UUID | None, *, clinical: bool, caller: UUID
    ) -> tuple[Level, str] | None:
        """Return the rung that ``caller`` would pass the alert on to, with who stands there."""
        policy = self.policies(ward)
        following = policy.next_level(level) if clinical else None
        if following is Level.SECOND:
            looked = Duty(on_shift=self.duty.on_shift, held=dict(self.duty.held))
            other = looked.second(ward, holder, policy.second_kind, policy.second_person)
            if other is not None:
                return Level.SECOND, self._name(other)
        last = policy.last_rung(staffed=self.duty.covers(ward))
        if clinical and Level.OUT_OF_HOURS in (following, last):
            return Level.OUT_OF_HOURS, contact_of(policy)
        top = level in (Level.COORDINATOR, Level.OUT_OF_HOURS)
        others = [name for user, name in self._last(ward, policy) if not (top and user == caller)]
        return (Level.COORDINATOR, ", ".join(others)) if others else None

    def _last(self, ward: str, policy: EpisodePolicy) -> Sequence[tuple[UUID, str]]:
        last = self.coordinators.get(ward) or self.everywhere
        named = [one for one in last if str(one[0]) == policy.coordinator_person]
        return named or last

    def _name(self, doctor_id: UUID) -> str:
        return next(one.name for one in self.duty.on_shift if one.doctor_id == doctor_id)


def contact_of(policy: EpisodePolicy) -> str:
    """Return how the out-of-hours contact is named to whoever passes on to it."""
    return f"{policy.out_of_hours_name or OUT_OF_HOURS}, {policy.out_of_hours_phone}"


async def ladder(conn: Conn, now: datetime) -> Ladder:
    """Return who stands on each rung at ``now``; the connection is the engine's."""
    by_ward: dict[str, list[tuple[UUID, str]]] = {}
    everywhere = []
    for row in await duty.coordinators(conn):
        one = (row["id"], row["name"])
        if row["role"] == "admin":
            everywhere.append(one)
        else:
            by_ward.setdefault(row["ward"], []).append(one)
    told, known = {row["ward"]: row for row in await wards.every(conn)}, WardPolicies()
    return Ladder(
        duty=await duty_now(conn, now),
        coordinators=by_ward,
        everywhere=everywhere,
        policies=lambda ward: known.of(told.get(ward)).episodes,
        now_ms=ms_of(now),
    )


def refusal(steps: Ladder, record: EpisodeRow, caller: UUID) -> str | None:
    """Return why ``caller`` cannot pass this alert on, None if they can."""
    episode = record.episode
    clinical = kind_of(episode.condition) is Kind.CLINICAL
    holder = record.doctor_id
    above = steps.above(record.ward, episode.level, holder, clinical=clinical, caller=caller)
    return LAST if above is None else None


def tell(steps: Ladder, rows: Sequence[Row], told: Sequence[Row], caller: UUID) -> None:
    """Add to each alert as it is told whom its reader would pass it on to, or why to nobody.

    Args:
        steps: who stands on each rung.
        rows: the alerts' rows, in the order of ``told``.
        told: alerts as they are answered; changed here.
        caller: who reads.
    """
    for row, one in zip(rows, told, strict=True):
        above = None
        if State(row["state"]) in _LIVING:
            above = steps.above(
                row["ward"],
                LEVELS[row["escalation_level"]],
                row["doctor_id"],
                clinical=row["kind"] == Kind.CLINICAL.value,
                caller=caller,
            )
        one["escalates_to"] = above and {"level": above[0].value, "name": above[1]}
        one["escalates_not"] = None if above else _why(row)
        one["snooze_left"] = _left(steps, row)


def _left(steps: Ladder, row: Row) -> int:
    """Return for how many minutes an alert may be put off; 0: it is answered, or was for long."""
    if State(row["state"]) is not State.OPEN:
        return 0
    return snooze_left(record_of(row).episode, steps.now_ms, steps.policies(row["ward"]))


def _why(row: Row) -> str:
    return LAST if State(row["state"]) in _LIVING else CLOSED
