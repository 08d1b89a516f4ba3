"""What a ward achieves: counted right, compared with the weeks before, told to whom it may be."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.api.conftest import Ward

NOW = datetime(2026, 6, 29, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
ASKED = {"to": NOW.isoformat(), "weeks": "1"}


def stays(ward: Ward, patient: str, *spans: tuple[datetime, datetime | None]) -> int:
    """Give a patient these stays in place of what they have; return their number."""
    no = ward.number(patient)
    ward.sql("UPDATE device SET encounter_no = NULL WHERE patient_no = %s", no)
    ward.sql("DELETE FROM encounter WHERE patient_no = %s", no)
    for start, end in spans:
        ward.sql(
            "INSERT INTO encounter (patient_no, period_start, period_end) VALUES (%s, %s, %s)",
            no,
            start,
            end,
        )
    return no


def tasks(ward: Ward, no: int, kind: str, states: list[str], since: datetime) -> None:
    """Let one task of a plan fall due every hour from then on, and end so."""
    ((plan,),) = ward.sql(
        "INSERT INTO home_plan (patient_no, condition, content, review_on, begun_at, begun_by) "
        "VALUES (%s, 'own', '', now(), %s, %s) RETURNING id",
        no,
        since,
        ward.ids["coordinator"],
    )
    ((task,),) = ward.sql(
        "INSERT INTO home_task (plan_id, patient_no, position, kind, words, times, days) "
        "VALUES (%s, %s, 0, %s, '', '{08:00}', '{1}') RETURNING id",
        plan,
        no,
        kind,
    )
    for hour, state in enumerate(states):
        ward.sql(
            "INSERT INTO home_task_due (task_id, due_at, patient_no, state) "
            "VALUES (%s, %s, %s, %s)",
            task,
            since + timedelta(hours=hour),
            no,
            state,
        )


def alert(ward: Ward, no: int, at: datetime, answered_min: float | None, of_ward: str) -> None:
    """Raise an alert that called once, and was answered after so many minutes."""
    ((made,),) = ward.sql(
        "INSERT INTO episode (patient_no, ward, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, closed_at, message) VALUES (%s, %s, 'limit_hr_high', 'clinical', "
        "'medium', 'resolved', %s, %s, %s, %s, '') RETURNING id",
        no,
        of_ward,
        *[at] * 4,
    )
    told: list[tuple[str, bool, float, Any]] = [("raised", True, 0.0, None)]
    if answered_min is not None:
        told.append(("acknowledged", False, answered_min, ward.ids["coordinator"]))
    for change, call, minutes, actor in told:
        ward.sql(
            "INSERT INTO alert_history (episode_id, patient_no, ward, at, change, call, rung, "
            "priority, actor) VALUES (%s, %s, %s, %s, %s, %s, 0, 'medium', %s)",
            made,
            no,
            of_ward,
            at + timedelta(minutes=minutes),
            change,
            call,
            actor,
        )


@pytest.fixture
def lived(staffed: Ward) -> Ward:
    """Two weeks of two patients of the main ward, and of one elsewhere."""
    staffed.add("coordinator of b", "coordinator", ward="b")  # type: ignore[arg-type]
    first, second = staffed.take_in(), staffed.take_in(name="Second Person")
    away = staffed.take_in("coordinator of b", name="Somebody Away")
    one = stays(staffed, first, (NOW - 2 * WEEK, None))
    two = stays(staffed, second, (NOW - 20 * DAY, NOW - 10 * DAY), (NOW - 4 * DAY, NOW - 2 * DAY))
    other = stays(staffed, away, (NOW - WEEK, None))
    this, last = NOW - 6 * DAY, NOW - 13 * DAY
    tasks(staffed, one, "measure", ["done"] * 3 + ["missed"], this)
    tasks(staffed, one, "measure", ["done", "missed"], last)
    tasks(staffed, two, "take", ["done", "skipped", "missed"], NOW - 3 * DAY)
    tasks(staffed, other, "measure", ["missed"] * 9, this)
    alert(staffed, one, this, 4.0, "main")
    alert(staffed, one, this + DAY, 10.0, "main")
    alert(staffed, one, last, None, "main")
    alert(staffed, other, this, 1.0, "b")
    return staffed


def told(ward: Ward, who: str, of: str | None = None) -> dict[str, Any]:
    answer = ward.get(who, "/outcomes", params=ASKED | ({"ward": of} if of else {}))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def figures(answer: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in answer["figures"]}


def test_figures_are_counted_for_these_weeks_and_for_those_before(lived: Ward) -> None:
    answer = told(lived, "coordinator")
    found = figures(answer)
    measured = found["measurements"]
    assert (measured["now"]["count"], measured["now"]["of"]) == (3, 4)
    assert (measured["before"]["count"], measured["before"]["of"]) == (1, 2)
    assert measured["now"]["low"] < 0.75 < measured["now"]["high"]
    assert measured["change"]["value"] == 0.25
    assert not measured["change"]["certain"]
    assert (found["tasks"]["now"]["count"], found["tasks"]["now"]["of"]) == (1, 3)
    assert found["left_out"]["now"]["count"] == 1
    assert found["tasks"]["before"]["value"] is None
    assert found["tasks"]["change"] is None
    assert (answer["now"]["people"], answer["now"]["patient_days"]) == (2, 9.0)
    assert (found["alerts"]["now"]["count"], found["alerts"]["now"]["of"]) == (2, 9.0)
    assert found["calls"]["before"]["count"] == 1
    assert (found["answer"]["now"]["value"], found["answer"]["now"]["count"]) == (420.0, 2)
    assert found["answer"]["before"]["value"] is None
    back = found["readmissions"]["now"]
    assert (back["count"], back["of"]) == (1, 1)
    assert answer["now"]["work"]["medium"] == 2
    assert found["minutes"]["now"]["count"] == 2 * answer["minutes"]["medium"]


def test_a_ward_is_told_of_itself_alone_and_an_administrator_of_what_they_choose(
    lived: Ward,
) -> None:
    assert figures(told(lived, "coordinator of b"))["measurements"]["now"]["of"] == 9
    assert figures(told(lived, "admin"))["measurements"]["now"]["of"] == 13
    assert figures(told(lived, "admin", of="b"))["measurements"]["now"]["of"] == 9
    for ward in ("b", "nowhere"):
        refused = lived.get("coordinator", "/outcomes", params={"ward": ward})
        assert refused.status_code == 404
    assert lived.get("admin", "/outcomes", params={"ward": "nowhere"}).status_code == 404


def test_whom_a_nurse_may_not_see_is_known_by_no_figure(lived: Ward) -> None:
    """Two people are too few; of her own patients a nurse is told everything."""
    answer = told(lived, "nurse")
    assert answer["now"]["people"] is None
    assert answer["now"]["work"] is None
    withheld = {name for name, one in figures(answer).items() if one["now"]["withheld"]}
    assert withheld == set(figures(answer)) - {"repeats"}
    assert not [
        one for one in figures(answer).values() if one["now"]["withheld"] and one["now"]["count"]
    ]
    patients = lived.sql("SELECT id::text FROM patient WHERE ward = 'main'")
    for (patient,) in patients:
        team = {"clinicians": [lived.ids["nurse"]]}
        assert lived.put("coordinator", f"/patients/{patient}/care-team", team).status_code == 200
    assert told(lived, "nurse")["now"]["people"] == 2
    assert figures(told(lived, "nurse"))["measurements"]["now"]["of"] == 4


def test_simulated_patients_count_for_nothing(lived: Ward) -> None:
    lived.sql("UPDATE patient SET simulated = true WHERE ward = 'main'")
    answer = told(lived, "coordinator")
    assert answer["now"]["people"] == 0
    assert all(one["now"]["value"] is None for one in answer["figures"])


def test_the_table_holds_the_same_figures(lived: Ward) -> None:
    answer = told(lived, "coordinator")
    page = lived.get("coordinator", "/outcomes.csv", params=ASKED)
    assert page.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(page.text)))
    assert len(rows) == 2 * len(answer["figures"])
    [now] = [one for one in rows if (one["figure"], one["span"]) == ("measurements", "now")]
    assert (now["value"], now["count"], now["of"]) == ("0.75", "3.0", "4.0")
    noted = lived.sql("SELECT count(*) FROM audit WHERE action = 'outcomes.read'")
    assert noted == [(2,)]
