"""One rig for all fault tests: what a test breaks it also mends."""

import random
from collections.abc import Iterator

import pytest

from deploy.bench.stack import BenchBase, base
from deploy.services.binaries import Binaries
from tests.faults.rig import Rig
from tests.faults.rig import rig as make_rig
from tests.faults.scene import Scene

CREW = 12
RATE = 150.0
SEED = 1


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs out unless they are asked for by their mark."""
    if "soak" in config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def fault_base(binaries: Binaries) -> Iterator[BenchBase]:
    with base(binaries) as made:
        yield made


@pytest.fixture(scope="session")
def shared_rig(fault_base: BenchBase) -> Iterator[Rig]:
    with make_rig(fault_base) as made:
        made.gateway("gateway")
        yield made


@pytest.fixture
def rig(shared_rig: Rig) -> Iterator[Rig]:
    """The shared rig, whole."""
    shared_rig.mend()
    yield shared_rig
    for extra in shared_rig.gateways[1:]:
        extra.stop()
    del shared_rig.gateways[1:]


@pytest.fixture
def scene(rig: Rig, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """Twelve devices, speaking, in a whole ward; what happens by chance follows from the name."""
    with rig.crew(CREW, SEED) as crew:
        crew.rate = RATE
        yield Scene(rig=rig, crew=crew, rng=random.Random(request.node.name))
