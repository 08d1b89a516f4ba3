"""What a ward decides by: read and changed by its coordinator alone, with a reason."""

# ruff: noqa: ANN401 - bodies and answers are JSON of any shape

from typing import Any

from analytics.settings import CATALOG, FIXED
from tests.service.api.conftest import Ward

PATH = "/wards/main/settings"


def put(ward: Ward, revision: int = 0, who: str = "coordinator", **more: Any) -> Any:
    return ward.put(who, PATH, {"revision": revision, "reason": "agreed", **more})


def test_a_coordinator_reads_changes_and_reads_again(staffed: Ward) -> None:
    read = staffed.get("coordinator", PATH)
    before = read.json()
    assert (before["revision"], before["profile"], before["changed"]) == (0, "standard", [])
    assert before["limits"]["hr"] == {"low": 40, "high": 130}
    assert before["deadlines"] == {"emergency": 30, "urgent": 60, "routine": 240}
    before["limits"]["hr"]["high"] = 120
    before["ladder"]["remind"] = 15
    sent = staffed.put("coordinator", PATH, {**before, "reason": "younger patients"})
    assert sent.status_code == 200, sent.text
    after = sent.json()
    assert (after["revision"], after["reason"]) == (1, "younger patients")
    assert after["set_by"] == staffed.ids["coordinator"]
    assert after["changed"] == ["ladder.remind", "limits.hr.high"]
    assert staffed.get("coordinator", PATH).json() == after
    assert sent.headers["etag"] == '"1"'
    noted = staffed.get("admin", "/audit").json()["items"]
    [note] = [one for one in noted if one["action"] == "ward.settings"]
    assert {"setting": "limits.hr.high", "old": 130, "new": 120} in note["detail"]["changes"]


def test_what_is_left_out_stays_and_a_default_is_no_change(staffed: Ward) -> None:
    put(staffed, limits={"hr": {"high": 120}})
    put(staffed, 1, ages={"hr": 90})
    told = put(staffed, 2, limits={"hr": {"high": 130}}).json()
    assert (told["changed"], told["revision"]) == (["ages.hr"], 3)
    again = put(staffed, 3, ages={"hr": 90})
    assert (again.status_code, again.json()["revision"]) == (200, 3)


def test_history_says_who_when_why_and_each_value(staffed: Ward) -> None:
    put(staffed, limits={"hr": {"high": 120}})
    put(staffed, 1, profile="spot", limits={"hr": {"high": 125}})
    listed = staffed.get("coordinator", f"{PATH}/history", params={"limit": 1}).json()
    [newest] = listed["items"]
    assert (newest["revision"], newest["reason"]) == (2, "agreed")
    assert newest["set_by_name"] == "coordinator"
    assert newest["changes"][0] == {"setting": "profile", "old": "standard", "new": "spot"}
    assert {"setting": "limits.hr.high", "old": 120, "new": 125} in newest["changes"]
    assert {"setting": "ages.hr", "old": 120, "new": 360} in newest["changes"]
    rest = staffed.get("coordinator", f"{PATH}/history", params={"cursor": listed["next"]}).json()
    assert [one["revision"] for one in rest["items"]] == [1]
    assert rest["items"][0]["changes"] == [{"setting": "limits.hr.high", "old": 130, "new": 120}]


def test_of_two_the_second_is_told_and_nothing_is_lost(staffed: Ward) -> None:
    assert put(staffed, limits={"hr": {"high": 120}}).status_code == 200
    late = put(staffed, limits={"hr": {"low": 45}})
    assert (late.status_code, late.json()["type"], late.json()["revision"]) == (409, "stale", 1)
    unnamed = staffed.put("coordinator", PATH, {"reason": "agreed"})
    assert unnamed.json()["errors"][0]["field"] == "revision"
    head = {"headers": {"If-Match": '"1"'}, "json": {"reason": "agreed", "ages": {"hr": 60}}}
    assert staffed.call("coordinator", "PUT", PATH, **head).status_code == 200


