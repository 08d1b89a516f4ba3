"""Settings of the re-planner: ``HOMEWARD_ROTA_`` + the name, in capitals.

The minutes are seeds (proposed) from published workloads of remote monitoring, see
docs/clinical.md: 1.6 to 1.8 min for a transmission that asks nothing of anybody (Leuven), 9 to
13 min for one that does (Seiler 2021); deadlines of 30 and 60 min are NEWS2's emergency and
urgent response (RCP).
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class RotaSettings(BaseSettings):
    """Settings of the re-planner.

    Attributes:
        debounce_s: real seconds of quiet before a plan is made ...
        debounce_most_s: ... but a plan is made after so many, quiet or not.
        gap_s: real seconds between the end of one plan's making and the start of the next.
        time_limit_s: most seconds of solving for one ward.
        check_s: real seconds after which the rota is looked at although nothing woke it.
        horizon_minutes: how far ahead a plan counts a person's time.
        working_share: share of the time on shift that can be planned; the rest is the reserve,
            which emergencies alone may use.
        routine_minutes: a look at a patient of whom nothing is wanted.
        review_minutes: a low-priority alert is open, or the risk model warns.
        urgent_minutes: a doctor's review (NEWS2 5 to 6, or a medium alert).
        emergency_minutes: NEWS2 of 7 or more, or a high alert: review and call.
        urgent_deadline: minutes by which an urgent review should be done.
        emergency_deadline: minutes by which an emergency review should be done.
        review_deadline: minutes by which a review should be done.
        risk_acuity: probability of the risk model from which a patient counts as a review.
        urgent_needs_doctor: whether urgent work may go to doctors only.
        skill_by_condition: skill that an open alert of a condition asks for.
        most_per_doctor: patients a doctor or nurse may have when nothing is said of them (1 nurse
            for 85 to 100 patients of chronic remote monitoring).
        break_minutes: the break in the middle of a shift of more than six hours (proposed).
        consultation_minutes: so long after acknowledging an alert a doctor or nurse counts as with
            the patient, whom no plan then takes from them (proposed).
        routine_looks: how often a day somebody looks at each patient, for the forecast (proposed).
        forecast_days: over how many days past the alerts are counted for the forecast (proposed).
        keep_plans: plans that stay readable.
        outlook_hours: how far ahead work and people are held against each other hour by hour.
        look_hours: hours between looks at a patient with a NEWS2 of 0 (RCP, chart 4) ...
        look_hours_raised: ... with 1 to 4 (RCP: 4 to 6) ...
        look_hours_urgent: ... and with 5 or more (RCP: hourly at least).
        look_within_minutes: a look is made within so many minutes after it falls due (proposed).
        expected_alerts: alerts a patient and day where nothing is learned yet (0.1: manual alerts
            of home blood pressure, JMIR Med Inform 2025 e66066) ...
        expected_urgent_share: ... and the share of them that comes to a doctor (0.068: AHA
            TH125).
        learn_days: days of what is usual that a patient's own alerts are drawn towards (proposed).
        cohort_hours: hours after which patients are grouped anew, for what they are expected to
            ask (proposed).
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_ROTA_", extra="ignore")

    debounce_s: float = Field(default=1.0, ge=0)
    debounce_most_s: float = Field(default=5.0, ge=0)
    gap_s: float = Field(default=2.0, ge=0)
    time_limit_s: float = Field(default=2.0, gt=0, le=60)
    check_s: float = Field(default=30.0, gt=0)
    horizon_minutes: float = Field(default=240.0, gt=0)
    working_share: float = Field(default=0.8, gt=0, le=1)
    routine_minutes: float = Field(default=2.0, gt=0)
    review_minutes: float = Field(default=10.0, gt=0)
    urgent_minutes: float = Field(default=12.0, gt=0)
    emergency_minutes: float = Field(default=30.0, gt=0)
    emergency_deadline: float = Field(default=30.0, gt=0)
    urgent_deadline: float = Field(default=60.0, gt=0)
    review_deadline: float = Field(default=240.0, gt=0)
    risk_acuity: float = Field(default=0.6, ge=0, le=1)
    urgent_needs_doctor: bool = True
    skill_by_condition: dict[str, str] = Field(default_factory=dict)
    most_per_doctor: int = Field(default=90, ge=1)
    break_minutes: float = Field(default=30.0, ge=0)
    consultation_minutes: float = Field(default=15.0, ge=0)
    routine_looks: float = Field(default=2.0, ge=0)
    forecast_days: int = Field(default=28, ge=7, le=366)
    keep_plans: int = Field(default=200, ge=1)
    outlook_hours: int = Field(default=12, ge=1, le=48)
    look_hours: float = Field(default=12.0, ge=0.25)
    look_hours_raised: float = Field(default=4.0, ge=0.25)
    look_hours_urgent: float = Field(default=1.0, ge=0.25)
    look_within_minutes: float = Field(default=60.0, ge=0)
    expected_alerts: float = Field(default=0.1, ge=0)
    expected_urgent_share: float = Field(default=0.068, ge=0, le=1)
    learn_days: float = Field(default=7.0, gt=0)
    cohort_hours: float = Field(default=24.0, gt=0)
