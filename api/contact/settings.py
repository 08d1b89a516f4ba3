"""What a site may set of messages and calls: ``HOMEWARD_CONTACT_`` + the name, in capitals."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ContactSettings(BaseSettings):
    """Settings of contact with patients. Times are the ward's clock; all are proposed.

    Attributes:
        call_minutes: by when somebody should have taken a call that a patient asks for; then the
            coordinators are told.
        unread_minutes: after so long without anybody of the ward having seen a patient's message
            the coordinators are told.
        advice_hours: after so long without the patient having confirmed that they read advice the
            coordinators are told, and it is on their list.
        remind_early_minutes: so long before a consultation both sides are reminded first ...
        remind_soon_minutes: ... and so long before it once more.
        weekly_hour: from this hour of the Monday after on, where the person lives, they are told of
            their week (proposed: after the morning's round).
        weekly_within_days: a report that would come later is not made any more, and its week told
            as missing.
        weekly_tick_s: real seconds between looks at whose report is due.
        tick_s: real seconds between looks at what is due when nothing wakes the job.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_CONTACT_", extra="ignore")

    call_minutes: float = Field(default=60.0, gt=0, le=10_080)
    unread_minutes: float = Field(default=240.0, gt=0, le=10_080)
    advice_hours: float = Field(default=24.0, gt=0, le=720)
    remind_early_minutes: float = Field(default=1_440.0, gt=0, le=20_160)
    remind_soon_minutes: float = Field(default=15.0, gt=0, le=1_440)
    weekly_hour: int = Field(default=9, ge=0, le=23)
    weekly_within_days: float = Field(default=3.0, ge=1, le=7)
    weekly_tick_s: float = Field(default=60.0, gt=0)
    tick_s: float = Field(default=2.0, gt=0)
