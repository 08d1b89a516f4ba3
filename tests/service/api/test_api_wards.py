"""Nothing of another ward: accounts, links, refused frames; revocations are listed whole."""

from pathlib import Path

import psycopg
import pytest
from cryptography import x509

from tests.service.api.conftest import PASSWORD, Ward


@pytest.fixture
def two(staffed: Ward) -> Ward:
    """A second ward with its own coordinator, doctor and patient who registered there."""
    staffed.add("other coordinator", "coordinator", ward="b")
    staffed.add("other doctor", "doctor", ward="b")
    return staffed


def register(ward: Ward, name: str, of_ward: str) -> str:
    body = {"username": name, "password": PASSWORD, "ward": of_ward}
    made: str = ward.post("", "/auth/register", body).json()["id"]
    return made


def test_a_coordinator_sees_the_accounts_of_the_own_ward(two: Ward) -> None:
    register(two, "mine", "main")
    register(two, "theirs", "b")
    for path, own, others in (
        ("/clinicians", {"doctor", "nurse"}, {"other doctor"}),
        ("/registrations", {"mine"}, {"theirs"}),
    ):
        for who, seen in (("coordinator", own), ("other coordinator", others)):
            names = {one["username"] for one in two.get(who, path).json()["items"]}
            assert names == seen, (path, who)
        everybody = {one["username"] for one in two.get("admin", path).json()["items"]}
        assert everybody == own | others


def test_a_coordinator_links_nobody_across(two: Ward) -> None:
    patient = two.take_in()
    account = register(two, "theirs", "b")
    link = two.put("coordinator", f"/patients/{patient}/account", {"user_id": account})
    assert link.status_code == 422
    nobody = two.put("coordinator", f"/patients/{patient}/account", {"user_id": patient})
    assert link.json()["errors"] == nobody.json()["errors"], "as if it were not there"
    team = {"clinicians": [two.ids["other doctor"]]}
    assert two.put("coordinator", f"/patients/{patient}/care-team", team).status_code == 422
    assert two.put("admin", f"/patients/{patient}/account", {"user_id": account}).status_code == 200
    assert two.sql("SELECT ward FROM app_user WHERE id = %s", account) == [("main",)]


def test_a_frame_of_no_known_device_is_an_administrators_to_read(two: Ward) -> None:
    two.sql(
        "INSERT INTO quarantine (received, topic, reason, signed, detail, payload) "
        "VALUES (now(), 'homeward/v1/zz/w-secret/vital', 'malformed', false, 'w-secret', 'hr 131')"
    )
    for who in ("coordinator", "other coordinator"):
        listed = two.get(who, "/quarantine")
        (item,) = listed.json()["items"]
        assert (item["reason"], item["bytes"], item["topic"], item["detail"]) == (
            "malformed",
            6,
            "",
            "",
        )
        assert "w-secret" not in listed.text
        assert two.get(who, f"/quarantine/{item['id']}").status_code == 404
    whole = two.get("admin", f"/quarantine/{item['id']}").json()
    assert whole["topic"].endswith("w-secret/vital")
    assert whole["payload"]


def test_the_api_cannot_read_refused_frames_but_through_the_view(two: Ward) -> None:
    with psycopg.connect(two.database.api) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT payload FROM quarantine")
        connection.rollback()
        assert connection.execute("SELECT id FROM quarantine_seen").fetchall() == []


def test_the_list_of_revocations_is_whole_for_whoever_may_ask(two: Ward) -> None:
    for who in ("coordinator", "other coordinator"):
        patient = two.take_in(who)
        two.post(who, f"/patients/{patient}/devices", {"kind": "watch"})
    two.sql(
        "INSERT INTO device_certificate (serial, device_no, issued_at, expires_at, revoked_at) "
        "SELECT (1000 + no)::text, no, now(), now() + interval '1 year', now() FROM device"
    )
    for who in ("coordinator", "other coordinator", "admin"):
        listed = x509.load_pem_x509_crl(two.get(who, "/devices/revoked.pem").content)
        assert len(list(listed)) == 2, who


