"""Hours of chance: one seed after the other breaks something, or several things, of a whole ward.

Only with ``make soak``; SOAK_MINUTES bounds it, SOAK_SEED repeats one round.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.errors import ChildFailed
from tests.faults.disk import NoSmallDiskError, small_disk
from tests.faults.misfortunes import MISFORTUNES
from tests.faults.rig import Rig
from tests.faults.scene import Scene, scene_on


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_soak(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    minutes = float(os.environ.get("SOAK_MINUTES", "30"))
    only = os.environ.get("SOAK_SEED")
    ends = time.monotonic() + minutes * 60
    done: Counter[str] = Counter()
    seed = int(only) if only else 1
    while time.monotonic() < ends:
        frames, names = one_round(rig, seed)
        done.update(names)
        done["seeds"] += 1
        done["frames"] += frames
        say(capfd, f"seed {seed}: {', '.join(names)}: {frames} frames, none lost or twice")
        if only:
            break
        seed += 1
    say(capfd, f"soak: {dict(done)}; never drawn: {sorted(set(MISFORTUNES) - set(done)) or 'none'}")
    say(capfd, "lost 0, refused 0, twice 0, wrong patient 0, out of order 0")


def say(capfd: pytest.CaptureFixture[str], line: str) -> None:
    """Tell whoever waits at the terminal."""
    with capfd.disabled():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def drawn(seed: int) -> list[str]:
    """One to three misfortunes; the first goes round all of them in as many seeds."""
    deck = sorted(MISFORTUNES)
    random.Random(0).shuffle(deck)
    rng = random.Random(seed)
    return [deck[(seed - 1) % len(deck)], *rng.choices(deck, k=rng.randint(0, 2))]


def one_round(rig: Rig, seed: int) -> tuple[int, list[str]]:
    """One seed: a new crew speaks, one to three faults happen, all settles and is checked."""
    names = drawn(seed)
    with named(seed, names), _scene(rig, seed, names) as (scene, how):
        scene.crew.rate = scene.rng.uniform(40.0, 300.0)
        for name in names:
            MISFORTUNES[name](scene)
            scene.pause(0.5)
            scene.mend()
            scene.covered_is_kept()
        scene.settle()
        return len(scene.crew.ledger.entries), [*names, *how]


@contextmanager
def _scene(rig: Rig, seed: int, names: list[str]) -> Iterator[tuple[Scene, list[str]]]:
    """The soak's own ward; if its disk is to be full, every other time one on a small disk."""
    rng = random.Random(seed)
    size, own = rng.choice([3, 12, 40]), rng.random() < 0.5 and "fill_the_disk" in names
    with ExitStack() as stack:
        disk = _small_disk(rig, stack) if own else None
        if disk is not None:
            scene = stack.enter_context(scene_on(rig.base, disk, seed, size))
            yield scene, ["on_a_small_disk"]
        else:
            yield Scene(rig=rig, crew=stack.enter_context(rig.crew(size, seed)), rng=rng), []


def _small_disk(rig: Rig, stack: ExitStack) -> Path | None:
    """A small file system where one can be had; else the processes are limited."""
    try:
        return stack.enter_context(small_disk(rig.base.folder))
    except NoSmallDiskError:
        return None


@contextmanager
def named(seed: int, names: list[str]) -> Iterator[None]:
    """Whatever fails inside, in whatever way, says which seed repeats it."""
    try:
        yield
    except BaseException as failed:
        failed.add_note(f"SOAK_SEED={seed} repeats it: {', '.join(names)}")
        raise


@pytest.mark.parametrize(
    "kind", [AssertionError, ChildFailed, TimeoutError, psycopg.OperationalError, KeyboardInterrupt]
)
def test_whatever_fails_names_its_seed(kind: type[BaseException]) -> None:
    with pytest.raises(kind) as failed, named(41, ["kill_gateway"]):
        raise kind("why")
    assert failed.value.__notes__ == ["SOAK_SEED=41 repeats it: kill_gateway"]


def test_a_seed_draws_the_same_again_and_all_are_drawn_in_turn() -> None:
    seeds = range(1, len(MISFORTUNES) + 1)
    assert [drawn(seed) for seed in seeds] == [drawn(seed) for seed in seeds]
    assert {drawn(seed)[0] for seed in seeds} == set(MISFORTUNES)
