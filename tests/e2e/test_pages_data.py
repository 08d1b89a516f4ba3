"""The pages' own JSON obeys the same relations as the public API."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.support.seeded_ward import SeededWard


def day() -> dict[str, str]:
    now = datetime.now(UTC)
    return {"from": (now - timedelta(days=1)).isoformat(), "to": now.isoformat()}


def ask(ward: SeededWard, username: str, path: str, **query: object) -> httpx2.Response:
    with ward.client(username) as client:
        return client.get(ward.url + path, params=query)


def test_the_course_is_seen_by_relation_alone(ward: SeededWard) -> None:
    alice, other = (ward.patients[name] for name in ("Alice Moore", "Hans Haddad"))
    own = ask(ward, "alice", f"/ui/patients/{alice}/history", **day())
    assert own.status_code == 200
    assert len(own.json()["items"]) > 200
    assert ask(ward, "alice", f"/ui/patients/{other}/history", **day()).status_code == 404
    assert ask(ward, "alice", f"/ui/patients/{other}/devices").status_code == 404
    assert httpx2.get(f"{ward.url}/ui/patients/{alice}/history", params=day()).status_code == 401


def test_the_course_is_bounded(ward: SeededWard) -> None:
    path = f"/ui/patients/{ward.patients['Alice Moore']}/history"
    assert ask(ward, "singh", path, **{**day(), "to": "2000-01-01T00:00:00Z"}).status_code == 422
    assert ask(ward, "singh", path, **{**day(), "from": "1990-01-01T00:00:00Z"}).status_code == 422
    assert ask(ward, "singh", path, **{**day(), "from": "2026-01-01T00:00:00"}).status_code == 422


@pytest.mark.parametrize("name", ["handover", "messages", "risk-model"])
def test_lists_belong_to_their_roles(ward: SeededWard, name: str) -> None:
    staff = ("singh", "lund", "carla")
    allowed = {"handover": staff, "messages": ("alice",), "risk-model": staff}[name]
    for username in ("singh", "lund", "carla", "alice"):
        expected = 200 if username in allowed else 403
        assert ask(ward, username, f"/ui/{name}").status_code == expected


def test_who_has_an_account_of_a_patient_is_for_coordinators(ward: SeededWard) -> None:
    path = f"/ui/patients/{ward.patients['Alice Moore']}/accounts"
    assert [one["username"] for one in ask(ward, "carla", path).json()["items"]] == ["alice"]
    for username in ("singh", "lund", "alice"):
        assert ask(ward, username, path).status_code == 403


def test_the_handover_begins_with_who_needs_it(ward: SeededWard) -> None:
    items = ask(ward, "carla", "/ui/handover", hours=12).json()["items"]
    scores = [(one.get("news2") or {}).get("low", 0) for one in items if not one["alerts"]]
    assert scores == sorted(scores, reverse=True)
    assert {one["name"] for one in items} >= set(ward.patients)


def test_reading_the_handover_is_recorded(ward: SeededWard) -> None:
    ask(ward, "lund", "/ui/handover").raise_for_status()
    with ward.client("admin") as admin:
        asked = {"action": "handover.read", "limit": 100}
        noted = admin.get("/audit", params=asked).raise_for_status().json()["items"]
    assert "lund" in {one["username"] for one in noted}


def test_the_status_tells_the_wards_own_time_and_a_patient_their_zone(ward: SeededWard) -> None:
    assert ask(ward, "alice", "/ui/status").json()["zone"] == "Europe/Lisbon"
    told = ask(ward, "singh", "/ui/status").json()
    assert told["zone"] == "Europe/Berlin"
    assert told["rate"] == 1.0
    assert abs(datetime.fromisoformat(told["now"]) - datetime.now(UTC)) < timedelta(seconds=10)
