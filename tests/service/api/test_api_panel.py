"""The panel of ten thousand: ranked before it is cut, found by name, and what is cut is said."""

import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from analytics.ward.urgency import THRESHOLDS
from api.devices.topics import bucket_of
from api.store import panel as sql
from api.vault import personal_data
from api.vault.personal_data import Personal
from tests.service.api.conftest import Ward
from tests.service.api.writing import assess
from tests.support.urgency import Standing, urgency

MANY = 10_000
USUAL = [
    {"metric": name, "median": 70.25, "deviation": 0.5, "readings": 900, "by_hour": True}
    for name in ("hr", "rr", "spo2", "sbp", "dbp", "temp")
]
DRIVERS = [{"what": f"what moves the risk {n}, in words", "size": 0.1 * n} for n in range(16)]
"""An assessment is as large as in life: two kilobytes."""
BLOCKS_A_PATIENT = 2.0
"""Ranking looks at 0.6 blocks a patient; it was 7.6 when it opened each assessment and asked for
each row of each table who may see it."""
PRIORITIES = (None, None, None, "low", "medium", "high")


def add(cursor: psycopg.Cursor[Any], ward: Ward, name: str, born: datetime) -> int:
    vault = ward.app.state.services.vault
    patient = uuid4()
    key, wrapped = personal_data.new_patient_key(vault, patient)
    personal = Personal(name=name, birth_date=born.date(), external_id=f"R-{name[-5:]}")
    cursor.execute(
        "INSERT INTO patient (id, bucket, sealed, sex, created_at) "
        "VALUES (%s, %s, %s, 'other', now()) RETURNING no",
        (patient, bucket_of(patient), personal_data.seal_personal(key, patient, personal)),
    )
    (no,) = cursor.fetchone() or (0,)
    cursor.execute(
        "INSERT INTO patient_key VALUES (%s, %s, %s)", (no, wrapped.version, wrapped.data)
    )
    return int(no)


def scored(cursor: psycopg.Cursor[Any], no: int, low: int, at: datetime, **more: Any) -> None:  # noqa: ANN401 - parts of NEWS2
    news2 = {"score": low, "low": low, "high": low, "band": "low", "single_3": False, **more}
    assessment = {"news2": news2, "baselines": USUAL, "drivers": DRIVERS}
    cursor.execute(
        "INSERT INTO patient_now VALUES (%s, %s, %s, %s, %s, 0.1, %s, '{}')",
        (no, at, at, low, low, json.dumps(assessment)),
    )


def alert(cursor: psycopg.Cursor[Any], no: int, priority: str, state: str = "open") -> None:
    cursor.execute(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) VALUES (%s, %s, 'clinical', %s, %s, now(), now(), "
        "now(), 'm')",
        (no, f"limit_{priority}_{state}", priority, state),
    )


@pytest.fixture
def many(staffed: Ward) -> Iterator[Ward]:
    """Ten thousand, the last of whom is the worst."""
    now = datetime.now(UTC)
    with psycopg.connect(staffed.database.superuser) as connection:
        cursor = connection.cursor()
        for n in range(MANY):
            no = add(cursor, staffed, f"Patient {n:05d}", now - timedelta(days=20_000 + n))
            scored(cursor, no, 8 if n == MANY - 1 else n % 4, now)
            if n % 100 == 7:
                alert(cursor, no, "low")
        connection.commit()
        connection.execute("ANALYZE")
    yield staffed
    staffed.empty()


def took(ward: Ward, **asked: object) -> tuple[dict[str, Any], float]:
    began = time.perf_counter()
    answer = ward.get("coordinator", "/panel", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json(), time.perf_counter() - began


def blocks_read(ward: Ward) -> int:
    """How many blocks the database looks at to rank everybody for the coordinator."""
    asked = sql.PanelQuery(show="attention", limit=51)
    explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql.statement(asked)}"
    with psycopg.connect(ward.database.api) as connection:
        act = "SELECT set_config('homeward.user_id', %s, true), set_config(%s, %s, true)"
        connection.execute(act, (ward.ids["coordinator"], "homeward.role", "coordinator"))
        values = sql.parameters(asked, THRESHOLDS, datetime.now(UTC))
        ((plan,),) = connection.execute(explained.encode(), values).fetchall()
    whole = plan[0]["Plan"]
    return int(whole["Shared Hit Blocks"] + whole["Shared Read Blocks"])


