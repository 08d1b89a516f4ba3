"""One person is on the rota once at a time; what is taken off can be put back; absence ends it."""

# ruff: noqa: ANN401 - bodies are JSON of any shape
import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row

from api.store import duty
from gateway.migrations import upgrade
from tests.support.databases import Database
from tests.support.ward import START, Person, Ward, story

HOUR = timedelta(hours=1)


def at(hours: float, since: datetime = START) -> str:
    return (since + hours * HOUR).isoformat()


class Rota:
    """A coordinator at the rota of one doctor."""

    def __init__(self, api: httpx2.AsyncClient, head: dict[str, str], doctor: Person) -> None:
        self.api, self.head, self.doctor = api, head, str(doctor.doctor_id)

    async def ask(self, method: str, path: str, **body: Any) -> httpx2.Response:
        json = body or None
        return await self.api.request(method, f"/shifts{path}", json=json, headers=self.head)

    async def add(self, start: str, end: str, **more: Any) -> httpx2.Response:
        return await self.ask("POST", "", doctor_id=self.doctor, start=start, end=end, **more)

    async def listed(self, query: str = "") -> list[dict[str, Any]]:
        got = await self.api.get(f"/shifts{query}", headers=self.head)
        items: list[dict[str, Any]] = got.json()["items"]
        return items


@pytest.mark.parametrize(
    ("start", "end"), [(1, 2), (0, 4), (-1, 1), (3, 9), (-1, 9), (3.99, 5)], ids=str
)
def test_a_shift_that_overlaps_is_refused_and_says_which(
    ward: Ward, start: float, end: float
) -> None:
    doctor, person = ward.doctor(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, doctor)
            first = (await rota.add(at(0), at(4))).json()
            got = await rota.add(at(start), at(end))
            assert got.status_code == 409
            assert got.headers["content-type"] == "application/problem+json"
            told = got.json()
            assert [one["id"] for one in told["shifts"]] == [first["id"]]
            assert first["id"] in told["detail"]
            assert len(await rota.listed()) == 1

    story(main())


def test_shifts_that_touch_and_shifts_of_others_are_no_overlap(ward: Ward) -> None:
    doctor, other, person = ward.doctor("A"), ward.doctor("B"), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            mine, theirs = (Rota(api, person.headers, one) for one in (doctor, other))
            for rota, start, end in ((mine, 0, 4), (mine, 4, 8), (theirs, 0, 8)):
                assert (await rota.add(at(start), at(end))).status_code == 201

    story(main())


def test_a_double_click_adds_one_shift(ward: Ward) -> None:
    doctor, person = ward.doctor(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, doctor)
            got = await asyncio.gather(*(rota.add(at(0), at(8)) for _ in range(4)))
            assert sorted(one.status_code for one in got) == [201, 409, 409, 409]
            assert len(await rota.listed()) == 1

    story(main())


def test_the_database_takes_no_overlap_from_anybody(ward: Ward) -> None:
    doctor = ward.doctor()
    ward.shift(doctor, START, START + 4 * HOUR)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        ward.shift(doctor, START + HOUR, START + 2 * HOUR)


def test_merged_on_request_they_are_one_shift(ward: Ward) -> None:
    doctor, person = ward.doctor(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, doctor)
            first = (await rota.add(at(0), at(4))).json()
            await rota.add(at(6), at(8))
            got = await rota.add(at(3), at(7), merge=True)
            assert got.status_code == 201
            assert got.json()["id"] == first["id"]
            [one] = await rota.listed()
            assert (one["start"], one["end"]) == (first["start"], got.json()["end"])
            assert got.json()["end"].startswith("2026-03-02T16:00")
            assert (await rota.add(at(1), at(2), merge=True)).json()["id"] == first["id"]
            far = await rota.add(at(7), at(7 + 47), merge=True)
            assert far.status_code == 422
            assert len(await rota.listed()) == 1

    story(main())
    [note, *_] = ward.all("SELECT * FROM audit WHERE action = 'shift.merge' ORDER BY id")
    assert len(note["detail"]["joined"]) == 1


def there(ward: Ward, now: datetime) -> list[Any]:
    found: list[Any] = []

    async def look() -> None:
        async with ward.engine() as conn:
            found.extend(row["id"] for row in await duty.on_shift(conn, now))

    story(look())
    return found


