"""Hours of chance: one seed after the other breaks something, or several things, of a whole ward.

Only with ``make soak``; SOAK_MINUTES bounds it, SOAK_SEED repeats one round.
"""

import os
import random
import sys
import time
from collections import Counter

import pytest

from deploy.bench.child import Child
from tests.faults.misfortunes import MISFORTUNES, Scene
from tests.faults.rig import Rig


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(rig: Rig, gateway: Child, capfd: pytest.CaptureFixture[str]) -> None:
    minutes = float(os.environ.get("SOAK_MINUTES", "30"))
    only = os.environ.get("SOAK_SEED")
    ends = time.monotonic() + minutes * 60
    done: Counter[str] = Counter()
    seed = int(only) if only else 1
    while time.monotonic() < ends:
        frames, names = one_round(rig, gateway, seed)
        done.update(names)
        done["seeds"] += 1
        done["frames"] += frames
        say(capfd, f"seed {seed}: {', '.join(names)}: {frames} frames, none lost or twice")
        if only:
            break
        seed += 1
    say(capfd, f"soak: {dict(done)}; lost 0, twice 0, wrong patient 0")


def say(capfd: pytest.CaptureFixture[str], line: str) -> None:
    """Tell whoever waits at the terminal."""
    with capfd.disabled():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def one_round(rig: Rig, gateway: Child, seed: int) -> tuple[int, list[str]]:
    """One seed: a new crew speaks, one to three faults happen, all settles and is checked."""
    rng = random.Random(seed)
    names = rng.choices(sorted(MISFORTUNES), k=rng.randint(1, 3))
    try:
        with rig.crew(rng.choice([3, 12, 40]), seed) as crew:
            scene = Scene(rig=rig, gateway=gateway, crew=crew, rng=rng)
            crew.rate = rng.uniform(40.0, 300.0)
            for name in names:
                time.sleep(rng.uniform(0.05, 1.0))
                MISFORTUNES[name](scene)
                time.sleep(rng.uniform(0.0, 0.5))
                mend(rig, gateway)
                rig.nothing_covered_is_lost(crew)
            rig.settle(crew, 90.0)
            return len(crew.ledger.entries), names
    except AssertionError as failed:
        raise AssertionError(f"seed {seed}, {names}: {failed}") from failed


def mend(rig: Rig, gateway: Child) -> None:
    """Whatever is down comes back."""
    rig.database_line.heal()
    rig.broker_line.heal()
    gateway.resume()
    for child in (rig.server.child, rig.broker.child, gateway):
        if not child.alive():
            child.start(60.0)
