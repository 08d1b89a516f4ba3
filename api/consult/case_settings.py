"""What a site may set of cases: ``HOMEWARD_CASE_`` + the name, in capitals."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CaseSettings(BaseSettings):
    """Settings of cases; all proposed.

    Attributes:
        most_hours: real hours for which a case may be opened at most.
        most_experts: to how many doctors a case may be opened; all of them meet in one call.
        window_days: the longest window of readings that a case may show.
        look_s: so often a stream looks whether its case is still open.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_CASE_", extra="ignore")

    most_hours: int = Field(default=336, ge=1, le=720)
    most_experts: int = Field(default=5, ge=1, le=5)
    window_days: int = Field(default=90, ge=1, le=400)
    look_s: float = Field(default=2.0, gt=0, le=2.5)
