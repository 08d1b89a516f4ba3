"""With the settings as shipped: who serves the buckets of a worker that is gone, and how soon."""

import pytest

from gateway.settings import GatewaySettings
from tests.faults.misfortunes.workers import another, holder_of, taken_from
from tests.faults.scene import Scene


@pytest.mark.parametrize("how", ["suspend", "kill"])
def test_the_buckets_of_a_lost_worker_are_served_again_in_time(scene: Scene, how: str) -> None:
    fields = GatewaySettings.model_fields
    shipped = {
        "HOMEWARD_HEARTBEAT_S": str(fields["heartbeat_s"].default),
        "HOMEWARD_HEARTBEAT_LOST_S": str(fields["heartbeat_lost_s"].default),
    }
    scene.gateway.stop()
    first = scene.rig.gateway("first", shipped)
    first.start(60.0)
    another(scene.rig, **shipped)
    scene.rig.wait_stored(scene.crew, 30)
    serving = holder_of(scene.rig)
    getattr(first, how)()
    taken_from(scene, serving)
    scene.settle()
