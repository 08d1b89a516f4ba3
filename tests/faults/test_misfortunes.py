"""Each misfortune by itself, at one seed: nothing is lost, twice, mistaken or out of order."""

import pytest

from tests.faults.misfortunes import MISFORTUNES
from tests.faults.scene import Scene


@pytest.mark.parametrize("name", MISFORTUNES)
def test_nothing_is_lost(scene: Scene, name: str) -> None:
    MISFORTUNES[name](scene)
    scene.mend()
    scene.covered_is_kept()
    scene.settle()
