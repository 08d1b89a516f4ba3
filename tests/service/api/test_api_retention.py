"""What is over its period goes, with proof, and nothing of a running stay goes with it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from api.admin import check_removals, verify_audit
from api.evidence.anchors import note
from api.jobs.retention import remove_all
from api.jobs.retention_settings import RetentionSettings
from tests.service.api.conftest import Ward
from tests.service.api.writing import store
from tests.service.deploy.test_verify_command import run_verify
from tests.support.audit_chain import RECHAIN

NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = NOW - timedelta(days=4_000)
ROWS = (
    """INSERT INTO signed_frame (time, frame_id, key_id, boot, seq, patient_no, device_no, kind,
           clock_state, plan_revision, model_version, in_episode, paused, frame)
       VALUES (%(at)s, 100, 1, 1, 1, %(no)s, 1, 1, 0, 1, 1, false, false, '')""",
    """INSERT INTO assessment (time, received, frame_id, patient_no, model_version, plan_revision,
           low, high, band, single_3, missing, assumed, late, in_episode)
       VALUES (%(at)s, %(at)s, 100, %(no)s, 1, 1, 0, 0, 0, 0, 0, 0, false, false)""",
    """WITH e AS (INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,
           measured_at, raised_at, message, closed_at)
           VALUES (%(no)s, 'news2_urgent', 'clinical', 'high', 'resolved', %(at)s, %(at)s, %(at)s,
                   'x', %(at)s) RETURNING id),
       h AS (INSERT INTO alert_history (episode_id, patient_no, ward, at, change, call, rung,
           priority) SELECT id, %(no)s, 'main', %(at)s, 'raised', true, 0, 'high' FROM e)
       INSERT INTO reason (patient_no, episode_id, condition, priority, state, started_at,
           measured_at, received_at, message)
       SELECT %(no)s, id, 'news2_urgent', 'high', 'resolved', %(at)s, %(at)s, %(at)s, 'x' FROM e""",
    """INSERT INTO patient_note (patient_no, kind, written_at, written_by, text)
       VALUES (%(no)s, 'note', %(at)s, %(who)s, 'x')""",
    """INSERT INTO patient_message (patient_no, written_at, written_by, by_patient, text)
       VALUES (%(no)s, %(at)s, %(who)s, false, 'x')""",
    """INSERT INTO weekly_report (patient_no, week, made_at, content)
       VALUES (%(no)s, '2015-01-05', %(at)s, 'x')""",
    """INSERT INTO advice (patient_no, template, text, sent_at, sent_by, due_at)
       VALUES (%(no)s, 'own', 'x', %(at)s, %(who)s, %(at)s)""",
    """INSERT INTO imaging_study (uid, patient_no, modalities, series, instances, bytes, added_at,
           added_by) VALUES ('1.2.' || %(no)s, %(no)s, '{CT}', 1, 1, 1, %(at)s, %(who)s)""",
)
HOUR = """
    INSERT INTO observation_hour (start, patient_no, metric, count, min, max, sum, last)
    VALUES (%(at)s, %(no)s, 1, 2, 70, 71, 141, 71)
"""
OF_A_PATIENT = (
    *("observation", "signed_frame", "assessment", "episode", "alert_history", "reason"),
    *("patient_note", "patient_message", "weekly_report", "advice", "imaging_study"),
)


def add(ward: Ward, statement: str, no: int) -> None:
    """Write a row of long ago about a patient."""
    with psycopg.connect(ward.database.superuser, autocommit=True) as connection:
        told = {"at": LONG_AGO, "no": no, "who": ward.ids["doctor"]}
        connection.execute(statement.encode(), told)


def years_of(ward: Ward, patient: str, *, stays: bool) -> int:
    """Give a patient rows of long ago; a stay that goes on since then, or that ended soon after."""
    no = ward.number(patient)
    store(ward, patient, "hr", [70.0, 71.0], start=LONG_AGO)
    for statement in ROWS:
        add(ward, statement, no)
    if not stays:
        left = ward.patch("coordinator", f"/patients/{patient}", {"state": "discharged"})
        assert left.status_code == 200, left.text
    ended = None if stays else LONG_AGO + timedelta(days=1)
    ward.sql("UPDATE patient SET created_at = %s WHERE no = %s", LONG_AGO, no)
    ward.sql(
        "UPDATE encounter SET period_start = %s, period_end = %s WHERE patient_no = %s",
        LONG_AGO - timedelta(days=1),
        ended,
        no,
    )
    return no


def rows_of(ward: Ward, no: int) -> dict[str, int]:
    return {
        table: ward.sql(f"SELECT count(*) FROM {table} WHERE patient_no = {no}")[0][0]  # noqa: S608
        for table in OF_A_PATIENT
    }


def night(ward: Ward, **periods: int) -> None:
    """Let one nightly run happen, by the engine's own login."""
    settings = RetentionSettings(**{f"{kind}_days": days for kind, days in periods.items()})

    async def run() -> None:
        conn = await psycopg.AsyncConnection.connect(
            ward.database.engine, autocommit=True, row_factory=dict_row
        )
        async with conn:
            await remove_all(conn, ward.app.state.services.now(), NOW, settings)

    asyncio.run(run())


