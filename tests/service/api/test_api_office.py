"""An administrator without clinical data: what is open is stated here, all else is closed."""

from collections.abc import Iterator

import httpx2
import psycopg
import pytest

from api.app import create_app
from tests.service.api.conftest import Served, Ward, served, settings_for
from tests.service.api.test_api_access import ACCESS, ANYONE, OWN, status_of
from tests.service.api.test_api_erasure import alert
from tests.service.api.writing import store

OPEN = frozenset(
    {
        *(route for route, who in ACCESS.items() if who in (ANYONE, OWN)),
        *("GET /audit", "GET /users", "POST /users", "PATCH /users/{user_id}"),
        *("POST /users/{user_id}/reset-link", "GET /invitations", "POST /invitations"),
        *("DELETE /invitations/{invitation_id}", "GET /clinicians", "GET /registrations"),
        *("GET /doctors", "POST /doctors", "PATCH /doctors/{doctor_id}"),
        *("GET /shifts", "POST /shifts", "DELETE /shifts/{shift_id}"),
        *("POST /shifts/{shift_id}/restore", "POST /shifts/{shift_id}/absence"),
        *("DELETE /shifts/{shift_id}/absence", "GET /api-keys", "POST /api-keys"),
        *("DELETE /api-keys/{key_id}", "GET /webhooks", "POST /webhooks"),
        *("POST /webhooks/{webhook_id}/test", "DELETE /webhooks/{webhook_id}"),
        *("GET /wards/{ward}/settings", "PUT /wards/{ward}/settings"),
        *("GET /wards/{ward}/settings/schema", "GET /wards/{ward}/settings/history"),
        *("GET /me/channels", "POST /me/channels", "PUT /me/channels"),
        *("DELETE /me/channels/{channel_id}", "POST /me/channels/{channel_id}/test"),
        *("GET /devices/revoked.pem", "POST /patients/{patient_id}/erase"),
    }
)
"""Accounts, keys, settings, the rota, the log, and an erasure by an id that they were told."""
NO_ROWS = ("patient", "episode", "observation_seen", "alert_event", "quarantine_seen", "device")


@pytest.fixture
def office(served_api: Served, watched: tuple[Ward, str]) -> Iterator[Ward]:
    """The same ward, at a site whose administrators see no clinical data."""
    ward, _ = watched
    folder = served_api.settings.master_key_file.parent
    settings = settings_for(served_api.database, folder, admin_clinical=False)
    app = create_app(settings)
    with (
        served(app) as address,
        httpx2.Client(base_url=address, timeout=30.0) as client,
    ):
        yield Ward(
            app=app,
            client=client,
            database=ward.database,
            settings=settings,
            password_hash=ward.password_hash,
            tokens=ward.tokens,
            ids=ward.ids,
        )


def test_every_address_is_open_or_closed_as_stated(office: Ward) -> None:
    assert set(ACCESS) >= OPEN
    wrong = []
    last = "POST /auth/logout"
    for route in [*(one for one in ACCESS if one != last), last]:
        status = status_of(office, "admin", route)
        fine = status not in {401, 403} if route in OPEN else status == 403
        if route in {"POST /auth/login", "POST /enrol", "POST /auth/passkey"}:
            fine = status != 403
        if not fine:
            wrong.append(f"{route}: {status}")
    assert not wrong, "\n".join(wrong)


def test_whoever_else_works_there_works_as_before(office: Ward, watched: tuple[Ward, str]) -> None:
    _, patient = watched
    for who in ("doctor", "coordinator"):
        assert office.get(who, f"/patients/{patient}").status_code == 200, who


def test_the_database_itself_shows_them_nobody(office: Ward, watched: tuple[Ward, str]) -> None:
    _, patient = watched
    store(office, patient, "hr", [70.0])
    alert(office, patient)
    office.sql(
        "INSERT INTO quarantine (received, topic, reason, signed, payload) "
        "VALUES (now(), 't', 'malformed', false, 'x')"
    )
    seen = {}
    for office_only in ("", "on"):
        with psycopg.connect(office.database.api) as conn:
            conn.execute(
                "SELECT set_config('homeward.user_id', %s, true),"
                " set_config('homeward.role', 'admin', true),"
                " set_config('homeward.office_only', %s, true)",
                (office.ids["admin"], office_only),
            )
            seen[office_only] = {
                table: conn.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
                for table in NO_ROWS
            }
    assert set(seen["on"].values()) == {(0,)}
    assert all(seen[""][table] >= (1,) for table in ("patient", "episode", "observation_seen"))


def test_pages_lead_to_the_office_and_the_log_names_no_patient(
    office: Ward, watched: tuple[Ward, str]
) -> None:
    _, patient = watched
    office.get("doctor", f"/patients/{patient}")
    cookie = {"Cookie": f"homeward={office.tokens['admin']}"}
    for page in ("/", "/panel", "/feed", f"/patients/{patient}", "/refused", "/patients"):
        answer = office.client.get(page, headers=cookie)
        assert (answer.status_code, answer.headers["location"]) == (303, "/people"), page
    for page in ("/people", "/settings", "/keys", "/log", "/account"):
        assert office.client.get(page, headers=cookie).status_code == 200, page
    told = office.get("admin", "/audit")
    assert told.json()["verification"]["ok"]
    assert "patient.read" in told.text
    assert "Ada Byron" not in told.text


def test_they_erase_by_an_id_that_they_were_told(office: Ward, watched: tuple[Ward, str]) -> None:
    _, patient = watched
    assert office.post("admin", f"/patients/{patient}/erase").status_code == 409
    left = office.patch("coordinator", f"/patients/{patient}", {"state": "discharged"})
    assert left.status_code == 200
    assert office.post("admin", f"/patients/{patient}/erase").status_code == 204
    assert office.get("coordinator", f"/patients/{patient}").status_code == 404
