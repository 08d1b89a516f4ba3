"""Everything that a misfortune can get at; all its chances come from one seed."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.bench.child import Child
from deploy.bench.stack import BenchBase
from tests.faults.crew import Crew
from tests.faults.rig import Rig
from tests.faults.rig import rig as make_rig
from tests.support.ledger_check import Excuse

SETTLED_WITHIN_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A ward at work.

    Attributes:
        crew: devices that go on speaking meanwhile.
        disk: the small file system that the database lies on, if it does.
        excuses: what the misfortunes so far may have done to honest frames; each adds its own.
    """

    rig: Rig
    crew: Crew
    rng: random.Random
    disk: Path | None = None
    excuses: set[Excuse] = field(default_factory=set)

    def pause(self, most_s: float = 1.0, least_s: float = 0.05) -> None:
        """Let some time pass."""
        time.sleep(self.rng.uniform(least_s, most_s))

    @property
    def gateway(self) -> Child:
        """The one that serves the whole ward."""
        return self.rig.gateways[0]

    def mend(self) -> None:
        """Whatever is down comes back; gateways that a misfortune added are gone."""
        self.rig.mend()

    def covered_is_kept(self) -> None:
        """The first law, at any moment."""
        self.rig.nothing_covered_is_lost(self.crew, self.excuses)

    def settle(self) -> None:
        """Silence; everything is there and whole; then they speak on as before."""
        rate = self.crew.rate
        self.rig.settle(self.crew, SETTLED_WITHIN_S, self.excuses)
        self.crew.rate = rate


Misfortune = Callable[[Scene], None]


@contextmanager
def scene_on(base: BenchBase, disk: Path, seed: int, size: int = 8) -> Iterator[Scene]:
    """A ward of its own whose database lies on ``disk``."""
    with make_rig(base, disk) as rig:
        # Before the devices: what nobody has asked for yet, the broker drops.
        rig.gateway("on-a-small-disk").start(60.0)
        with rig.crew(size, seed) as crew:
            yield Scene(rig=rig, crew=crew, rng=random.Random(seed), disk=disk)
