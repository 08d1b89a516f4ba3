"""How long each kind of data is kept: ``HOMEWARD_KEEP_`` + the name, in capitals.

The record of a treatment is kept for ten years after its end by German law (BGB section 630f,
paragraph 3) and for eight by the NHS's Records Management Code of Practice (2021, adult health
records): the longer of the two is the default. Some laws ask for more (hospital laws of single
German states for 30 years, records of children until they are of age): the site's law decides.
HIPAA has records of activity kept for six years (45 CFR 164.316(b)(2)(i)).
"""

from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TEN_YEARS = 3_653
KINDS = (
    "alerts",
    "assessments",
    "messages",
    "images",
    "readings",
    "refused",
    "sessions",
    "people",
    "audit",
)
"""In the order in which they go: what rests on readings before these, the audit last."""
BY_REAL_TIME = frozenset({"sessions"})
_OF_A_PERSON = ("alerts", "assessments", "messages", "images", "readings")


class RetentionSettings(BaseSettings):
    """Days for which each kind is kept; of a record they begin with the end of the last stay.

    Attributes:
        readings_days: readings, signed frames, entries, and what was learnt from them.
        assessments_days: scores and risks.
        alerts_days: alerts with reasons and history, and notices of them.
        messages_days: messages, notes, reports, answers, commands, consultations.
        images_days: images and what was found in them; the archive forgets them too.
        people_days: the person themselves with all that is left, by an erasure.
        audit_days: rows of the audit, in their order.
        sessions_days: log-ins, links and tokens after their end (proposed).
        refused_days: refused frames, as devices are told, and refused messages.
        hour: hour of the ward's civil day at which the nightly run begins (proposed).
        run_minutes: real minutes after which a run that hangs is given up (proposed).
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_KEEP_", extra="ignore")

    readings_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    assessments_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    alerts_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    messages_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    images_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    people_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    audit_days: int = Field(default=TEN_YEARS, ge=30, le=36_500)
    sessions_days: int = Field(default=90, ge=1, le=36_500)
    refused_days: int = Field(default=30, ge=1, le=36_500)
    hour: int = Field(default=3, ge=0, le=23)
    run_minutes: float = Field(default=120.0, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse periods by which proof would go before what it proves."""
        if self.readings_days < max(self.assessments_days, self.alerts_days):
            raise ValueError(
                "readings_days: scores and alerts rest on readings, which are kept as long"
            )
        if self.people_days < max(self.days(kind) for kind in _OF_A_PERSON):
            raise ValueError("people_days: with the person all that is theirs goes")
        return self

    def days(self, kind: str) -> int:
        """Return the period of a kind."""
        return int(getattr(self, f"{kind}_days"))

    def cut_off(self, kind: str, now: datetime, real_now: datetime) -> datetime:
        """Return the moment before which what is of a kind goes.

        Args:
            kind: of ``KINDS``.
            now: ward time.
            real_now: real time, by which tokens end.
        """
        return (real_now if kind in BY_REAL_TIME else now) - timedelta(days=self.days(kind))