def test_what_is_taken_off_can_be_put_back_for_a_day(ward: Ward) -> None:
    now = datetime.now(UTC)
    doctor, person = ward.doctor(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, doctor)
            made = (await rota.add(at(-1, now), at(7, now))).json()
            path = f"/{made['id']}"
            assert (await rota.ask("DELETE", path)).status_code == 204
            assert (await rota.ask("DELETE", path)).status_code == 404
            assert await rota.listed() == []
            [gone] = await rota.listed("?removed=true")
            assert gone["removed_at"] is not None
            for _ in range(2):
                back = await rota.ask("POST", f"{path}/restore")
                assert (back.status_code, back.json()) == (200, made)
            assert len(await rota.listed()) == 1
            await rota.ask("DELETE", path)
            other = (await rota.add(at(0, now), at(1, now))).json()
            refused = await rota.ask("POST", f"{path}/restore")
            assert refused.status_code == 409
            assert [one["id"] for one in refused.json()["shifts"]] == [other["id"]]
            await rota.ask("DELETE", f"/{other['id']}")
            ward.sql.execute("UPDATE shift SET removed_at = removed_at - interval '25 hours'")
            assert (await rota.ask("POST", f"{path}/restore")).status_code == 409
            assert (await rota.ask("POST", f"/{uuid4()}/restore")).status_code == 404

    story(main())
    assert there(ward, now) == []
    [row] = ward.all("SELECT removed_by FROM shift WHERE start < %s", now)
    assert row["removed_by"] == person.user_id


def test_absence_ends_a_shift_early_and_says_why(ward: Ward) -> None:
    now = datetime.now(UTC)
    doctor, person = ward.doctor(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, doctor)
            made = (await rota.add(at(-4, now), at(4, now))).json()
            path = f"/{made['id']}/absence"
            assert (await rota.ask("POST", path)).status_code == 422
            got = await rota.ask("POST", path, reason="ill", since=at(1, now))
            assert got.status_code == 200
            [listed] = await rota.listed()
            assert (listed["absence_reason"], listed["end"]) == ("ill", made["end"])
            assert (await rota.add(at(1, now), at(2, now))).status_code == 201, "back earlier"
            assert (await rota.ask("DELETE", path)).status_code == 409
            late = await rota.ask("POST", path, reason="ill", since=at(5, now))
            assert late.status_code == 422
            early = await rota.ask("POST", path, reason="ill", since=at(-9, now))
            assert early.json()["absent_from"] == made["start"]

    story(main())
    assert there(ward, now) == []
    assert there(ward, now + 1.5 * HOUR) == [doctor.doctor_id]
    assert there(ward, now + 3 * HOUR) == []


def test_an_absence_that_is_taken_back_leaves_the_shift_as_it_was(ward: Ward) -> None:
    now = datetime.now(UTC)
    doctor, person = ward.doctor(), ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, doctor)
            made = (await rota.add(at(-4, now), at(4, now))).json()
            path = f"/{made['id']}/absence"
            await rota.ask("POST", path, reason="called away")
            assert (await rota.ask("DELETE", path)).json() == made
            assert await rota.listed() == [made]

    story(main())
    assert there(ward, now) == [doctor.doctor_id]


def test_shifts_of_another_ward_are_out_of_reach(ward: Ward) -> None:
    far, person = ward.doctor(ward="other"), ward.user("coordinator")
    ward.on_shift(far, START)
    shift = ward.one("SELECT id FROM shift")["id"]

    async def main() -> None:
        async with ward.api() as api:
            rota = Rota(api, person.headers, far)
            for method, path, body in (
                ("DELETE", "", {}),
                ("POST", "/restore", {}),
                ("POST", "/absence", {"reason": "ill"}),
                ("DELETE", "/absence", {}),
            ):
                got = await rota.ask(method, f"/{shift}{path}", **body)
                assert (path, got.status_code) == (path, 404)

    story(main())


def test_the_phone_of_somebody_on_the_rota_is_kept(ward: Ward) -> None:
    person = ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            body = {"name": "N", "kind": "nurse", "phone": "+44 20 7946 0001"}
            made = (await api.post("/doctors", json=body, headers=person.headers)).json()
            changed = await api.patch(
                f"/doctors/{made['id']}", json={"max_patients": 3}, headers=person.headers
            )
            assert changed.json()["phone"] == "+44 20 7946 0001"
            [one] = (await api.get("/doctors", headers=person.headers)).json()["items"]
            assert one["phone"] == "+44 20 7946 0001"

    story(main())


def test_overlapping_shifts_of_an_older_ward_become_one(empty_database: Database) -> None:
    upgrade(empty_database.owner, "0006")
    with psycopg.connect(empty_database.owner, autocommit=True, row_factory=dict_row) as sql:
        a, b = (
            sql.execute("INSERT INTO doctor (name) VALUES (%s) RETURNING id", (name,)).fetchone()
            for name in "AB"
        )
        assert a is not None
        assert b is not None
        spans = [(a, 0, 4), (a, 1, 2), (a, 3, 6), (a, 0, 4), (a, 6, 8), (a, 9, 10), (b, 0, 10)]
        for who, start, end in spans:
            sql.execute(
                'INSERT INTO shift (doctor_id, start, "end") VALUES (%s, %s, %s)',
                (who["id"], START + start * HOUR, START + end * HOUR),
            )
        upgrade(empty_database.owner)
        kept = sql.execute('SELECT doctor_id, start, "end" FROM shift ORDER BY start, "end"')
        told = {(row["doctor_id"], row["start"], row["end"]) for row in kept}
    wanted = [(a, 0, 6), (a, 6, 8), (a, 9, 10), (b, 0, 10)]
    assert told == {(w["id"], START + s * HOUR, START + e * HOUR) for w, s, e in wanted}
