"""What-if under a crowd: the limit holds, a dropped client frees the solver, wards take turns."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from api.routes import what_if
from tests.service.api.conftest import Ward
from tests.support.servers import wait_until

PATH = "/api/v1/allocation/what-if"


def hard(limit_s: float) -> dict[str, Any]:
    """A ward that no solver proves in seconds: 60,000 pairs, skills, places, deadlines.

    Of these by chance some are within the solver's gap in half a second; the one of this seed is
    not after ten.
    """
    chance = random.Random(3)
    skills = [f"s{n}" for n in range(6)]
    return {
        "doctors": [
            {
                "id": f"d{n}",
                "minutes": chance.randint(120, 400),
                "cost_per_hour": chance.randint(40, 120),
                "skills": chance.sample(skills, 3),
            }
            for n in range(200)
        ],
        "demands": [
            {
                "patient": f"p{n}",
                "minutes": chance.randint(20, 240),
                "acuity": chance.randint(0, 20),
                "skills": chance.sample(skills, 1),
                "current_doctor": f"d{chance.randrange(200)}",
                "deadline_minutes": chance.choice([30, 60, 240]),
            }
            for n in range(300)
        ],
        "time_limit_s": limit_s,
    }


def full_size(limit_s: float) -> dict[str, Any]:
    """2,000 patients and 100 doctors."""
    chance = random.Random(1)
    return {
        "doctors": [
            {"id": f"d{n}", "minutes": 200.0, "cost_per_hour": float(chance.randint(30, 120))}
            for n in range(100)
        ],
        "demands": [
            {"patient": f"p{n}", "minutes": round(chance.uniform(2, 14), 1)} for n in range(2_000)
        ],
        "time_limit_s": limit_s,
    }


# The limit is what a busy machine needs to start the solver; the answer takes some milliseconds.
EASY = {
    "doctors": [{"id": "d", "minutes": 60}],
    "demands": [{"patient": "p", "minutes": 30}],
    "time_limit_s": 30.0,
}


@pytest.fixture
def crowd(staffed: Ward) -> Ward:
    """Nine coordinators of one ward, and one of another."""
    for n in range(9):
        staffed.add(f"c{n}", "coordinator")
    staffed.add("other", "coordinator", ward="b")
    answer, _ = asked(staffed, "coordinator", EASY)  # the solver's process is started by it
    assert answer.json()["status"] in {"optimal", "feasible"}
    return staffed


class Answered:
    """A result that was looked at, in the shape of an answer."""

    status_code = 200

    def __init__(self, result: dict[str, Any]) -> None:
        self._result = result

    def json(self) -> dict[str, Any]:
        return self._result


def asked(
    ward: Ward, who: str, body: object, timeout_s: float = 60.0, path: str = PATH
) -> tuple[Any, float]:
    """The plan, asked for again and again where it takes over a second; and how long it took."""
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {ward.tokens[who]}"}
    with httpx2.Client(base_url=ward.client.base_url, timeout=timeout_s) as client:
        answer = client.post(path, json=body, headers=headers)
        while answer.status_code == 202:
            told = client.get(f"{PATH}/{answer.json()['id']}", headers=headers)
            if told.status_code != 200:
                return told, time.monotonic() - began
            if told.json()["state"] == "done":
                return Answered(told.json()["result"]), time.monotonic() - began
            time.sleep(0.1)
    return answer, time.monotonic() - began


def test_the_time_limit_holds_for_everything(crowd: Ward) -> None:
    answer, took = asked(crowd, "coordinator", hard(3.0))
    assert answer.status_code == 200
    plan = answer.json()
    assert plan["status"] in {"feasible", "infeasible"}
    assert len(plan["assignments"]) + len(plan["unmet"]) == 300
    assert took > 1.5, "the question is so hard that the limit ends it"
    assert took < 3.0 + 1.5, "the limit, and the way there and back on a busy machine"


def test_a_client_that_goes_away_takes_its_question_along(crowd: Ward) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        asked(crowd, "c1", hard(30.0), timeout_s=0.6)
    answer, took = asked(crowd, "c2", EASY)
    assert answer.json()["status"] == "optimal"
    assert took < 10, "nobody waits for the answer to a question that was dropped"
    again, _ = asked(crowd, "c1", EASY)
    assert again.status_code == 200, "the person has no question there any more"


def answered(flood: Sequence[Future[tuple[Any, float]]]) -> int:
    return sum(one.done() and one.result()[0].status_code == 200 for one in flood)


def test_one_ward_cannot_shut_out_another(crowd: Ward) -> None:
    with ThreadPoolExecutor(12) as pool:
        flood = [pool.submit(asked, crowd, f"c{n}", hard(3.0)) for n in range(9)]
        wait_until(lambda: sum(one.done() for one in flood) >= 9 - 5, 30.0)
        before = answered(flood)
        answer, _ = asked(crowd, "other", EASY)
        assert answer.status_code == 200
        late = "the one that is solved, and one that ended while this one was on its way; no other"
        assert answered(flood) <= before + 2, late
        statuses = sorted(one.result()[0].status_code for one in flood)
    assert statuses.count(429) == 9 - 5, "one is solved and four wait"
    assert statuses.count(200) == 5


def test_a_person_has_one_question_and_is_told_when_the_next_may_come(crowd: Ward) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(asked, crowd, "c1", hard(3.0))
        desk = crowd.app.state.what_if
        wait_until(lambda: bool(desk._in_order()), 30.0)  # noqa: SLF001 - who is heard
        refused, _ = asked(crowd, "c1", EASY)
        assert refused.status_code == 429
        wait_s = int(refused.headers["retry-after"])
        assert 1 <= wait_s <= 3
        time.sleep(wait_s + 0.5)
        again, took = asked(crowd, "c1", EASY)
        assert again.status_code == 200, "as it said"
        assert took < 5
        assert first.result()[0].status_code == 200


def test_what_takes_over_a_second_is_answered_by_an_id_and_looked_at(
    crowd: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(what_if, "ANSWER_WITHIN_S", 0.05)  # a quick machine needs less than 1 s
    head = {"Authorization": f"Bearer {crowd.tokens['c1']}"}
    with httpx2.Client(base_url=crowd.client.base_url, timeout=60) as client:
        began = time.monotonic()
        got = client.post(PATH, json=full_size(20.0), headers=head)
        assert got.status_code == 202
        assert time.monotonic() - began < 5
        path = f"{PATH}/{got.json()['id']}"
        assert got.headers["location"] == path
        told = client.get(path, headers=head).json()
        assert told["state"] == "running"
        assert 0 <= told["progress"] < 1
        others = {"Authorization": f"Bearer {crowd.tokens['c2']}"}
        assert client.get(path, headers=others).status_code == 404
        assert client.delete(path, headers=others).status_code == 404
        assert client.delete(path, headers=head).status_code == 204
        assert client.get(path, headers=head).status_code == 404
    answer, took = asked(crowd, "c1", EASY)
    assert answer.json()["status"] == "optimal"
    assert took < 10, "the solver is free again"


def test_a_ward_of_the_full_size_is_planned(crowd: Ward) -> None:
    """2,000 patients and 100 doctors: the limit holds, and nobody is left without need."""
    answer, took = asked(crowd, "c3", full_size(8.0))
    plan = answer.json()
    assert plan["status"] in {"optimal", "feasible"}
    assert len(plan["assignments"]) == 2_000
    assert plan["cost"] <= 1.01 * plan["bound"]
    assert took < 8.0 + 3.0


def test_scenarios_stand_side_by_side(crowd: Ward) -> None:
    body = {
        "scenarios": [
            {"name": "as it is"},
            {"name": "heat", "reviews": 0.2, "demand": 1.3},
            {"name": "sooner", "reviews": 0.2, "demand": 1.3, "deadlines": 0.1},
        ],
        "time_limit_s": 1.0,
    }
    answer, _ = asked(crowd, "c4", body, path="/api/v1/allocation/scenarios")
    assert answer.status_code == 200
    calm, heat, sooner = answer.json()["scenarios"]
    assert (calm["name"], heat["name"]) == ("as it is", "heat")
    assert sooner["late"] >= heat["late"]
    assert sooner["minutes_asked"] == heat["minutes_asked"]
    assert heat["minutes_asked"] >= calm["minutes_asked"]
    assert {"status", "cost", "moves", "unmet", "relief", "shortage"} <= set(calm)
    assert {"late", "overfull", "overfull_at_most", "hours", "resources"} <= set(calm)


def test_a_scenario_tells_of_hours_and_beds(crowd: Ward) -> None:
    head = {"Authorization": f"Bearer {crowd.tokens['c5']}"}
    kit = {"kind": "kit", "name": "monitor", "count": 5, "each_patient": True}
    with httpx2.Client(base_url=crowd.client.base_url, timeout=60) as client:
        client.post("/api/v1/resources", json=kit, headers=head).raise_for_status()
    body = {
        "scenarios": [{"name": "now"}, {"name": "more", "admissions": 9, "demand": 5.0}],
        "time_limit_s": 1.0,
    }
    answer, _ = asked(crowd, "c5", body, path="/api/v1/allocation/scenarios")
    now, more = answer.json()["scenarios"]
    [here], [then] = (
        [one for one in each["resources"] if one["name"] == "monitor"] for each in (now, more)
    )
    assert then["used"] == here["used"] + 9
    assert then["short"] == max(0, then["used"] - 5)
    assert len(now["hours"]) == len(more["hours"]) == 12


def test_any_ward_is_told_who_is_late_which_hours_are_overfull_and_what_beds_are_short(
    crowd: Ward,
) -> None:
    asks = {"minutes": 40.0, "deadline_minutes": 55.0, "acuity": 5}
    body = {
        "doctors": [{"id": "d", "minutes": 300.0}],
        "demands": [{"patient": f"p{n}", **asks} for n in range(3)],
        "resources": [{"id": "bed", "count": 2}, {"id": "pump", "count": 4, "used": 1}],
        "time_limit_s": 30.0,
    }
    answer, _ = asked(crowd, "c6", body)
    plan = answer.json()
    assert [one["minutes"] for one in plan["late"]] == [65.0, 25.0]
    assert sum(one["minutes"] for one in plan["overfull"]) > 0
    assert plan["overfull"][0]["urgent"]
    beds = [(one["id"], one["used"], one["free"], one["short"]) for one in plan["resources"]]
    assert beds == [("bed", 3, 0, 1), ("pump", 1, 3, 0)]


def test_what_must_be_somebodys_uses_the_reserve_and_a_pin_holds(crowd: Ward) -> None:
    body = {
        "doctors": [
            {"id": "cheap", "minutes": 10.0, "reserve_minutes": 30.0, "cost_per_hour": 1.0},
            {"id": "dear", "minutes": 60.0, "cost_per_hour": 9.0},
        ],
        "demands": [
            {"patient": "now", "minutes": 30.0, "acuity": 8, "must": True},
            {"patient": "fixed", "minutes": 20.0, "later_minutes": 5.0},
        ],
        "pinned": {"now": "cheap", "fixed": "dear"},
        "time_limit_s": 30.0,
    }
    answer, _ = asked(crowd, "c7", body)
    given = {one["patient"]: one["doctor"] for one in answer.json()["assignments"]}
    assert given == {"now": "cheap", "fixed": "dear"}
    assert answer.json()["loads"][1]["load_minutes"] == 25.0
