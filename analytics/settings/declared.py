"""Declarations of settings: which fields of the policies, under which names, units and bounds.

Every field stands here or in ``FIXED`` with the reason; a test holds that. What a setting means and
where its default comes from is read from the field's own docstring, so that it is said once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analytics.domain.budget import BudgetPolicy
from analytics.domain.contact import ContactPolicy
from analytics.domain.episode_policy import EpisodePolicy
from analytics.domain.equipment import EquipmentPolicy, RetentionPolicy
from analytics.domain.observation_policy import ObservationPolicy
from analytics.policy import HOUR_MS, MINUTE_MS, Policy
from analytics.settings.words import COORDINATOR, EMAIL, EMERGENCY, FIRST, NAME, PHONE, SECOND

SECOND_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """How a field is set.

    Attributes:
        group: where it stands in the ward's settings.
        name: under which name there; of ``each`` and ``limits`` the metrics' names.
        unit: of the value as it is told; None: the metric's own.
        low: least value that is taken.
        high: greatest.
        scale: what the value is multiplied by in the field.
        whole: whether only whole numbers make sense.
        patient: whether it may be set for one patient.
        kind: ``one`` value, one for ``each`` metric, or ``limits`` of each.
        choices: of a word that is chosen: each with what it means.
        people: of a person who is chosen: ``rota`` or ``coordinators`` of the ward.
        pattern: what a text must match as a whole, and how that is said; it may be empty.
    """

    group: str
    name: str = ""
    unit: str | None = None
    low: float = 0.0
    high: float = 0.0
    scale: int = 1
    whole: bool = False
    patient: bool = False
    kind: str = "one"
    choices: Mapping[str, str] = field(default_factory=dict)
    people: str = ""
    pattern: tuple[str, str] = ("", "")


def _delay(name: str, high: float, *, low: float = 0.0, scale: int = 1) -> Declared:
    """A delay of a rule in seconds, which may be a patient's own."""
    return Declared(
        group="delays", name=name, unit="s", low=low, high=high, scale=scale, patient=True
    )


def _minutes(group: str, name: str, low: float, high: float) -> Declared:
    return Declared(group=group, name=name, unit="min", low=low, high=high, whole=True)


def _rule(name: str, unit: str, low: float, high: float, **more: bool | int) -> Declared:
    whole, patient = bool(more.get("whole")), bool(more.get("patient"))
    return Declared(
        group="rules",
        name=name,
        unit=unit,
        low=low,
        high=high,
        scale=int(more.get("scale", 1)),
        whole=whole,
        patient=patient,
    )


def _chosen(name: str, choices: Mapping[str, str]) -> Declared:
    return Declared(group="rungs", name=name, choices=choices)


def _contact(name: str, pattern: tuple[str, str]) -> Declared:
    return Declared(group="contact", name=name, pattern=pattern)


def _observed(name: str, low: float, high: float) -> Declared:
    """An interval of the observation schedule, which may be a patient's own."""
    return Declared(
        group="observation", name=name, unit="min", low=low, high=high, whole=True, patient=True
    )


def _equipment(name: str, unit: str, low: float, high: float, *, whole: bool = False) -> Declared:
    return Declared(group="equipment", name=name, unit=unit, low=low, high=high, whole=whole)


