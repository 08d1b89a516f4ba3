"""What coordinators and operators look at: scores, panel, refused frames, audit, readiness."""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

from tests.service.api.conftest import Ward
from tests.service.api.writing import assess
from tests.support.servers import wait_until


def test_missing_is_never_normal(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    told = ward.get("doctor", f"/patients/{patient}/assessment").json()
    assert told["time"] is None
    assert (told["news2"]["score"], told["news2"]["low"], told["news2"]["high"]) == (None, 0, 20)
    assert len(told["news2"]["missing"]) == 7
    assert told["risk"]["probability"] is None
    (row,) = ward.get("doctor", "/panel").json()["items"]
    assert row["news2"]["score"] is None
    assert row["freshness_s"] is None
    assert row["urgency"] >= 100


def test_an_assessment_is_told_as_the_gateway_wrote_it(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    assess(ward, patient, low=3, risk=0.2)
    told = ward.get("doctor", f"/patients/{patient}/assessment").json()
    assert told["news2"]["score"] == 3
    assert told["risk"]["probability"] == 0.2
    assert told["freshness_s"] < 3600
    assert told["latest"]["hr"]["v"] == 70


def test_the_panel_is_in_order_of_urgency(staffed: Ward) -> None:
    ward = staffed
    well, ill, alerted, unknown, paused = (ward.take_in(name=f"P{n}") for n in range(5))
    ward.patch(
        "coordinator", f"/patients/{paused}", {"state": "paused", "until": "2090-01-01T00:00:00Z"}
    )
    assess(ward, well, low=1, risk=0.01)
    assess(ward, ill, low=6, risk=0.4)
    assess(ward, alerted, low=2, risk=0.1)
    ward.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) VALUES (%s, 'news2_emergency', 'clinical', 'high', "
        "'open', now(), now(), now(), 'm')",
        ward.number(alerted),
    )
    rows = ward.get("coordinator", "/panel").json()["items"]
    assert [one["patient"] for one in rows] == [alerted, ill, unknown, well, paused]
    assert rows[0]["open_alerts"] == 1
    assert rows[1]["news2"]["score"] == 6
    assert set(rows[0]) >= {
        "patient", "name", "urgency", "news2", "risk", "freshness_s", "coverage", "open_alerts",
        "doctor",
    }  # fmt: skip
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = ward.get("coordinator", "/panel", params={"limit": 2, "cursor": cursor}).json()
        seen += [one["patient"] for one in page["items"]]
        cursor = page["next"]
    assert seen == [one["patient"] for one in rows]
    assert ward.get("patient", "/panel").status_code == 403
    assert ward.get("doctor", "/panel").json()["items"] == []


def test_refused_frames_are_listed_with_their_bytes(staffed: Ward) -> None:
    staffed.sql(
        "INSERT INTO quarantine (received, topic, reason, signed, payload) "
        "VALUES (now(), 'homeward/v1/00/x/vitals', 'malformed', false, 'junk')"
    )
    staffed.sql("INSERT INTO refusal_count VALUES (0, 'malformed', 3, now())")
    page = staffed.get("coordinator", "/quarantine").json()
    assert page["items"][0]["reason"] == "malformed"
    assert page["counts"][0]["n"] == 3
    whole = staffed.get("admin", f"/quarantine/{page['items'][0]['id']}").json()
    assert b64decode(whole["payload"]) == b"junk"
    assert staffed.get("doctor", "/quarantine").status_code == 403


def test_a_changed_record_is_found(staffed: Ward) -> None:
    staffed.take_in()
    assert staffed.get("admin", "/audit").json()["verification"]["ok"]
    ((broken,),) = staffed.sql("UPDATE audit SET action = 'x' WHERE id = 1 RETURNING id")
    told = staffed.get("admin", "/audit").json()["verification"]
    assert (told["ok"], told["first_broken"]) == (False, broken)
    assert staffed.get("coordinator", "/audit").status_code == 403


def test_readiness_names_what_is_missing(ward: Ward) -> None:
    assert ward.get("", "/healthz").json() == {"status": "ok"}
    answer = ward.get("", "/readyz")
    assert answer.status_code == 503
    assert "gateway: never heard of" in answer.json()["reasons"]
    assert answer.json()["checks"]["migrations"] == "ok"
    wait_until(lambda: ward.get("", "/readyz").json()["checks"]["engine"] == "ok", 20.0)
    ages = ward.get("", "/readyz").json()["ages_s"]
    assert ages["gateway"] is None
    assert 0 <= ages["engine"] <= 10
    ward.get("admin", "/me")
    ward.sql("INSERT INTO refusal_count VALUES (0, 'malformed', 3, now()) RETURNING n")
    ward.sql("INSERT INTO refusal_count VALUES (7, 'malformed', 4, now()) RETURNING n")
    text = ward.get("", "/metrics").text
    assert 'homeward_api_requests_total{method="GET",route="/me",status="200"}' in text
    assert 'homeward_refused{reason="malformed"} 7.0' in text
    assert "admin" not in text


def test_the_record_holds_when_many_write_it_at_once(staffed: Ward) -> None:
    patient = staffed.take_in()
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: staffed.get("coordinator", f"/patients/{patient}"), range(60))
        )
    assert {one.status_code for one in answers} == {200}
    told = staffed.get("admin", "/audit").json()["verification"]
    assert (told["ok"], told["rows"]) == (True, 61)
