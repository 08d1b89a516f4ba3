"""The ward clock and the caches, as the environment tells them: the simulator's edge of time."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from device_sim.fleet.simulated_device import Clocks


class SimulatorSettings(BaseSettings):
    """``HOMEWARD_CLOCK_*`` (unset: real time) and where downloads are kept."""

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_")

    clock_start: AwareDatetime | None = None
    clock_rate: float = Field(default=1.0, gt=0)
    clock_origin: float = 0.0
    cache_home: Path | None = Field(default=None, validation_alias="XDG_CACHE_HOME")

    def cache_folder(self) -> Path:
        """Where downloaded data sets are kept: ``homeward`` in the user's cache."""
        return (self.cache_home or Path.home() / ".cache") / "homeward"


def real_s() -> float:
    """Real seconds since 1970."""
    return time.time()  # noqa: TID251 -- the simulator's edge of time


def ward_clocks(
    start: datetime | None,
    rate: float,
    origin: float,
    real: Callable[[], float] = real_s,
) -> Clocks:
    """The clocks of a ward that showed ``start`` at ``origin`` and runs ``rate`` times as fast.

    Args:
        start: ward time at the origin; None is real time.
        rate: ward seconds per real second.
        origin: real seconds since 1970.
        real: what the real clock shows.
    """
    if start is None:
        return Clocks(ward_ms=lambda: int(real() * 1000), real_s=real, timer_s=time.monotonic)
    start_s = start.timestamp()

    def ward_ms() -> int:
        return int((start_s + (real() - origin) * rate) * 1000)

    return Clocks(ward_ms=ward_ms, real_s=real, timer_s=time.monotonic, rate=rate)
