"""What a FHIR search costs: its page and not the record, a few statements in all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from analytics.domain.vitals import Metric
from api.fhir.search import NEWEST, OLDEST
from api.store import fhir
from api.store.rls_context import act_for
from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked, entries, paged
from tests.service.api.whole_record import VALUES
from tests.service.api.writing import NOW, iso, store

READINGS = 4_000
FILL = """
    INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value)
    SELECT %s::timestamptz - n * interval '5 min', now(), 1000 + n, %s, m, 0, 60 + n %% 40
      FROM generate_series(1, %s) n CROSS JOIN unnest(%s::smallint[]) m
"""
SCORES = """
    INSERT INTO assessment (time, received, frame_id, patient_no, model_version, plan_revision,
                            score, low, high, band, single_3, missing, assumed, late, in_episode)
    SELECT time, received, frame_id, patient_no, 0, 1, 3, 3, 3, 0, 0, 0, 0, false, false
      FROM observation WHERE patient_no = %s AND metric = 1
"""


@pytest.fixture
def long_record(watched: tuple[Ward, str]) -> tuple[Ward, str]:
    """Two weeks of a patient of the doctor's: pulse, pressure and score every five minutes."""
    ward, patient = watched
    no = ward.number(patient)
    ward.sql(FILL, NOW, no, READINGS, [1, 5, 6])
    ward.sql(SCORES, no)
    ward.sql("ANALYZE observation, assessment")
    return ward, patient


def rows_read(ward: Ward, asked: fhir.ObservationsAsked, *, scores: bool) -> int:
    """How many rows of all tables a page reads, as the database counts them itself."""

    async def run() -> int:
        async with await psycopg.AsyncConnection.connect(
            ward.database.api, row_factory=dict_row
        ) as conn:
            await act_for(conn, None, "admin")
            if scores:
                found = await fhir.scores(conn, asked, [1, 5, 6])
            else:
                found = await fhir.observations(conn, asked, [1, 5, 6])
            assert len(found) >= asked.limit
            counted = await conn.execute(
                "SELECT sum(coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0))::integer AS n "
                "FROM pg_stat_xact_all_tables WHERE relname ~ 'hyper|reading_mark'"
            )
            row = await counted.fetchone()
            assert row is not None
            return int(row["n"])

    return asyncio.run(run())


@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("inside", [False, True])
def test_a_page_reads_the_page_and_not_the_record(
    long_record: tuple[Ward, str], *, scores: bool, newest_first: bool, inside: bool
) -> None:
    ward, patient = long_record
    wanted = fhir.ObservationsAsked(
        patient_no=ward.number(patient),
        span=(OLDEST, NEWEST),
        received=(OLDEST, NEWEST),
        newest_first=newest_first,
        after=(NOW - timedelta(days=7), 1, 1) if inside else None,
        limit=51,
    )
    assert rows_read(ward, wanted, scores=scores) < READINGS / 4


@contextmanager
def statements_of(monkeypatch: pytest.MonkeyPatch, user_id: str) -> Iterator[list[Any]]:
    """The statements that the program sends meanwhile on behalf of one person.

    Its background work goes on beside, on connections that act for nobody.
    """
    sent: list[Any] = []
    acting: set[int] = set()
    execute = psycopg.AsyncConnection.execute

    async def counting(self: Any, query: Any, params: Any = None, **named: Any) -> Any:  # noqa: ANN401
        if "homeward.user_id" in str(query):
            acting.discard(id(self))
            if params[0] == user_id:
                acting.add(id(self))
        if id(self) in acting:
            sent.append(query)
        return await execute(self, query, params, **named)

    with monkeypatch.context() as patched:
        patched.setattr(psycopg.AsyncConnection, "execute", counting)
        yield sent


@pytest.mark.parametrize(
    ("path", "notes"),
    [
        ("Observation/$lastn?patient={patient}", 1),
        ("Observation?patient={patient}&_count=200", 1),
        ("Observation?patient={patient}&code=news2-total&_include=Observation:derived-from", 2),
    ],
)
def test_a_search_sends_a_few_statements_and_notes_once(
    long_record: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch, path: str, notes: int
) -> None:
    ward, patient = long_record
    for metric, value in VALUES.items():
        store(ward, patient, metric, [value], frame_id=90)
    ((noted,),) = ward.sql("SELECT count(*) FROM audit")
    with statements_of(monkeypatch, ward.ids["doctor"]) as sent:
        found = entries(asked(ward, "doctor", path.format(patient=patient)))
    assert len(found) >= 8
    ((now,),) = ward.sql("SELECT count(*) FROM audit")
    assert now - noted == notes
    assert 5 <= len(sent) <= 14, sent


def test_a_pressure_is_whole_on_every_page_and_a_lone_value_is_not_lost(
    watched: tuple[Ward, str],
) -> None:
    ward, patient = watched
    store(ward, patient, "sbp", [120.0, 121.0, 122.0], frame_id=200)
    store(ward, patient, "dbp", [80.0, 81.0, 82.0], frame_id=200)
    alone = NOW - timedelta(minutes=59, seconds=30)
    store(ward, patient, "dbp", [70.0, 71.0], frame_id=300, start=alone)
    for order in ("date", "-date"):
        for count in (1, 2, 50):
            query = f"Observation?patient={patient}&code=85354-9&_sort={order}&_count={count}"
            seen = paged(ward, "doctor", query)
            pairs = [
                tuple(part.get("valueQuantity", {}).get("value") for part in one["component"])
                for one in seen
            ]
            expected = [(120, 80), (None, 70), (121, 81), (None, 71), (122, 82)]
            assert pairs == (expected if order == "date" else expected[::-1]), (order, count)


def test_the_newest_of_a_pressure_is_one(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    store(ward, patient, "sbp", [120.0], frame_id=200)
    store(ward, patient, "dbp", [80.0, 81.0], frame_id=200)
    found = entries(asked(ward, "doctor", f"Observation/$lastn?patient={patient}"))
    assert [one["effectiveDateTime"] for one in found] == [iso(NOW - timedelta(minutes=59))]


def test_pages_are_of_who_may_see_the_patient(long_record: tuple[Ward, str]) -> None:
    ward, patient = long_record
    asked_for = fhir.ObservationsAsked(
        patient_no=ward.number(patient),
        span=(OLDEST, NEWEST),
        received=(OLDEST, NEWEST),
        newest_first=True,
        after=None,
        limit=5,
    )

    async def seen(who: str, role: str) -> list[int]:
        async with await psycopg.AsyncConnection.connect(
            ward.database.api, row_factory=dict_row
        ) as conn:
            await conn.execute(
                "SELECT set_config('homeward.user_id', %s, true), "
                "set_config('homeward.role', %s, true)",
                (ward.ids[who], role),
            )
            readings = await fhir.observations(conn, asked_for, [int(Metric.HR)])
            scores = await fhir.scores(conn, asked_for, [int(Metric.HR)])
            key = (NOW - timedelta(minutes=5), int(Metric.HR), 1001)
            named = await fhir.named(conn, asked_for.patient_no, [key])
            return [len(readings), len(scores), len(named)]

    assert asyncio.run(seen("doctor", "doctor")) == [5, 5, 1]
    assert asyncio.run(seen("nurse", "nurse")) == [0, 0, 0]
