"""Each misfortune by itself, at one seed: nothing is lost, twice, mistaken or out of order."""

import pytest

from tests.faults.misfortunes import MISFORTUNES
from tests.faults.scene import Scene

LEFT_TO_THE_SOAK = {"two_workers_want_the_same", "one_of_two_workers_vanishes"}
"""They leave to chance what two others do step by step, and wait long for it."""


@pytest.mark.parametrize("name", [name for name in MISFORTUNES if name not in LEFT_TO_THE_SOAK])
def test_nothing_is_lost(scene: Scene, name: str) -> None:
    MISFORTUNES[name](scene)
    scene.mend()
    scene.covered_is_kept()
    scene.settle()
