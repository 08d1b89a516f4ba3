"""One simulated device: the reference core, a source of readings, and what may befall it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from device_sim.device.actions import TwoClocks
from device_sim.device.core import DeviceCore
from device_sim.fleet.faults import NONE, FaultPlan
from device_sim.patients.scenarios import ScenarioEvent
from device_sim.patients.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Ward time in ms, real seconds since 1970, a timer in seconds, and the ward clock's rate."""

    ward_ms: Callable[[], int]
    real_s: Callable[[], float]
    timer_s: Callable[[], float]
    rate: float = 1.0


@dataclass(slots=True, kw_only=True)
class SimulatedDevice:
    """One device: its core and where its readings come from."""

    core: DeviceCore
    source: Source
    patient: str
    event: ScenarioEvent | None = None
    faults: FaultPlan = NONE
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 -- chance of a simulation
    retained_acks: bytes | None = None
    queued_commands: list[bytes] = field(default_factory=list)
    linked: bool = False

    @property
    def id(self) -> str:
        """The device's id."""
        return self.core.identity.device

    def reachable(self, ward_ms: int) -> bool:
        """Whether nothing scripted keeps it from the network."""
        away = self.event is not None and self.event.offline_at(ward_ms)
        return not away and not self.faults.offline_at(ward_ms)

    def moment(self, clocks: Clocks) -> TwoClocks:
        """Now, by this device's own (perhaps wrong) clock."""
        return TwoClocks(clocks.ward_ms() + self.faults.clock_offset_ms, clocks.timer_s())
