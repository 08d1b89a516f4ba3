"""Policy of alerts for a site: deadlines, the ladder, what calls again and for how long."""

from dataclasses import dataclass
from enum import StrEnum

from analytics.domain.alerts import Priority

MINUTE_MS = 60_000


class Level(StrEnum):
    """Who is called, in the order of escalation; technical alerts begin at the coordinator."""

    DOCTOR = "doctor"
    SECOND = "second"
    COORDINATOR = "coordinator"
    OUT_OF_HOURS = "out_of_hours"


class ResponseClass(StrEnum):
    """How soon somebody should respond at the bedside."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"


ANYBODY = "anybody"
PLAN = "plan"
NOBODY = "nobody"
ALWAYS = "always"
STAFFED = "staffed"
NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodePolicy:
    """What a site may set about episodes.

    Attributes:
        emergency: conditions that want a response within ``emergency_min``.
        urgent: conditions that want one within ``urgent_min``.
        emergency_min: 30 min (RCP response to a NEWS2 of 7 or more, as rcpjournals reports it).
        urgent_min: 60 min (RCP, the same for 5-6).
        routine_min: 240 min (proposed).
        acknowledge_share: the share of that time within which somebody must acknowledge before
            the next level is called: 5, 10 and 40 minutes (proposed).
        acknowledged_min: so long after an acknowledgement it is looked at whether anything was
            heard since; of a technical alert of high priority an acknowledgement lasts so long
            (15-30 proposed from the alarm-fatigue evidence; IEC 60601-1-8 leaves it open) ...
        equipment_min: ... and of another technical alert, or a plan for it, so long: a shift. A
            cable that is on its way is not news every half-hour (proposed).
        quiet_min: after a person made a plan or closed it, findings that it merely goes on are
            silent for so long (proposed); a new start, a worsening or a gap ends that.
        gap_min: after so long without a bad reading nobody knows that it is the same episode,
            and the next bad one calls at once (proposed: the age from which a reading is late) ...
        gap_paces: ... or after so many times what usually lies between two readings of the metric,
            if that is more: who is measured every hour is not away between (proposed).
        settled_min: an alert of a patient closes by itself when all its reasons have been over for
            so long; what comes back before then is the same alert (proposed).
        worse_by: an answered alert calls again when NEWS2 is so many points above what is known
            (2: from one band's middle to the next; proposed).
        respite_min: but for something worse of the same priority, the first excepted, not sooner
            than so long after somebody took the last call on; what is held back calls then
            (proposed: the response to an emergency is then due at the bedside).
        snooze_high_min: for so long at most an alert of high priority may be put off, counted from
            the first time (proposed) ...
        snooze_medium_min: ... of medium priority ...
        snooze_low_min: ... and of low priority.
        expire_min: a low-priority alert of which nothing is heard for so long ends, and so does
            any clinical one that a person took on (proposed).
        history_min: findings of back-fill no further apart are one piece of history (proposed).
        remind_min: the last level is called again after so long (proposed).
        coordinators: clinical conditions that belong to the coordinator.
        first_emergency: who is called first for an emergency: a ``doctor`` or a ``nurse`` while one
            is on shift, or whoever has the patient by the ``plan`` (RCP: emergencies to the medical
            team) ...
        first_urgent: ... for what is urgent (proposed) ...
        first_routine: ... and for the rest (proposed).
        second: who is called next among the people on shift: ``anybody`` else, another ``doctor``,
            another ``nurse``, or ``nobody``: the ward has no such rung (proposed).
        second_person: who of the rota is called second while at work; empty: who holds least
            (proposed).
        coordinator: when coordinators are called: ``always``, only while the ward is ``staffed``,
            or ``never``; else the out-of-hours contact is in their place (proposed).
        coordinator_person: who of the coordinators is called; empty: all of the ward (proposed).
        first_emergency_min: minutes that the first has to acknowledge an emergency before the next
            is called; 0: the share of the deadline (proposed) ...
        first_urgent_min: ... what is urgent, the same ...
        first_routine_min: ... and the rest, the same.
        second_emergency_min: minutes that the second has, the same ...
        second_urgent_min: ... for what is urgent, the same ...
        second_routine_min: ... and the rest, the same.
        coordinator_emergency_min: minutes that coordinators have, where there is an out-of-hours
            contact above them, the same ...
        coordinator_urgent_min: ... for what is urgent, the same ...
        coordinator_routine_min: ... and the rest, the same.
        out_of_hours_name: what the out-of-hours contact is called, a service or a role (proposed).
        out_of_hours_phone: its telephone number, shown on the card; with ``+`` and the country it
            is sent a text message too, where the site has a gateway. Empty: the ward has no such
            contact, and the coordinators are the last (proposed).
        out_of_hours_email: where it is written to besides, where the site has a gateway (proposed).
    """

    emergency: frozenset[str] = frozenset({"news2_emergency"})
    urgent: frozenset[str] = frozenset({"news2_urgent", "single_3", "glucose_low"})
    emergency_min: int = 30
    urgent_min: int = 60
    routine_min: int = 240
    acknowledge_share: float = 1 / 6
    acknowledged_min: int = 30
    equipment_min: int = 8 * 60
    quiet_min: int = 30
    gap_min: int = 15
    gap_paces: float = 2.5
    settled_min: int = 90
    worse_by: int = 2
    respite_min: int = 30
    snooze_high_min: int = 5
    snooze_medium_min: int = 15
    snooze_low_min: int = 120
    expire_min: int = 24 * 60
    history_min: int = 30
    remind_min: int = 30
    coordinators: frozenset[str] = frozenset({"unconfirmed_deterioration"})
    first_emergency: str = "doctor"
    first_urgent: str = PLAN
    first_routine: str = PLAN
    second: str = ANYBODY
    second_person: str = ""
    coordinator: str = ALWAYS
    coordinator_person: str = ""
    first_emergency_min: int = 0
    first_urgent_min: int = 0
    first_routine_min: int = 0
    second_emergency_min: int = 0
    second_urgent_min: int = 0
    second_routine_min: int = 0
    coordinator_emergency_min: int = 0
    coordinator_urgent_min: int = 0
    coordinator_routine_min: int = 0
    out_of_hours_name: str = ""
    out_of_hours_phone: str = ""
    out_of_hours_email: str = ""

    def response_class(self, condition: str, priority: Priority) -> ResponseClass:
        """Return how soon somebody should respond."""
        if self.is_emergency(condition):
            return ResponseClass.EMERGENCY
        if condition in self.urgent or priority is not Priority.LOW:
            return ResponseClass.URGENT
        return ResponseClass.ROUTINE

    def response_ms(self, condition: str, priority: Priority) -> int:
        """Return within how many milliseconds somebody should respond at the bedside."""
        return self._response_min(self.response_class(condition, priority)) * MINUTE_MS

    def is_emergency(self, condition: str) -> bool:
        """Return whether it wants the response to an emergency."""
        return condition in self.emergency or condition.startswith("critical_")

    def step_ms(self, level: Level, condition: str, priority: Priority) -> int:
        """Return within how many milliseconds somebody of this rung should acknowledge."""
        response = self.response_class(condition, priority)
        own = {
            Level.DOCTOR: {
                ResponseClass.EMERGENCY: self.first_emergency_min,
                ResponseClass.URGENT: self.first_urgent_min,
                ResponseClass.ROUTINE: self.first_routine_min,
            },
            Level.SECOND: {
                ResponseClass.EMERGENCY: self.second_emergency_min,
                ResponseClass.URGENT: self.second_urgent_min,
                ResponseClass.ROUTINE: self.second_routine_min,
            },
            Level.COORDINATOR: {
                ResponseClass.EMERGENCY: self.coordinator_emergency_min,
                ResponseClass.URGENT: self.coordinator_urgent_min,
                ResponseClass.ROUTINE: self.coordinator_routine_min,
            },
        }.get(level, {})
        minutes = own.get(response) or self._response_min(response) * self.acknowledge_share
        return int(minutes * MINUTE_MS)

    def first_kind(self, response: ResponseClass) -> str | None:
        """Return whether a doctor or a nurse comes first; None: whoever has the patient."""
        first = {
            ResponseClass.EMERGENCY: self.first_emergency,
            ResponseClass.URGENT: self.first_urgent,
            ResponseClass.ROUTINE: self.first_routine,
        }[response]
        return None if first == PLAN else first

    @property
    def second_kind(self) -> str | None:
        """Return whether the second must be a doctor or a nurse; None: either."""
        return None if self.second == ANYBODY else self.second

    @property
    def has_contact(self) -> bool:
        """Whether somebody outside the ward is called when nobody in it answers."""
        return bool(self.out_of_hours_phone)

    def next_level(self, level: Level) -> Level | None:
        """Return the rung above one of a clinical alert; None: it is the last."""
        rungs = [Level.DOCTOR]
        if self.second != NOBODY:
            rungs.append(Level.SECOND)
        if self.coordinator != NEVER or not self.has_contact:
            rungs.append(Level.COORDINATOR)
        if self.has_contact:
            rungs.append(Level.OUT_OF_HOURS)
        order = list(Level)
        above = (one for one in rungs if order.index(one) > order.index(level))
        return next(above, None)

    def last_rung(self, *, staffed: bool) -> Level:
        """Return the lowest rung above the people on shift, by whether there are any."""
        away = self.coordinator == NEVER or (self.coordinator == STAFFED and not staffed)
        return Level.OUT_OF_HOURS if away and self.has_contact else Level.COORDINATOR

    def _response_min(self, response: ResponseClass) -> int:
        return {
            ResponseClass.EMERGENCY: self.emergency_min,
            ResponseClass.URGENT: self.urgent_min,
            ResponseClass.ROUTINE: self.routine_min,
        }[response]

    def apart(self, before_ms: int, measured_ms: int) -> bool:
        """Whether so long lies between two bad readings that nobody knew between them."""
        return measured_ms - before_ms > self.gap_min * MINUTE_MS

    def gap_ms(self, pace_ms: int) -> int:
        """Return after how much silence of somebody measured at this pace nobody knows of now."""
        usual = min(int(self.gap_paces * pace_ms), self.expire_min * MINUTE_MS)
        return max(self.gap_min * MINUTE_MS, usual)

    def snooze_min(self, priority: Priority) -> int:
        """Return for how many minutes at most an alert of this priority may be put off."""
        return {
            Priority.HIGH: self.snooze_high_min,
            Priority.MEDIUM: self.snooze_medium_min,
            Priority.LOW: self.snooze_low_min,
        }[priority]
