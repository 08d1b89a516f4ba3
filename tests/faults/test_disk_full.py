"""A file system that is really full under the database; limited processes stand in elsewhere."""

from collections.abc import Iterator

import pytest

from deploy.bench.stack import BenchBase
from tests.faults.disk import NoSmallDiskError, small_disk
from tests.faults.misfortunes.databases import fill_the_disk
from tests.faults.scene import Scene, scene_on

RATE = 150.0


@pytest.fixture
def small_scene(fault_base: BenchBase) -> Iterator[Scene]:
    """A ward whose database lies on a small file system."""
    try:
        with small_disk(fault_base.folder) as disk, scene_on(fault_base, disk, seed=3) as made:
            made.crew.rate = RATE
            yield made
    except NoSmallDiskError as reason:
        pytest.skip(f"no file system was filled, only processes were limited: {reason}")


def test_a_full_disk_stops_the_ward_and_loses_nothing(small_scene: Scene) -> None:
    fill_the_disk(small_scene)
    small_scene.mend()
    small_scene.settle()
