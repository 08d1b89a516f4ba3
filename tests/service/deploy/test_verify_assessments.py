"""``homeward verify --assessments``: what was computed is computed again from the signed frames."""

from pathlib import Path

from tests.service.deploy.test_verify_command import run_verify
from tests.support.databases import Database
from tests.support.pipelines import bench_on


def test_each_assessment_is_computed_again_and_a_changed_one_named(
    database: Database, tmp_path: Path
) -> None:
    with bench_on(database, tmp_path, size=2) as bench:
        for device in bench.fleet:
            bench.synced(device)
            for _ in range(4):
                bench.send(bench.vitals(device))
        kept = bench.one("SELECT count(*) FROM assessment")
        assert kept
        whole = run_verify(database.owner, "--assessments")
        assert whole.returncode == 0, whole.stdout + whole.stderr
        assert f"{kept} assessments computed again, 0 differ" in whole.stdout
        frame = bench.one("SELECT max(frame_id) FROM assessment WHERE patient_no = 1")
        bench.run("UPDATE assessment SET low = low + 3 WHERE frame_id = %s", frame)
        gone = bench.one("SELECT max(frame_id) FROM assessment WHERE patient_no = 2")
        bench.run("DELETE FROM assessment WHERE frame_id = %s", gone)
    changed = run_verify(database.owner, "--assessments")
    assert changed.returncode == 1, changed.stdout + changed.stderr
    assert f"assessment {frame} of patient 1: stored as" in changed.stdout
    assert f"assessment {gone} of patient 2: is not stored" in changed.stdout
