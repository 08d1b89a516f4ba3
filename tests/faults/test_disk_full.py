"""The disk under the database fills up, and is given room again."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.bench.stack import Base
from tests.faults.rig import rig as make_rig

RATE = 150.0
DISK = "256m"


@pytest.fixture
def small_disk(fault_base: Base) -> Iterator[Path]:
    """A file system of a few hundred megabytes, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system to fill")
    folder = fault_base.folder / "small"
    folder.mkdir(mode=0o755, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        pytest.skip(f"this machine lets nobody mount a small file system: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=False)  # noqa: S603, S607


def test_a_full_disk_stops_the_ward_and_loses_nothing(fault_base: Base, small_disk: Path) -> None:
    with make_rig(fault_base, small_disk) as rig, ExitStack() as stack:
        rig.gateway("gateway").start()
        crew = stack.enter_context(rig.crew(8, seed=3))
        crew.talk(RATE, 0.7)
        filler = small_disk / "filler"
        fill(filler)
        crew.talk(RATE, 2.5)
        filler.unlink()
        time.sleep(0.5)
        if not rig.server.child.alive():
            rig.server.child.start()
        rig.nothing_covered_is_lost(crew)
        rig.settle(crew)


def fill(filler: Path) -> None:
    """Write until there is no room."""
    block = b"\x00" * (1 << 20)
    with filler.open("wb", buffering=0) as stream:
        try:
            while stream.write(block):
                pass
        except OSError:
            return