POLICY: Mapping[str, Declared] = {
    "max_age_ms": Declared(
        group="ages", unit="min", low=5, high=2_880, scale=MINUTE_MS, patient=True, kind="each"
    ),
    "other_age_ms": Declared(
        group="ages", name="other", unit="min", low=5, high=10_080, scale=MINUTE_MS, patient=True
    ),
    "fresh_ms": Declared(
        group="ages", name="assumed_after", unit="min", low=1, high=720, scale=MINUTE_MS
    ),
    "limits": Declared(group="limits", kind="limits"),
    "pregnancy_limits": Declared(group="pregnancy", kind="limits"),
    "scale_2_low": Declared(group="limits", name="spo2_scale_2_low", unit="%", low=80, high=92),
    "critical": Declared(group="critical", kind="limits"),
    "margins": Declared(group="margins", low=0, high=20, kind="each"),
    "clear_ms": _delay("clear", 1_800, scale=SECOND_MS),
    "session_ms": Declared(
        group="sessions", unit="min", low=0, high=240, scale=MINUTE_MS, patient=True, kind="each"
    ),
    "window_ms": _delay("median_window", 300, scale=SECOND_MS),
    "stream_s": _delay("stream", 300),
    "spot_s": _delay("spot", 1_800),
    "spo2_s": _delay("spo2", 300),
    "spo2_deeper_s": _delay("spo2_deeper", 120),
    "spo2_deep": _rule("spo2_deep", "%", 70, 90, patient=True),
    "rapid_fall": _rule("rapid_fall", "%", 5, 30, patient=True),
    "rapid_s": _delay("rapid", 60),
    "glucose_deep": _rule("glucose_deep", "mg/dL", 40, 70, patient=True),
    "glucose_deep_s": _delay("glucose_deep", 900),
    "glucose_high_s": _delay("glucose_high", 7_200),
    "glucose_other_s": _delay("glucose_other", 7_200),
    "low_soon_chance": _rule("low_soon", "1", 0.1, 1, patient=True),
    "low_soon_s": _delay("low_soon", 1_800),
    "settle_ms": _delay("settle", 120, low=1, scale=SECOND_MS),
    "flicker_ms": _delay("flicker", 600, low=10, scale=SECOND_MS),
    "flicker_starts": _rule("flicker_starts", "1", 2, 10, whole=True),
    "unconfirmed_s": _delay("unconfirmed", 3_600),
    "risk_s": _delay("risk", 3_600),
    "repeat_s": _delay("repeat", 600),
    "repeat_gap_ms": _delay("repeat_gap", 120, low=1, scale=SECOND_MS),
    "urgent_s": _delay("urgent", 600),
    "single_3_s": _delay("single_3", 600),
    "incomplete_ms": _delay("incomplete", 7_200, scale=SECOND_MS),
    "incomplete_low": _rule("incomplete_low", "1", 0, 7, whole=True),
    "baseline_units": _rule("baseline_units", "1", 2, 10, patient=True),
    "baseline_s": _delay("baseline", 7_200),
    "baseline_level_ms": _rule("baseline_level", "h", 12, 168, scale=HOUR_MS),
    "risk_raise": _rule("risk_raise", "1", 0.05, 0.95),
    "risk_clear": _rule("risk_clear", "1", 0.0, 0.9),
    "battery_low": _rule("battery_low", "%", 5, 60, patient=True),
    "known_ms": _rule("known", "h", 1, 720, scale=HOUR_MS),
    "unit_share": _rule("unit_share", "1", 0.05, 0.5),
    "jump_ms": _rule("jump", "min", 1, 60, scale=MINUTE_MS),
    "spike_ms": _rule("spike", "min", 5, 1_440, scale=MINUTE_MS),
    "stuck_ms": _rule("stuck", "h", 0.5, 48, scale=HOUR_MS, patient=True),
    "stuck_alone_ms": _rule("stuck_alone", "h", 1, 168, scale=HOUR_MS, patient=True),
    "stuck_readings": _rule("stuck_readings", "1", 3, 1_000, whole=True),
    "pair_ms": _rule("pair", "s", 5, 900, scale=SECOND_MS),
    "pair_s": _delay("pair", 3_600),
    "pair_apart": Declared(group="apart", low=0.1, high=200, kind="each"),
    "gain_3_days": _rule("gain_3_days", "kg", 0.5, 10, patient=True),
    "gain_day": _rule("gain_day", "kg", 0.3, 5, patient=True),
    "gain_slack_ms": _rule("gain_slack", "h", 0, 24, scale=HOUR_MS),
    "spo2_area": Declared(
        group="trends", name="spo2_area", unit="%.min", low=5, high=300, patient=True
    ),
    "drift": Declared(group="trends", low=1, high=40, patient=True, kind="each"),
    "drift_loss": Declared(
        group="trends", name="weight_loss", unit="kg", low=1, high=20, patient=True
    ),
    "drift_parts": Declared(
        group="trends", name="half_hours", unit="1", low=1, high=48, whole=True, patient=True
    ),
    "drift_days": Declared(
        group="trends", name="days", unit="d", low=7, high=60, whole=True, patient=True
    ),
    "weight_share": _rule("weight_share", "1", 0.02, 0.5),
}
EPISODES: Mapping[str, Declared] = {
    "emergency_min": _minutes("deadlines", "emergency", 5, 60),
    "urgent_min": _minutes("deadlines", "urgent", 10, 120),
    "routine_min": _minutes("deadlines", "routine", 30, 1_440),
    "acknowledge_share": Declared(
        group="ladder", name="acknowledge_share", unit="1", low=0.02, high=0.5
    ),
    "acknowledged_min": _minutes("ladder", "acknowledged", 5, 120),
    "equipment_min": _minutes("ladder", "equipment", 30, 2_880),
    "quiet_min": _minutes("ladder", "quiet", 0, 120),
    "gap_min": _minutes("ladder", "gap", 5, 120),
    "gap_paces": Declared(group="ladder", name="gap_paces", unit="1", low=1, high=10),
    "settled_min": _minutes("ladder", "settled", 0, 720),
    "worse_by": Declared(group="ladder", name="worse_by", unit="1", low=1, high=5, whole=True),
    "respite_min": _minutes("ladder", "respite", 0, 120),
    "snooze_high_min": _minutes("ladder", "snooze_high", 0, 15),
    "snooze_medium_min": _minutes("ladder", "snooze_medium", 0, 60),
    "snooze_low_min": _minutes("ladder", "snooze_low", 0, 480),
    "expire_min": _minutes("ladder", "expire", 60, 10_080),
    "history_min": _minutes("ladder", "history", 5, 240),
    "remind_min": _minutes("ladder", "remind", 5, 240),
    "first_emergency": _chosen("first_emergency", FIRST),
    "first_urgent": _chosen("first_urgent", FIRST),
    "first_routine": _chosen("first_routine", FIRST),
    "second": _chosen("second", SECOND),
    "second_person": Declared(group="rungs", name="second_person", people="rota"),
    "coordinator": _chosen("coordinator", COORDINATOR),
    "coordinator_person": Declared(group="rungs", name="coordinator_person", people="coordinators"),
    **{
        f"{rung}_{response}_min": _minutes("steps", f"{rung}_{response}", 0, most)
        for rung in ("first", "second", "coordinator")
        for response, most in (("emergency", 30), ("urgent", 60), ("routine", 480))
    },
    "out_of_hours_name": _contact("out_of_hours_name", NAME),
    "out_of_hours_phone": _contact("out_of_hours_phone", PHONE),
    "out_of_hours_email": _contact("out_of_hours_email", EMAIL),
}
CONTACT: Mapping[str, Declared] = {
    "ward_phone": _contact("ward_phone", PHONE),
    "emergency_phone": _contact("emergency_phone", EMERGENCY),
}
EQUIPMENT: Mapping[str, Declared] = {
    "silent_multiple": _equipment("silent_multiple", "1", 1, 20),
    "silent_grace_s": _equipment("silent_grace", "s", 0, 86_400),
    "unscheduled_s": _equipment("unscheduled", "s", 60, 604_800),
    "coverage_multiple": _equipment("coverage_multiple", "1", 1, 50),
    "coverage_grace_s": _equipment("coverage_grace", "s", 0, 86_400),
    "coverage_persist_s": _equipment("coverage_persist", "s", 0, 7_200),
    "outage_fraction": _equipment("outage_fraction", "1", 0.1, 1),
    "outage_minimum": _equipment("outage_minimum", "1", 2, 1_000, whole=True),
}
RETENTION: Mapping[str, Declared] = {
    "feed_days": Declared(group="retention", name="feed", unit="d", low=1, high=90),
}
BUDGET: Mapping[str, Declared] = {
    "calls_a_nurse_hour": Declared(group="budget", name="calls", unit="/h", low=0.1, high=60),
}
OBSERVATION: Mapping[str, Declared] = {
    "low_min": _observed("low", 60, 1_440),
    "raised_min": _observed("raised", 30, 720),
    "single_3_min": _observed("single_3", 10, 240),
    "urgent_min": _observed("urgent", 10, 120),
    "emergency_min": _observed("emergency", 5, 60),
    "grace_share": Declared(
        group="observation", name="grace", unit="1", low=0.05, high=1, patient=True
    ),
    "remind_min": _observed("remind", 5, 240),
    "remind_most": Declared(
        group="observation", name="reminders", unit="1", low=1, high=10, whole=True, patient=True
    ),
}
OWNERS: Mapping[type, Mapping[str, Declared]] = {
    Policy: POLICY,
    EpisodePolicy: EPISODES,
    EquipmentPolicy: EQUIPMENT,
    RetentionPolicy: RETENTION,
    BudgetPolicy: BUDGET,
    ContactPolicy: CONTACT,
    ObservationPolicy: OBSERVATION,
}

FIXED: Mapping[str, str] = {
    "late_ms": "HOMEWARD_LATE_S: a tolerance of delivery, the same for all that one gateway hears",
    "horizon_minutes": "the population model is learnt for this horizon; another needs another",
    "example_ms": "how often the population model is given an example; it raises nothing",
    "repeat_emit_ms": "how often a lane repeats itself to the alert engine; it calls nobody",
    "baseline_rest_ms": "asked once for a batch, which holds patients of several wards",
    "emergency": "which conditions want the emergency response is NEWS2's own (RCP)",
    "urgent": "which conditions want the urgent response is NEWS2's own (RCP)",
    "coordinators": "back-fill never pages a doctor (design): its condition is the coordinator's",
}