def test_ten_thousand_are_ranked_before_they_are_cut(many: Ward) -> None:
    page, _ = took(many, limit=50)
    assert page["items"][0]["name"] == f"Patient {MANY - 1:05d}", "the worst was taken in last"
    assert (page["total"], page["matched"], page["counts"]["low"]) == (MANY, MANY, 100)
    times = sorted(took(many, limit=50)[1] for _ in range(5))
    print(f"first page of {MANY}: {times[0] * 1000:.0f} ms")  # noqa: T201 - shown with pytest -rP
    assert times[0] < 1.0
    assert blocks_read(many) < BLOCKS_A_PATIENT * MANY
    last, _ = took(many, limit=50, offset=MANY - 10)
    assert (len(last["items"]), last["next"]) == (10, None)
    alerts, _ = took(many, show="alerts", limit=200)
    assert (alerts["matched"], alerts["total"]) == (100, MANY)
    assert all(row["alerts"][0]["priority"] == "low" for row in alerts["items"])


def test_a_name_is_found_among_ten_thousand(many: Ward) -> None:
    first, cold = took(many, search="patient 0777", limit=50)
    assert first["matched"] == 11, "00777 and 07770 to 07779"
    again, _ = took(many, search="R-04242", limit=50)
    warm = min(took(many, search=f"R-0424{n}", limit=50)[1] for n in range(5))
    assert [row["name"] for row in again["items"]] == ["Patient 04242"]
    born = again["items"][0]["birth_date"]
    assert took(many, search=f"patient {born}")[0]["matched"] >= 1
    nobody, _ = took(many, search="nobody at all")
    assert (nobody["items"], nobody["matched"], nobody["total"]) == ([], 0, MANY)
    print(f"search of {MANY}: first {cold * 1000:.0f} ms, then {warm * 1000:.0f} ms")  # noqa: T201
    assert cold < 10.0
    assert warm < 1.5


def test_the_order_of_the_database_is_the_one_that_was_argued(staffed: Ward) -> None:
    """Held against the same order said in Python, over states of every kind."""
    chance = random.Random(7)
    now = datetime.now(UTC)
    standings: dict[int, Standing] = {}
    with psycopg.connect(staffed.database.superuser) as connection:
        cursor = connection.cursor()
        for n in range(400):
            no = add(cursor, staffed, f"P{n}", now)
            standings[no] = _random_state(cursor, no, chance, now)
        connection.commit()
    rows, cursor_text = [], None
    while True:
        asked = {"limit": 60} | ({"cursor": cursor_text} if cursor_text else {})
        page = staffed.get("coordinator", "/panel", params=asked).json()
        rows += page["items"]
        cursor_text = page["next"]
        if cursor_text is None:
            break
    numbers = [staffed.number(row["patient"]) for row in rows]
    assert sorted(numbers) == sorted(standings)
    for no, row in zip(numbers, rows, strict=True):
        assert row["urgency"] == pytest.approx(urgency(standings[no]), abs=0.002), standings[no]
    ranks = [(-row["urgency"], no) for no, row in zip(numbers, rows, strict=True)]
    assert ranks == sorted(ranks)


def _random_state(
    cursor: psycopg.Cursor[Any], no: int, chance: random.Random, now: datetime
) -> Standing:
    ages = (30.0, 30.0, 4_000.0, 8_000.0)
    heard, measured = chance.choice((None, *ages)), chance.choice((None, *ages))
    low = chance.choice((None, 0, 1, 3, 4, 5, 6, 7, 12))
    single_3, complete = chance.random() < 0.2, chance.random() < 0.7
    scored_, risk = chance.random() < 0.8, chance.choice((None, 0.0, 0.4, 0.99))
    priority, paused = chance.choice(PRIORITIES), chance.random() < 0.1
    if heard is None:
        measured, low, single_3, complete, risk = None, None, False, False, None
    else:
        news2 = {"score": low if complete else None, "single_3": single_3}
        cursor.execute(
            "INSERT INTO patient_now VALUES (%s, %s, %s, %s, %s, %s, %s, '{}')",
            (
                no,
                now - timedelta(seconds=heard),
                None if measured is None else now - timedelta(seconds=measured),
                low,
                low,
                risk,
                json.dumps({"news2": news2}),
            ),
        )
        complete = complete and low is not None
    scoring = {"adult_from_ms": 0 if scored_ else 9_000_000_000_000, "pregnant_ms": None}
    cursor.execute(
        "INSERT INTO care_plan (patient_no, revision, scoring, set_at) VALUES (%s, 1, %s, now())",
        (no, json.dumps(scoring)),
    )
    cursor.execute("UPDATE patient SET plan_revision = 1 WHERE no = %s", (no,))
    if priority is not None:
        alert(cursor, no, priority, chance.choice(("open", "acknowledged")))
    if paused:
        cursor.execute(
            "UPDATE patient SET state = 'paused', paused_until = now() + interval '1 day' "
            "WHERE no = %s",
            (no,),
        )
    return Standing(
        alert=priority,
        low=low,
        single_3=single_3,
        risk=risk,
        freshness_s=heard,
        watched=not paused,
        score_age_s=measured,
        complete=complete,
        scored=scored_,
    )