def test_only_the_wards_coordinator_may(staffed: Ward) -> None:
    staffed.add("elsewhere", "coordinator", ward="north")
    for path in (PATH, f"{PATH}/schema", f"{PATH}/history"):
        for who in ("doctor", "nurse", "patient"):
            assert staffed.get(who, path).status_code == 403
        assert staffed.get("elsewhere", path).status_code == 404
        assert staffed.get("nobody", path).status_code == 401
        assert staffed.get("admin", path).status_code == 200
    for who, status in (("doctor", 403), ("elsewhere", 404), ("admin", 200)):
        assert put(staffed, who=who, ages={"hr": 60}).status_code == status
    assert staffed.get("admin", "/wards/nowhere/settings").status_code == 404


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"limits": {"hr": {"high": 400}}}, "limits.hr.high"),
    ({"limits": {"charm": {"high": 4}}}, "limits.charm.high"),
    ({"limits": 7}, "limits"),
    ({"delays": {"of_yore": 1}}, "delays.of_yore"),
    ({"extra": {}, "whim": 1}, "whim"),
    ({"critical": {"spo2": {"low": None}}}, "critical.spo2.low"),
    ({"deadlines": {"urgent": 20}}, "deadlines.urgent"),
    ({"profile": "wild"}, "profile"),
    ({"reason": " "}, "reason"),
]


def test_what_is_wrong_is_named_and_nothing_is_set(staffed: Ward) -> None:
    for body, named in WRONG:
        refused = put(staffed, **body)
        assert refused.status_code == 422, body
        assert refused.json()["errors"][0]["field"] == named
    assert staffed.get("coordinator", PATH).json()["revision"] == 0


def test_an_unusual_limit_must_be_meant(staffed: Ward) -> None:
    body = {"limits": {"spo2": {"low": 82}}}
    doubted = put(staffed, **body)
    assert (doubted.status_code, doubted.json()["type"]) == (422, "doubtful")
    assert doubted.json()["errors"][0]["field"] == "limits.spo2.low"
    assert '"confirm": true' in doubted.json()["detail"]
    assert put(staffed, **body, confirm=True).status_code == 200
    assert put(staffed, 1, **body, ages={"hr": 60}).status_code == 200


def test_the_schema_says_what_can_be_set_and_what_cannot(staffed: Ward) -> None:
    told = staffed.get("coordinator", f"{PATH}/schema").json()
    assert {one["name"] for one in told["settings"]} == set(CATALOG)
    assert told["fixed"] == dict(FIXED)
    high = next(one for one in told["settings"] if one["name"] == "limits.hr.high")
    assert (high["unit"], high["default"], high["usual"]) == ("/min", 130, [95, 150])
    assert "RCP" in high["source"]


def test_the_rungs_are_words_people_and_a_contact(staffed: Ward) -> None:
    """Each says what may be chosen; who is nobody of the ward is not taken."""
    told = staffed.get("coordinator", f"{PATH}/schema").json()["settings"]
    by_name = {one["name"]: one for one in told}
    assert {one["kind"] for one in told} == {"number", "choice", "person", "text"}
    second = [one["value"] for one in by_name["rungs.second"]["choices"]]
    assert second == ["anybody", "doctor", "nurse", "nobody"]
    people = {one["value"] for one in by_name["rungs.coordinator_person"]["choices"]}
    assert people == {"", staffed.ids["coordinator"]}
    contact = {"out_of_hours_phone": "+43 1 234", "out_of_hours_name": "Night service"}
    sent = put(
        staffed,
        rungs={"second": "nurse", "coordinator_person": staffed.ids["coordinator"]},
        contact=contact,
    )
    assert sent.status_code == 200, sent.text
    empty = dict.fromkeys(("out_of_hours_email", "ward_phone", "emergency_phone"), "")
    assert sent.json()["contact"] == {**contact, **empty}
    for wrong in (
        {"rungs": {"second": "robot"}},
        {"rungs": {"coordinator_person": staffed.ids["doctor"]}},
        {"rungs": {"second_person": staffed.ids["coordinator"]}},
        {"contact": {"out_of_hours_phone": ""}},
        {"contact": {"ward_phone": "ring the bell"}},
    ):
        refused = put(staffed, 1, **wrong)
        assert refused.status_code == 422, wrong
    changes = staffed.get("coordinator", f"{PATH}/history").json()["items"][0]["changes"]
    assert {"setting": "rungs.second", "old": "anybody", "new": "nurse"} in changes
