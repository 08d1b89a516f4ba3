"""Clinical policy that a site may set: ages, limits, delays, and what the model may raise.

Every default names its source or is ``proposed``: this project's own, to be approved by the
clinicians of the site that uses it. See docs/clinical.md for the tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from analytics.domain.care import Limit
from analytics.domain.vitals import Metric

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


def _ages() -> Mapping[int, int]:
    return MappingProxyType(
        {
            Metric.HR: 2 * HOUR_MS,
            Metric.RR: 2 * HOUR_MS,
            Metric.SPO2: 2 * HOUR_MS,
            Metric.SBP: 6 * HOUR_MS,
            Metric.TEMP: 6 * HOUR_MS,
            Metric.ACVPU: 12 * HOUR_MS,
            Metric.O2: 12 * HOUR_MS,
        }
    )


def _limits() -> Mapping[int, Limit]:
    return MappingProxyType(
        {
            Metric.HR: Limit(low=40, high=130),
            Metric.RR: Limit(low=9, high=24),
            Metric.SPO2: Limit(low=91),
            Metric.TEMP: Limit(low=35.1, high=39.0),
            Metric.SBP: Limit(low=91, high=180),
            Metric.DBP: Limit(low=45, high=110),
            Metric.GLUCOSE: Limit(low=70, high=250),
        }
    )


def _critical() -> Mapping[int, Limit]:
    return MappingProxyType(
        {
            Metric.HR: Limit(low=30, high=180),
            Metric.RR: Limit(low=6, high=40),
            Metric.SPO2: Limit(low=80),
            Metric.TEMP: Limit(low=32, high=41.5),
            Metric.SBP: Limit(low=70, high=230),
            Metric.DBP: Limit(low=30, high=140),
            Metric.GLUCOSE: Limit(low=40, high=500),
        }
    )


def _pregnancy_limits() -> Mapping[int, Limit]:
    return MappingProxyType(
        {
            Metric.HR: Limit(low=40, high=120),
            Metric.RR: Limit(low=10, high=30),
            Metric.SPO2: Limit(low=95),
            Metric.TEMP: Limit(low=35, high=38),
            Metric.SBP: Limit(low=90, high=160),
            Metric.DBP: Limit(high=100),
            Metric.ACVPU: Limit(high=0),
        }
    )


def _margins() -> Mapping[int, float]:
    return MappingProxyType(
        {
            Metric.HR: 5.0,
            Metric.RR: 2.0,
            Metric.SPO2: 2.0,
            Metric.TEMP: 0.3,
            Metric.SBP: 5.0,
            Metric.DBP: 5.0,
            Metric.GLUCOSE: 5.0,
            Metric.WEIGHT: 0.5,
        }
    )


def _sessions() -> Mapping[int, int]:
    metrics = (
        *(Metric.HR, Metric.RR, Metric.SPO2, Metric.TEMP, Metric.SBP, Metric.DBP),
        Metric.GLUCOSE,
    )
    return MappingProxyType(dict.fromkeys(metrics, 0))


def _apart() -> Mapping[int, float]:
    return MappingProxyType(
        {
            Metric.HR: 25.0,
            Metric.SPO2: 6.0,
            Metric.RR: 10.0,
            Metric.TEMP: 1.5,
            Metric.SBP: 30.0,
            Metric.DBP: 25.0,
            Metric.GLUCOSE: 60.0,
        }
    )


def _drift() -> Mapping[int, float]:
    return MappingProxyType({Metric.HR: 8.0, Metric.RR: 3.0, Metric.WEIGHT: 2.3})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Clinical settings of a ward; all times in milliseconds or as the name says.

    Attributes:
        max_age_ms: how old a measurement may be and still enter NEWS2. Pulse, breathing and
            SpO2 2 h (proposed); pressure and temperature 6 h (RCP: 4-6-hourly observations at
            a score of 1-4); oxygen and consciousness from staff or record 12 h (RCP: at least
            12-hourly at 0).
        other_age_ms: the same for what is not part of NEWS2 (weight, diastolic; proposed).
        fresh_ms: oxygen and consciousness older than this are shown as assumed (proposed).
        late_ms: received later than this after it was measured is back-fill (design).
        limits: the ward's default limits, ends included as normal; outside is a violation.
            They sit where one NEWS2 parameter scores 3 or 2 (RCP), home pressure and glucose
            proposed (ADA: level 1 hypoglycaemia below 70 mg/dL; hyperglycaemia above 250).
        pregnancy_limits: in place of ``limits`` for a pregnant person, metric by metric: the red
            triggers of the modified early obstetric warning system (CEMACH 2003-2005; Singh 2012,
            Anaesthesia 67:12-18). Children have their own, by age
            (``analytics.news2.eligibility``).
        scale_2_low: the ward's low SpO2 limit for patients on scale 2 (target 88-92 %; proposed).
        critical: absolute limits, whoever the patient is (proposed).
        margins: how far inside the limit a reading must be to clear (SpO2 2 %, pulse 5/min:
            proposed from the alarm-fatigue evidence in docs/clinical.md).
        clear_ms: for how long it must be inside (2 min, proposed).
        session_ms: readings of a metric so near a bad one are one measurement with it: a better
            repeat does not take the alert back, and the first good reading after that ends it; 0:
            a stream, which ends by ``clear_ms``. At home cuffs are used once or twice a day, and
            clinicians answer the first reading (20 min for pressure and pulse in ``home_spot``,
            proposed; settled on the people of one home study, Palermo 2023).
        window_ms: window of the median that pulse and breathing limits look at (Zahradka 2022:
            a median window cuts alarms without losing time resolution).
        stream_s: persistence of pulse and breathing outside a limit (30-60 s on a median,
            proposed).
        spot_s: persistence of what is measured now and then (5 min: a repeat, proposed).
        spo2_s: persistence of SpO2 just below the limit (60 s at 90-87; Pater 2020 grades by
            depth; proposed) ...
        spo2_deeper_s: ... of SpO2 more than 4 below it (30 s at 86-80, proposed) ...
        spo2_deep: ... and below this, or 11 below the limit, it waits for nothing (80 %, proposed).
        rapid_fall: SpO2 below its limit that has fallen by so much (% saturation) from the mean of
            the last half-hour or what was before it waits for no delay of its depth ...
        rapid_s: ... but for this, so that one artefact of a stream calls nobody (10 s; both
            proposed).
        glucose_deep: a glucose below this waits for nothing (ADA: level 2, below 54 mg/dL).
        glucose_deep_s: ... but for so long (0: at once).
        glucose_high_s: persistence of a glucose above the limit (15 min, proposed).
        glucose_other_s: of somebody recorded as without diabetes only a glucose below
            ``glucose_deep`` is low (sensors of healthy people are below 70 mg/dL for minutes a day:
            Hall 2018), and it must last so long (15 min: the consensus' episode, Battelino 2019).
        low_soon_chance: the chance of a glucose below 70 mg/dL within 30 minutes from which
            whoever may have diabetes is warned of it (0.36: of 978 lows of 47 wearers it warned of
            more than four in five, with fewer than one false warning a day; proposed); 1: never.
        low_soon_s: for how long it must last (proposed: waiting costs what it is for).
        settle_ms: a violation that has not persisted is dropped after so long without another
            (10 s, proposed).
        flicker_ms: starts of one violation within this are counted (2 min, or three times its
            persistence) ...
        flicker_starts: ... and so many of them count as persisting (Nellcor: 3 violations in 60 s
            alarm anyway).
        unconfirmed_s: bad back-fill that nothing fresh follows for so long goes to the coordinator
            (10 min, design).
        risk_s: how long the model's probability must last (5 min, proposed).
        repeat_s: a questionable reading that is bad pages if nothing better comes within this
            (2 min, proposed).
        repeat_gap_ms: two readings at least so far apart are a repeat (Masimo's 15 s delay).
        urgent_s: persistence of a NEWS2 of 5-6 (RCP: inform immediately); a site whose devices
            stream noise may set some seconds.
        single_3_s: persistence of a single 3 (Goerges 2009: 19 s removes two thirds of the
            ineffective alarms; 20 s proposed).
        incomplete_ms: how long a set is incomplete before the measurement is asked for (10 min,
            proposed).
        incomplete_low: a set whose lower bound is below this asks for nothing (proposed).
        baseline_units: deviation, in the patient's own units, that is notable (proposed).
        baseline_s: how long it must last (10 min, proposed).
        baseline_rest_ms: for so long an open medium or high alert of the patient, not one of the
            baseline itself, keeps baselines from learning (1 day, proposed).
        baseline_level_ms: a level that was held for so long is the new usual (2 days, proposed).
        risk_raise: probability at which the model raises an alert (proposed).
        risk_clear: probability below which that alert clears (proposed).
        horizon_minutes: the horizon of the risk model.
        example_ms: at most one training example in this time for each patient.
        battery_low: percent at which the battery is low; clears 5 above (proposed).
        repeat_emit_ms: ``persists`` is said at most this often, by event time.
        known_ms: how old a good reading may be to compare an odd one with (proposed).
        unit_share: how near a value in another unit must come to that one, as a share (proposed).
        jump_ms: within this the step to a code for "no reading" is looked at (proposed).
        spike_ms: odd readings between good ones are one alert until none came for this (proposed).
        stuck_ms: living signals of one device that all stay at one value for this long are stuck;
            SpO2 alone is not (100 % for hours is common in the well; proposed).
        stuck_alone_ms: one signal, SpO2 included, whatever the others do (proposed).
        stuck_readings: fewest readings for either (proposed).
        pair_ms: readings of two devices so near in time are compared (proposed).
        pair_s: for how long two devices must disagree to be told (proposed).
        pair_apart: by how much, by metric, in its unit (about four times the repeatability of
            the devices; proposed).
        gain_3_days: kg gained within three days that are told (heart-failure guidance: over 2 kg
            in 3 days, as home-monitoring programs quote it; verify).
        gain_day: kg gained within a day that are told (the same guidance: 1 kg in a day).
        gain_slack_ms: a day of weighing may be so much longer than 24 h (proposed).
        spo2_area: percent times minutes below the limit within an hour, in dips of which none
            lasted, that are told (after Nellcor's SatSeconds; the hour and the area proposed).
        drift: by how much the resting pulse and the breathing rate of a day, and the day's weight,
            may rise within ``drift_days`` before it is told. Pulse 8 /min, breathing 3 /min: of 35
            healthy adults the rule tells 0.25 and 0.4 times in 100 days (LifeSnaps, Yfantidou
            2022); 20 % of people have a week with a swing of 10 /min (Quer 2020). Weight 2.3 kg
            (AHA: 5 lb in a week; verify).
        drift_loss: kg lost within the same days that are told (proposed).
        drift_parts: half-hours of a day in which pulse or breathing must have been measured for its
            lowest to count as rest (proposed).
        drift_days: how many days back a slow drift is looked for (proposed).
        weight_share: a weight that differs by more than this share from one of the last seven
            days may be another person's (proposed).
    """

    max_age_ms: Mapping[int, int] = field(default_factory=_ages)
    other_age_ms: int = 12 * HOUR_MS
    fresh_ms: int = 15 * MINUTE_MS
    late_ms: int = 15 * MINUTE_MS
    limits: Mapping[int, Limit] = field(default_factory=_limits)
    pregnancy_limits: Mapping[int, Limit] = field(default_factory=_pregnancy_limits)
    scale_2_low: float = 86.0
    critical: Mapping[int, Limit] = field(default_factory=_critical)
    margins: Mapping[int, float] = field(default_factory=_margins)
    clear_ms: int = 2 * MINUTE_MS
    session_ms: Mapping[int, int] = field(default_factory=_sessions)
    window_ms: int = MINUTE_MS
    stream_s: float = 30.0
    spot_s: float = 300.0
    spo2_s: float = 60.0
    spo2_deeper_s: float = 30.0
    spo2_deep: float = 80.0
    rapid_fall: float = 10.0
    rapid_s: float = 10.0
    glucose_deep: float = 54.0
    glucose_deep_s: float = 0.0
    glucose_high_s: float = 900.0
    glucose_other_s: float = 900.0
    low_soon_chance: float = 0.36
    low_soon_s: float = 0.0
    settle_ms: int = 10_000
    flicker_ms: int = 120_000
    flicker_starts: int = 3
    unconfirmed_s: float = 600.0
    risk_s: float = 300.0
    repeat_s: float = 120.0
    repeat_gap_ms: int = 15_000
    urgent_s: float = 0.0
    single_3_s: float = 20.0
    incomplete_ms: int = 10 * MINUTE_MS
    incomplete_low: int = 2
    baseline_units: float = 4.0
    baseline_s: float = 600.0
    baseline_rest_ms: int = 24 * HOUR_MS
    baseline_level_ms: int = 48 * HOUR_MS
    risk_raise: float = 0.6
    risk_clear: float = 0.45
    horizon_minutes: int = 240
    example_ms: int = 30 * MINUTE_MS
    battery_low: float = 20.0
    repeat_emit_ms: int = MINUTE_MS
    known_ms: int = 7 * 24 * HOUR_MS
    unit_share: float = 0.2
    jump_ms: int = 10 * MINUTE_MS
    spike_ms: int = HOUR_MS
    stuck_ms: int = 2 * HOUR_MS
    stuck_alone_ms: int = 12 * HOUR_MS
    stuck_readings: int = 20
    pair_ms: int = 2 * MINUTE_MS
    pair_s: float = 120.0
    pair_apart: Mapping[int, float] = field(default_factory=_apart)
    gain_3_days: float = 2.0
    gain_day: float = 1.0
    gain_slack_ms: int = 12 * HOUR_MS
    weight_share: float = 0.1
    spo2_area: float = 30.0
    drift: Mapping[int, float] = field(default_factory=_drift)
    drift_loss: float = 4.0
    drift_parts: int = 6
    drift_days: int = 14


DEFAULT = Policy()
"""The defaults, for callers that set nothing."""
