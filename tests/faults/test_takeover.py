"""With the settings as shipped: who serves the groups of a worker that is gone, and how soon."""

import pytest
import structlog

from gateway.settings import GatewaySettings
from tests.faults.misfortunes.workers import another, group_of, holder_of, taken_from
from tests.faults.scene import Scene

KILLED_WITHIN_S, STOPPED_WITHIN_S = 6.0, 10.0


@pytest.mark.parametrize(
    ("how", "within_s"), [("suspend", STOPPED_WITHIN_S), ("kill", KILLED_WITHIN_S)]
)
def test_the_groups_of_a_lost_worker_are_served_again_in_time(
    scene: Scene, how: str, within_s: float
) -> None:
    fields = GatewaySettings.model_fields
    shipped = {
        "HOMEWARD_HEARTBEAT_S": str(fields["heartbeat_s"].default),
        "HOMEWARD_HEARTBEAT_LOST_S": str(fields["heartbeat_lost_s"].default),
    }
    scene.gateway.stop()
    first = scene.rig.gateway("first", shipped)
    first.start(60.0)
    everything = holder_of(scene.rig, 0)
    second = another(scene.rig, **shipped)
    scene.rig.wait_stored(scene.crew, 30)
    spoken = holder_of(scene.rig, group_of(next(iter(scene.crew.members.values()))))
    child = first if spoken == everything else second
    took_s = taken_from(scene, spoken, getattr(child, how), within_s)
    structlog.get_logger().info("served again", how=how, took_s=round(took_s, 1))
    scene.settle()