@pytest.mark.parametrize("show", sql.SHOWN)
def test_each_choice_shows_its_own(staffed: Ward, show: str) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(staffed.database.superuser) as connection:
        cursor = connection.cursor()
        well, ill, partial, silent, told = (add(cursor, staffed, f"P{n}", now) for n in range(5))
        for no, low in ((well, 1), (ill, 6), (told, 1)):
            scored(cursor, no, low, now)
        scored(cursor, partial, 1, now, score=None)
        scored(cursor, silent, 1, now - timedelta(seconds=THRESHOLDS["silent_s"] + 5))
        alert(cursor, told, "low")
        alert(cursor, ill, "high", "acknowledged")
        connection.commit()
    expected = {
        "all": {well, ill, partial, silent, told},
        "alerts": {told},
        "urgent": {ill},
        "partial": {partial},
        "silent": {silent},
        "unassigned": {well, ill, partial, silent, told},
        "attention": {ill, told},
        "steady": {well, partial, silent},
        "unowned": set(),
        "round": set(),
        "overdue": set(),
        "unheard": set(),
    }[show]
    page = staffed.get("coordinator", "/panel", params={"show": show}).json()
    assert {staffed.number(row["patient"]) for row in page["items"]} == expected
    assert (page["matched"], page["total"]) == (len(expected), 5)


def test_a_search_sees_no_more_than_who_searches(staffed: Ward) -> None:
    seen = staffed.take_in(name="Maria Santos")
    staffed.take_in(name="Maria Lopez")
    team = {"clinicians": [staffed.ids["doctor"]]}
    staffed.put("coordinator", f"/patients/{seen}/care-team", team)
    asked = {"search": "maria"}
    assert staffed.get("coordinator", "/panel", params=asked).json()["matched"] == 2
    mine = staffed.get("doctor", "/panel", params=asked).json()
    assert ([row["name"] for row in mine["items"]], mine["total"]) == (["Maria Santos"], 1)
    staffed.patch("coordinator", f"/patients/{seen}", {"name": "Rosa Santos"})
    assert staffed.get("doctor", "/panel", params=asked).json()["matched"] == 0
    rosa = staffed.get("doctor", "/panel", params={"search": "ROSA sant"}).json()
    assert rosa["matched"] == 1


def test_who_was_erased_is_found_by_name_no_more(staffed: Ward) -> None:
    patient = staffed.take_in(name="Zebedee Quux")
    assert staffed.get("admin", "/panel", params={"search": "zebedee"}).json()["matched"] == 1
    staffed.sql("DELETE FROM patient_key WHERE patient_no = %s", staffed.number(patient))
    assert staffed.get("admin", "/panel", params={"search": "zebedee"}).json()["matched"] == 0


def test_some_patients_are_asked_for_by_id(staffed: Ward) -> None:
    patients = [staffed.take_in(name=f"P{n}") for n in range(3)]
    asked = {"patient": patients[:2]}
    rows = staffed.get("coordinator", "/panel", params=asked).json()["items"]
    assert {row["patient"] for row in rows} == set(patients[:2])


def test_the_bands_count_everybody_and_the_round_gathers_whom_staff_must_see(
    staffed: Ward,
) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(staffed.database.superuser) as connection:
        cursor = connection.cursor()
        emergency, owned, urgent, calm, gap = (add(cursor, staffed, f"B{n}", now) for n in range(5))
        scored(cursor, emergency, 8, now)
        scored(cursor, owned, 8, now)
        alert(cursor, owned, "high", "acknowledged")
        scored(cursor, urgent, 5, now)
        scored(cursor, calm, 0, now - timedelta(seconds=THRESHOLDS["stale_s"] + 5))
        scored(cursor, gap, 0, now, score=None, high=5, missing=["acvpu", "o2"])
        connection.commit()
    page, _ = took(staffed, limit=50)
    assert page["bands"] == {
        "act": 2,
        "review": 2,
        "steady": 1,
        "unowned": 1,
        "round": 1,
        "overdue": 0,
        "unheard": 1,
        "active": 5,
    }

    def shown(show: str) -> list[str]:
        return [row["name"] for row in took(staffed, show=show)[0]["items"]]

    assert shown("attention") == ["B0", "B1", "B2", "B3"]
    assert set(shown("steady")) == {"B4"}
    assert (shown("unowned"), shown("round"), shown("unheard")) == (["B0"], ["B4"], ["B3"])
    staffed.empty()


