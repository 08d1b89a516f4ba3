"""Settings of the live feed: ``HOMEWARD_LIVE_`` + the name. All times are real seconds."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LiveSettings(BaseSettings):
    """Settings of the live feed.

    Attributes:
        queue: most events that wait for one subscriber; one more and it is reset.
        heartbeat_s: how often a quiet stream says that it lives.
        recheck_s: how often sessions and the engine's signs of life are looked at: a stream ends
            within three of these after the right to it.
        stale_s: the feed says that it is stale after so long without a look at the database.
        engine_stale_s: the engine counts as stopped after so long without a sign of life.
        subscribers: most streams of one process.
        replays: so many streams read what they missed at once; the others wait their turn.
        rows_s: how often the rows that pages of the panel show are looked at for changes.
        per_user: most streams of one person in one process.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_LIVE_", extra="ignore")

    queue: int = Field(default=256, ge=1, le=10_000)
    heartbeat_s: float = Field(default=5.0, gt=0)
    recheck_s: float = Field(default=1.0, gt=0)
    stale_s: float = Field(default=12.0, gt=0)
    engine_stale_s: float = Field(default=10.0, gt=0)
    subscribers: int = Field(default=2_000, ge=1)
    replays: int = Field(default=2, ge=1)
    rows_s: float = Field(default=2.0, gt=0)
    per_user: int = Field(default=20, ge=1)
