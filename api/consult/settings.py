"""What a site may set of consultations: ``HOMEWARD_CALL_`` + the name, in capitals."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class CallSettings(BaseSettings):
    """Settings of consultations. Minutes and days are the ward's clock, and proposed.

    Attributes:
        slot_minutes: how long a consultation lasts.
        lead_minutes: a slot can be booked until so long before it begins.
        days_ahead: so far ahead slots are offered.
        opens_minutes: so long before it the room opens.
        grace_minutes: so long after its end the room stays open.
        token_s: real seconds for which a seat in the room holds without a sign of life.
        stun_urls: addresses (comma separated) by which browsers learn how others see them.
        turn_urls: addresses (comma separated) of the relay for those who cannot meet directly.
        turn_secret_file: the secret that the relay shares, for credentials that end by themselves.
        turn_s: real seconds for which such a credential holds.
        most_signals: what one side may tell the other in one call.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_CALL_", extra="ignore")

    slot_minutes: int = Field(default=20, ge=5, le=120)
    lead_minutes: float = Field(default=10.0, ge=0, le=10_080)
    days_ahead: int = Field(default=14, ge=1, le=60)
    opens_minutes: float = Field(default=15.0, ge=0, le=120)
    grace_minutes: float = Field(default=60.0, ge=0, le=720)
    token_s: float = Field(default=300.0, ge=10, le=3_600)
    stun_urls: str = ""
    turn_urls: str = ""
    turn_secret_file: Path | None = None
    turn_s: int = Field(default=3_600, ge=60, le=86_400)
    most_signals: int = Field(default=2_000, ge=50, le=100_000)