def proofs(ward: Ward) -> dict[str, dict[str, Any]]:
    rows = ward.sql("SELECT detail FROM audit WHERE action = 'retention.remove' ORDER BY id")
    return {detail["kind"]: detail for (detail,) in rows}


@pytest.fixture
def two(staffed: Ward) -> tuple[Ward, int, int]:
    """A ward with somebody who left long ago, and somebody as long ago whose stay still runs."""
    gone = years_of(staffed, staffed.take_in(), stays=False)
    staying = years_of(staffed, staffed.take_in(name="Mary Somerville"), stays=True)
    return staffed, gone, staying


def test_what_is_over_its_period_goes_and_a_running_stay_loses_nothing(
    two: tuple[Ward, int, int],
) -> None:
    ward, gone, staying = two
    before = rows_of(ward, staying)
    assert all(rows_of(ward, gone).values())
    night(ward, people=20_000)
    assert not any(rows_of(ward, gone).values())
    assert rows_of(ward, staying) == before
    told = proofs(ward)
    assert set(told) == {"readings", "assessments", "alerts", "messages", "images"}
    for kind, proof in told.items():
        assert proof["left"] == 0, kind
        assert proof["before"] == proof["removed"] > 0, kind
        assert len(proof["digest"]) == 64, kind
    assert told["readings"]["tables"] == {"observation": 2, "signed_frame": 1}
    asked = ward.sql("SELECT uid FROM imaging_removal")
    assert asked == [(f"1.2.{gone}",)], "the archive is told to forget the images"
    night(ward, people=20_000)
    assert proofs(ward) == told, "a second night finds nothing more"
    assert ward.sql("SELECT count(*) FROM audit WHERE action = 'retention.run'")[0][0] == 2


def test_chunks_in_which_nobody_stays_are_dropped_whole(staffed: Ward) -> None:
    for name in ("Ada Byron", "Mary Somerville"):
        add(staffed, HOUR, years_of(staffed, staffed.take_in(name=name), stays=False))
    chunks = "SELECT count(*) FROM show_chunks(%s::regclass)"
    tables = ("observation", "observation_hour")
    had = {table: staffed.sql(chunks, table)[0][0] for table in tables}
    night(staffed, people=20_000)
    proof = proofs(staffed)["readings"]
    assert proof["chunks"] >= 3, "of readings, of frames, of roll-ups"
    assert proof["removed"] == proof["before"] == 8
    for table in tables:
        assert staffed.sql(chunks, table)[0][0] < had[table], table


def test_the_digest_names_the_very_rows(two: tuple[Ward, int, int]) -> None:
    ward, gone, _ = two
    cut_off, told = NOW - timedelta(days=3_653), []
    for frame_id in (100, 100, 101):
        ward.sql("UPDATE assessment SET frame_id = %s WHERE patient_no = %s", frame_id, gone)
        proof = ward.sql("SELECT remove_over_period('assessments', %s, now())", cut_off)[0][0]
        told.append((proof["removed"], proof["digest"]))
        add(ward, ROWS[1], gone)
    assert told[0] == told[1] != told[2]


