"""Settings of the alert engine: ``HOMEWARD_ALERT_`` + the name, in capitals.

What a ward has set of its equipment (``analytics.domain.equipment``) goes before these.

Clinical delays are in seconds of the ward's clock; what watches programs is in real seconds.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from analytics.domain.equipment import EquipmentPolicy


class AlertingSettings(BaseSettings):
    """Settings of the alert engine. Defaults marked proposed must be approved by the site.

    Attributes:
        batch: most outbox rows of one transaction.
        tick_s: real seconds between looks at due times when nothing wakes the engine.
        sweep_s: real seconds between looks at the equipment (silence, shifts, gateway).
        tidy_s: real seconds between deletions of what is no longer kept.
        guessing_attempts: failed log-ins within the throttle's window from which it is told
            (proposed).
        silent_multiple: a device is silent after so many of its shortest expected intervals ...
        silent_grace_s: ... but never before so many seconds (proposed).
        unscheduled_s: the interval of a device for which none was said (proposed).
        coverage_multiple: a metric is missing after so many of its expected intervals ...
        coverage_grace_s: ... but never before so many seconds (proposed).
        coverage_persist_s: and is told of when it stays so for so long (a spool may be draining).
        delivery_slack_s: real seconds that delivery may take, whatever the ward clock's rate.
        outage_fraction: at this share of a ward's devices silent at once it is an outage ...
        outage_minimum: ... and at no fewer than this number: one alert instead of hundreds.
        ask_valid_s: for so long a device may obey the request to measure again (proposed).
        ask_missing_after_s: what a score lacks is asked for when none came for so long (proposed).
        ask_missing_every_s: and a device is asked for one metric at most this often (proposed;
            RCP: 4-6-hourly observations at a score of 1-4).
        ask_missing_sweep_s: real seconds between two looks at what scores lack.
        schedule_sweep_s: real seconds between two looks at the observation schedule and tasks.
        task_early_s: a reading counts for a task that falls due within so long after it
            (proposed).
        task_late_s: a task may be answered for so long after it fell due, then it is missed
            (proposed).
        task_remind_s: a reminder of a task is repeated after so long (proposed) ...
        task_reminders: ... and so often at most, the first included (proposed).
        resolved_memory_s: a condition that a person resolved is remembered for so long.
        keep_outbox_s: real seconds for which taken outbox rows stay.
        keep_events_s: seconds for which feed events can be resumed from.
        keep_events: most feed events kept.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_ALERT_", extra="ignore")

    batch: int = Field(default=200, ge=1, le=2_000)
    tick_s: float = Field(default=0.5, gt=0)
    sweep_s: float = Field(default=2.0, gt=0)
    tidy_s: float = Field(default=60.0, gt=0)
    guessing_attempts: int = Field(default=100, ge=1)
    silent_multiple: float = Field(default=3.0, ge=1)
    silent_grace_s: float = Field(default=180.0, ge=0)
    unscheduled_s: float = Field(default=28_800.0, gt=0)
    coverage_multiple: float = Field(default=5.0, ge=1)
    coverage_grace_s: float = Field(default=600.0, ge=0)
    coverage_persist_s: float = Field(default=120.0, ge=0)
    delivery_slack_s: float = Field(default=5.0, ge=0)
    outage_fraction: float = Field(default=0.5, gt=0, le=1)
    outage_minimum: int = Field(default=5, ge=2)
    ask_valid_s: float = Field(default=600.0, gt=0)
    ask_missing_after_s: float = Field(default=600.0, ge=0)
    ask_missing_every_s: float = Field(default=14_400.0, gt=0)
    ask_missing_sweep_s: float = Field(default=60.0, gt=0)
    schedule_sweep_s: float = Field(default=5.0, gt=0)
    task_early_s: float = Field(default=7_200.0, ge=0)
    task_late_s: float = Field(default=14_400.0, gt=0)
    task_remind_s: float = Field(default=1_800.0, gt=0)
    task_reminders: int = Field(default=3, ge=1, le=20)
    resolved_memory_s: float = Field(default=86_400.0, ge=0)
    keep_outbox_s: float = Field(default=3 * 86_400.0, ge=0)
    keep_events_s: float = Field(default=7 * 86_400.0, ge=0)
    keep_events: int = Field(default=200_000, ge=1_000)

    def equipment(self) -> EquipmentPolicy:
        """Return when equipment is told of, in a ward that has set nothing."""
        return EquipmentPolicy(
            silent_multiple=self.silent_multiple,
            silent_grace_s=self.silent_grace_s,
            unscheduled_s=self.unscheduled_s,
            coverage_multiple=self.coverage_multiple,
            coverage_grace_s=self.coverage_grace_s,
            coverage_persist_s=self.coverage_persist_s,
            outage_fraction=self.outage_fraction,
            outage_minimum=self.outage_minimum,
        )