def test_a_row_holds_the_vital_signs_and_its_day(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    assess(ward, patient, low=3, risk=0.2)
    (row,) = ward.get("doctor", "/panel").json()["items"]
    (pulse,) = row["vitals"]
    assert (pulse["metric"], pulse["value"], pulse["points"]) == ("hr", 70, 0)
    assert row["due"]["at"] is None
    assert "spo2" in row["due"]["metrics"]


def test_what_ranks_is_kept_with_the_assessment(staffed: Ward) -> None:
    now = datetime.now(UTC)
    gaps = {
        "whole": ({"score": 4, "missing": []}, (False, True, False)),
        "staff": ({"score": None, "missing": ["o2", "acvpu"]}, (False, False, True)),
        "more": ({"score": None, "missing": ["o2", "rr"]}, (False, False, False)),
        "single": ({"score": 3, "single_3": True}, (True, True, False)),
    }
    with psycopg.connect(staffed.database.superuser) as connection:
        cursor = connection.cursor()
        numbers = {name: add(cursor, staffed, name, now) for name in gaps}
        for name, (news2, _) in gaps.items():
            scored(cursor, numbers[name], 4, now, **news2)
        connection.commit()
    kept = "SELECT single_3, complete, staff_gap FROM patient_now WHERE patient_no = %s"
    for name, (_, expected) in gaps.items():
        assert staffed.sql(kept, numbers[name]) == [expected], name
    staffed.sql("UPDATE patient_now SET assessment = NULL")
    assert set(staffed.sql("SELECT single_3, complete, staff_gap FROM patient_now")) == {
        (False, False, False)
    }


@pytest.mark.parametrize(
    "seen_numbers", [b"SELECT no FROM panel_standing", b"SELECT no FROM panel_row"]
)
def test_the_panels_views_show_whom_one_may_see(
    watched: tuple[Ward, str], seen_numbers: bytes
) -> None:
    ward, patient = watched
    other = ward.number(ward.take_in(name="Somebody Else"))
    mine = ward.number(patient)
    for role, seen in (("coordinator", {mine, other}), ("doctor", {mine}), ("nurse", set())):
        with psycopg.connect(ward.database.api) as connection:
            act = "SELECT set_config('homeward.user_id', %s, true), set_config(%s, %s, true)"
            connection.execute(act, (ward.ids[role], "homeward.role", role))
            rows = connection.execute(seen_numbers).fetchall()
        assert {no for (no,) in rows} == seen, role
    with psycopg.connect(ward.database.api) as nobody:
        assert nobody.execute(seen_numbers).fetchall() == []


def test_a_page_goes_on_in_the_order_that_was_chosen(staffed: Ward) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(staffed.database.superuser) as connection:
        cursor = connection.cursor()
        names = ("Cid", "Ann", "Bea", "Dan")
        no = {name: add(cursor, staffed, name, now) for name in names}
        for age, (name, low) in enumerate((("Cid", 2), ("Ann", 7), ("Bea", 4))):
            scored(cursor, no[name], low, now - timedelta(seconds=age * 100))
        alert(cursor, no["Bea"], "low")
        cursor.execute("UPDATE episode SET raised_at = now() - interval '1 hour'")
        alert(cursor, no["Cid"], "medium")
        connection.commit()
    orders = {
        "urgency": ["Ann", "Cid", "Bea", "Dan"],
        "score": ["Ann", "Bea", "Cid", "Dan"],
        "waiting": ["Bea", "Cid", "Ann", "Dan"],
        "silent": ["Dan", "Bea", "Ann", "Cid"],
        "name": ["Ann", "Bea", "Cid", "Dan"],
    }
    assert set(orders) == set(sql.SORTS)
    for sort, expected in orders.items():
        rows, cursor_text = [], None
        for _ in names:
            more = {"cursor": cursor_text} if cursor_text else {}
            page = staffed.get("coordinator", "/panel", params={"sort": sort, "limit": 1, **more})
            rows += page.json()["items"]
            cursor_text = page.json()["next"]
        assert [row["name"] for row in rows] == expected, sort
        assert cursor_text is None
    page = staffed.get("coordinator", "/panel", params={"sort": "score", "limit": 1}).json()
    other = {"sort": "name", "cursor": page["next"]}
    assert staffed.get("coordinator", "/panel", params=other).status_code == 422


def test_a_name_is_not_kept_for_whoever_comes_to_bear_the_number(ward: Ward) -> None:
    """As when a copy of the database is put back under a running program."""
    ward.add("coordinator", "coordinator")
    first = ward.number(ward.take_in(name="Ada Byron"))
    assert took(ward, search="ada")[0]["matched"] == 1
    ward.empty()
    ward.add("coordinator", "coordinator")
    assert ward.number(ward.take_in(name="Mary Somerville")) == first
    assert took(ward, search="ada")[0]["matched"] == 0
    assert took(ward, search="mary")[0]["matched"] == 1