def test_a_person_goes_with_all_that_is_left_and_is_in_the_audit(
    two: tuple[Ward, int, int],
) -> None:
    ward, gone, staying = two
    night(ward)
    erased = ward.sql("SELECT no FROM patient WHERE erased_at IS NOT NULL")
    assert erased == [(gone,)]
    assert ward.sql("SELECT count(*) FROM patient_key WHERE patient_no = %s", gone)[0][0] == 0
    assert ward.sql("SELECT count(*) FROM patient_key WHERE patient_no = %s", staying)[0][0] == 1
    noted = ward.sql("SELECT actor, patient_no FROM audit WHERE action = 'patient.erase'")
    assert noted == [("retention", gone)]


def test_tokens_and_refused_frames_go_by_their_own_age(staffed: Ward) -> None:
    for age in (2, 200):
        at = NOW - timedelta(days=age)
        staffed.sql(
            "INSERT INTO session_token (token_hash, user_id, kind, expires_at) "
            "VALUES (%s, %s, 'bearer', %s)",
            bytes([age]),
            staffed.ids["doctor"],
            at,
        )
        staffed.sql(
            "INSERT INTO quarantine (received, topic, reason, signed, payload) "
            "VALUES (%s, 't', 'malformed', false, '')",
            at,
        )
    night(staffed)
    assert {kind: proof["removed"] for kind, proof in proofs(staffed).items()} == {
        "sessions": 1,
        "refused": 1,
    }
    assert staffed.sql("SELECT count(*) FROM quarantine")[0][0] == 1
    assert staffed.get("doctor", "/me").status_code == 200


def test_the_beginning_of_the_audit_goes_and_the_chain_and_its_anchors_hold(
    staffed: Ward, tmp_path: Path
) -> None:
    file = tmp_path / "anchors.jsonl"
    patient = staffed.take_in()

    async def anchor() -> None:
        async with await psycopg.AsyncConnection.connect(
            staffed.database.owner, row_factory=dict_row
        ) as conn:
            await note(conn, NOW, file, None)

    for _ in range(3):
        staffed.get("admin", "/me/sessions")
        staffed.take_in(name="Mary Somerville")
        asyncio.run(anchor())
    old = "UPDATE audit SET at = now() - interval '4000 days'"
    staffed.sql(old)
    staffed.sql(RECHAIN)
    file.unlink()
    asyncio.run(anchor())
    night(staffed)
    kept = staffed.sql("SELECT min(id), max(id) FROM audit")[0]
    assert kept[0] == 1, "rows that name people whose stays run are kept"
    staffed.sql("UPDATE patient SET state = 'discharged'")
    staffed.sql("UPDATE encounter SET period_end = greatest(now(), period_start)")
    night(staffed)
    proof = proofs(staffed)["audit"]
    assert proof["before"] == proof["removed"] == proof["upto"] > 0
    first = staffed.sql("SELECT min(id) FROM audit")[0][0]
    assert first == proof["upto"] + 1
    held = verify_audit(staffed.database.owner, file)
    assert (held.ok, held.begins_after) == (True, proof["upto"])
    told = staffed.get("admin", "/audit").json()["verification"]
    assert (told["ok"], told["begins_after"]) == (True, proof["upto"])
    assert patient
    staffed.sql("DELETE FROM audit WHERE id = %s", first)
    assert verify_audit(staffed.database.owner, file).first_broken == first + 1


def test_verify_finds_what_is_over_its_period_all_the_same(two: tuple[Ward, int, int]) -> None:
    ward, gone, _ = two
    assert check_removals(ward.database.owner).at is None
    night(ward, people=20_000)
    ward.sql("DELETE FROM observation")  # no frames of a device gave these
    ward.sql("DELETE FROM signed_frame")
    whole = run_verify(ward.database.owner)
    assert whole.returncode == 0, whole.stdout
    assert "retention: readings: 3 removed, 0 left" in whole.stdout
    add(ward, ROWS[1], gone)
    found = run_verify(ward.database.owner)
    assert found.returncode == 1
    assert "retention: assessments: 1 removed, 1 left" in found.stdout


def test_an_auditor_sees_what_was_removed(two: tuple[Ward, int, int]) -> None:
    ward, _, _ = two
    ward.add("auditor", "auditor")
    night(ward, people=20_000)
    told = ward.get("auditor", "/audit", params={"action": "retention.remove"}).json()
    kinds = {one["detail"]["kind"]: one["detail"] for one in told["items"]}
    assert kinds["readings"]["left"] == 0
    assert {"cut_off", "before", "removed", "left", "digest"} <= set(kinds["readings"])
    assert told["verification"]["ok"]
