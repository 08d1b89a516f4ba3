"""What is written about a person is sealed, and deleted wherever it stands when they are erased."""

import asyncio
from dataclasses import replace

import pytest

from api.jobs import sealing
from api.services import Services, open_pool
from api.vault.private_text import PREFIX
from tests.service.api.conftest import Ward

DEVICE = """
    INSERT INTO device (id, patient_no, kind, serial, state, registered_at, bound_from)
    VALUES (%s, %s, 'cuff', %s, 'enrolled', now(), now())
"""
ALERT = """
    INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, measured_at,
                         raised_at, message, comment)
    VALUES (%s, 'news2_urgent', 'clinical', 'high', 'open', now(), now(), now(), 'x', %s)
    RETURNING id::text
"""


def alert(ward: Ward, patient: str, comment: str | None = None) -> str:
    found: str = ward.sql(ALERT, ward.number(patient), comment)[0][0]
    return found


def erase(ward: Ward, patient: str) -> None:
    ward.patch("coordinator", f"/patients/{patient}", {"state": "discharged"})
    assert ward.post("admin", f"/patients/{patient}/erase").status_code == 204


def test_a_comment_is_sealed_and_told_to_who_may_see_it(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    path = f"/alerts/{alert(ward, patient)}"
    said = {"comment": "she fell on the stairs"}
    answered = ward.post("doctor", f"{path}/acknowledge", said)
    assert answered.json()["comment"] == said["comment"]
    assert ward.get("doctor", path).json()["comment"] == said["comment"]
    listed = ward.get("coordinator", f"/alerts?patient={patient}").json()["items"]
    assert [one["comment"] for one in listed] == [said["comment"]]
    told = ward.sql("SELECT data ->> 'comment' FROM alert_event WHERE data ->> 'comment' <> ''")
    stored = ward.sql("SELECT comment FROM episode WHERE patient_no IS NOT NULL") + told
    assert told
    assert all(text.startswith(PREFIX) for (text,) in stored)


def test_kind_and_serial_are_sealed_and_told(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    body = {"kind": "watch of Ada", "serial": "A-1"}
    ward.post("coordinator", f"/patients/{patient}/devices", body)
    for path in (f"/patients/{patient}/devices", "/devices"):
        (shown,) = ward.get("coordinator", path).json()["items"]
        assert (shown["kind"], shown["serial"]) == ("watch of Ada", "A-1")
    ((kind, serial),) = ward.sql("SELECT kind, serial FROM device")
    assert kind.startswith(PREFIX)
    assert serial.startswith(PREFIX)


def test_what_was_written_before_is_sealed(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    no = ward.number(patient)
    for name, serial in (("w-old-1", "7"), ("w-old-2", "7"), ("w-old-3", None)):
        ward.sql(DEVICE, name, no, serial)
    old = alert(ward, patient, "from before")
    asyncio.run(_seal(ward.app.state.services))
    kinds = ward.sql("SELECT kind LIKE 'sealed.%%', serial_mark IS NULL FROM device ORDER BY no")
    assert kinds == [(True, False), (True, True), (True, True)]
    assert ward.get("doctor", f"/alerts/{old}").json()["comment"] == "from before"
    shown = ward.get("coordinator", f"/patients/{patient}/devices").json()["items"]
    assert [(one["kind"], one["serial"]) for one in shown] == [
        ("cuff", "7"),
        ("cuff", "7"),
        ("cuff", None),
    ]


async def _seal(served: Services) -> None:
    """Run the job on connections of this thread's own."""
    settings = served.settings
    pool = open_pool(settings, settings.database_url, 2, "test")
    engine_pool = open_pool(settings, settings.engine_database_url, 2, "test")
    own = replace(served, pool=pool, engine_pool=engine_pool)
    async with pool, engine_pool:
        async with pool.connection() as conn, conn.transaction():
            assert await sealing.seal_devices(conn, own.vault) == 3
        assert await sealing.seal_comments(own) == 1
        assert await sealing.seal_comments(own) == 0


def test_an_erased_person_is_nowhere_and_their_accounts_and_devices_end(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    no, user = ward.number(patient), ward.ids["patient"]
    ward.put("coordinator", f"/patients/{patient}/account", {"user_id": user})
    held = alert(ward, patient, "x")
    ward.sql(DEVICE, "w-hers", no, None)
    ward.sql(
        "INSERT INTO device_key (device_no, sign_public, enrolled_at)"
        " SELECT no, %s, now() FROM device",
        b"k" * 32,
    )
    ward.sql("INSERT INTO observation SELECT now(), now(), now(), 1, %s, 1, 1, 0, 70", no)
    assert ward.get("patient", "/me").status_code == 200
    erase(ward, patient)
    assert ward.get("patient", "/me").status_code == 401
    for who in ("doctor", "coordinator", "admin"):
        assert ward.get(who, f"/alerts/{held}").status_code == 404
        assert ward.get(who, f"/patients/{patient}").status_code == 404
    assert ward.sql(
        "SELECT state, revoked_at IS NULL FROM device JOIN device_key k ON k.device_no = no"
    ) == [("revoked", False)]
    tables = {
        name
        for (name,) in ward.sql(
            "SELECT table_name FROM information_schema.columns"
            "  JOIN pg_tables ON tablename = table_name"
            " WHERE column_name = 'patient_no' AND schemaname = 'public'"
        )
    } - {"audit", "device"}
    assert len(tables) > 10
    left = {name for name in tables if ward.sql(f"SELECT FROM {name} WHERE patient_no = %s", no)}
    assert left == set()
    assert ward.get("admin", "/audit").json()["verification"]["ok"]


@pytest.mark.parametrize("state", ["expired", "delivered", "done"])
def test_the_text_of_a_command_goes_when_it_is_over(watched: tuple[Ward, str], state: str) -> None:
    ward, patient = watched
    ward.sql(DEVICE, "w-told", ward.number(patient), None)
    order = {"command": "message", "args": {"text": "walk a little"}}
    assert ward.post("coordinator", "/devices/w-told/commands", order).status_code == 201
    assert ward.sql("SELECT args ->> 'text' FROM command") == [("walk a little",)]
    ward.sql("UPDATE command SET state = %s", state)
    assert ward.sql("SELECT args::text FROM command") == [("{}",)]
