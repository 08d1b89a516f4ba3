"""One rig for all fault tests: what a test breaks it also mends."""

from collections.abc import Iterator

import pytest

from deploy.bench.child import Child
from deploy.bench.stack import Base, base
from deploy.binaries import Binaries
from tests.faults.crew import Crew
from tests.faults.rig import Rig
from tests.faults.rig import rig as make_rig

CREW = 12


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long runs out unless they are asked for by their mark."""
    if "soak" in config.getoption("markexpr"):
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def fault_base(binaries: Binaries) -> Iterator[Base]:
    with base(binaries) as made:
        yield made


@pytest.fixture(scope="session")
def shared_rig(fault_base: Base) -> Iterator[Rig]:
    with make_rig(fault_base) as made:
        made.gateway("gateway")
        yield made


@pytest.fixture
def rig(shared_rig: Rig) -> Iterator[Rig]:
    """The shared rig, whole: servers answer, lines are good, one gateway is ready."""
    _mend(shared_rig)
    yield shared_rig
    for extra in shared_rig.gateways[1:]:
        extra.stop()
    del shared_rig.gateways[1:]


def _mend(rig: Rig) -> None:
    rig.database_line.heal()
    rig.broker_line.heal()
    for server in (rig.server.child, rig.broker.child):
        if not server.alive():
            server.start()
    first = rig.gateways[0]
    first.resume()
    if not first.alive():
        first.start()


@pytest.fixture
def gateway(rig: Rig) -> Child:
    """The rig's first gateway."""
    return rig.gateways[0]


@pytest.fixture
def crew(rig: Rig) -> Iterator[Crew]:
    """Twelve devices of this test's own, connected."""
    with rig.crew(CREW, seed=1) as made:
        yield made