def test_the_engine_reads_and_writes_no_rotation_token(two: Ward) -> None:
    patient = two.take_in()
    device = two.post("coordinator", f"/patients/{patient}/devices", {"kind": "watch"}).json()
    two.sql(
        "INSERT INTO command (device_no, bucket, command, args, issued, expires, changed_at) "
        "SELECT no, 0, 'rotate_key', '{\"token\": \"hw_secret\"}', now(), now(), now() "
        "FROM device WHERE id = %s",
        device["device"],
    )
    with psycopg.connect(two.database.engine) as connection:
        assert connection.execute("SELECT args FROM command").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO command"
                " (device_no, bucket, command, args, issued, expires, changed_at) "
                "SELECT no, 0, 'rotate_key', '{}', now(), now(), now() FROM device"
            )


def test_each_row_of_the_record_names_the_login_that_wrote_it(two: Ward) -> None:
    patient = two.take_in()
    assert two.get("doctor", f"/patients/{patient}").status_code == 404
    rows = two.get("admin", "/audit").json()["items"]
    assert {row["login"] for row in rows} == {"homeward_api_login"}
    with psycopg.connect(two.database.engine, autocommit=True) as connection:
        connection.execute("SELECT append_audit(now(), 'somebody', 'x.y', NULL, '{}')")
    newest = two.get("admin", "/audit").json()
    assert newest["items"][0]["login"] == "homeward_engine_login"
    assert newest["verification"]["ok"]
    with (
        psycopg.connect(two.database.gateway) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT append_audit(now(), 'somebody', 'x.y', NULL, '{}')")
    two.sql("UPDATE audit SET login = 'homeward_api_login' WHERE login LIKE '%%engine%%'")
    assert not two.get("admin", "/audit").json()["verification"]["ok"]


RECHAIN = """
DO $$ DECLARE r record; p bytea := '\\x'::bytea; BEGIN
    UPDATE audit SET actor = 'somebody else' WHERE id = 1;
    FOR r IN SELECT * FROM audit ORDER BY id LOOP
        UPDATE audit SET previous = p, hash = audit_hash(id, at, actor, action, patient_no, detail,
               p, login) WHERE id = r.id RETURNING hash INTO p;
    END LOOP;
END $$
"""


def test_a_record_that_its_owner_chained_anew_differs_from_its_anchors(
    two: Ward, tmp_path: Path
) -> None:
    import asyncio  # noqa: PLC0415

    from api.admin import verify_audit  # noqa: PLC0415
    from api.evidence.anchors import note, read  # noqa: PLC0415

    file = tmp_path / "anchors.jsonl"

    async def anchor() -> None:
        async with await psycopg.AsyncConnection.connect(
            two.database.owner, row_factory=psycopg.rows.dict_row
        ) as conn:
            newest = await note(conn, two.app.state.services.now(), file, None)
            assert await note(conn, two.app.state.services.now(), file, newest) == newest

    for _ in range(3):
        two.take_in()
        asyncio.run(anchor())
    assert len(list(read(file))) == 3
    whole = verify_audit(two.database.owner, file)
    assert (whole.ok, whole.anchors, whole.first_unanchored) == (True, 3, None)
    two.sql(RECHAIN)
    alone = verify_audit(two.database.owner)
    assert alone.ok, "the chain by itself cannot tell"
    held = verify_audit(two.database.owner, file)
    assert (held.ok, held.first_unanchored) == (False, 1)
    two.sql("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)")
    assert not verify_audit(two.database.owner, file).ok, "an end that was cut off"
    file.write_text("not an anchor\n")
    with pytest.raises(Exception, match="line 1 is no anchor"):
        verify_audit(two.database.owner, file)
