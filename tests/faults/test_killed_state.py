"""What a killed worker holds in memory in the end is what one that was never killed would hold."""

import psycopg

from tests.faults.misfortunes.gateways import STARTED_S
from tests.faults.scene import SETTLED_WITHIN_S, Scene
from tests.support.replay_check import replay_differs

KILLS = 3
BETWEEN = 60
"""Frames of the ward between two kills: so that snapshots, one every eight frames, lag behind."""

_BEHIND = """
    SELECT d.id FROM device d LEFT JOIN model_snapshot s USING (patient_no)
     WHERE d.id = ANY (%s) AND s.frame_id IS DISTINCT FROM
           (SELECT max(frame_id) FROM signed_frame f WHERE f.patient_no = d.patient_no)
"""


def test_after_kill_9_in_mid_stream_the_running_state_is_the_uninterrupted_fold(
    scene: Scene,
) -> None:
    """Each start has snapshots that lag behind, and frames that come while it reads them.

    On leaving the last one writes down what it holds, which is then held, bit for bit, against one
    fold of all stored frames from the first one on.
    """
    for _ in range(KILLS):
        scene.rig.wait_stored(scene.crew, BETWEEN)
        scene.gateway.kill()
        scene.covered_is_kept()
        scene.gateway.start(STARTED_S)
    scene.rig.wait_stored(scene.crew, BETWEEN)
    scene.rig.settle(scene.crew, SETTLED_WITHIN_S, scene.excuses)
    scene.gateway.stop()
    names = list(scene.crew.members)
    with psycopg.connect(scene.rig.url) as connection:
        behind = connection.execute(_BEHIND, (names,)).fetchall()
    assert behind == [], "what was written down is not what the last worker held"
    assert replay_differs(scene.rig.url, names) == []
