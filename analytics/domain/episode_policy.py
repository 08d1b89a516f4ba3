"""Policy of alerts for a site: deadlines, the ladder, what calls again and for how long."""

from dataclasses import dataclass

from analytics.domain.alerts import Priority

MINUTE_MS = 60_000


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
            heard since; of a technical alert an acknowledgement lasts so long (15-30 proposed from
            the alarm-fatigue evidence, IEC 60601-1-8 leaves it to the site).
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
    """

    emergency: frozenset[str] = frozenset({"news2_emergency"})
    urgent: frozenset[str] = frozenset({"news2_urgent", "single_3", "glucose_low"})
    emergency_min: int = 30
    urgent_min: int = 60
    routine_min: int = 240
    acknowledge_share: float = 1 / 6
    acknowledged_min: int = 30
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

    def response_ms(self, condition: str, priority: Priority) -> int:
        """Return within how many milliseconds somebody should respond at the bedside."""
        if condition in self.emergency or condition.startswith("critical_"):
            return self.emergency_min * MINUTE_MS
        if condition in self.urgent or priority is not Priority.LOW:
            return self.urgent_min * MINUTE_MS
        return self.routine_min * MINUTE_MS

    def is_emergency(self, condition: str) -> bool:
        """Return whether a doctor should be called before any nurse."""
        return condition in self.emergency or condition.startswith("critical_")

    def acknowledge_ms(self, condition: str, priority: Priority) -> int:
        """Return within how many milliseconds somebody should acknowledge."""
        return int(self.response_ms(condition, priority) * self.acknowledge_share)

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
