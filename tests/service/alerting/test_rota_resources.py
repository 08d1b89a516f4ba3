"""Beds, kits and equipment: stays take them, admissions are limited, plans say who is next."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx2

from api.rota.planner import plan
from api.rota.settings import RotaSettings
from tests.support.ward import Person, Ward, story

SETTINGS = RotaSettings(time_limit_s=1.0)
NEW = {"name": "A B", "birth_date": "1950-01-01", "sex": "female"}


class Board:
    """What a coordinator does with the ward's resources."""

    def __init__(self, api: httpx2.AsyncClient, who: Person) -> None:
        self.api, self.head = api, who.headers

    async def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        return await self.api.request(method, path, json=body, headers=self.head)

    async def add(self, name: str, count: int, *, each: bool = False) -> str:
        kind = "bed" if each else "equipment"
        body = {"kind": kind, "name": name, "count": count, "each_patient": each}
        made = await self.ask("POST", "/resources", body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def admit(self, **more: object) -> httpx2.Response:
        return await self.ask("POST", "/patients", {**NEW, **more})

    async def read(self, name: str) -> dict[str, Any]:
        items = (await self.ask("GET", "/resources")).json()["items"]
        [found] = [one for one in items if one["name"] == name]
        return dict(found)


def test_a_stay_takes_a_bed_and_nobody_is_taken_in_while_none_is_free(ward: Ward) -> None:
    carla, other = ward.user("coordinator"), ward.user("coordinator", ward="b")

    async def main() -> None:
        async with ward.api() as api:
            board = Board(api, carla)
            first = (await board.admit()).json()["id"]
            bed = await board.add("virtual bed", 2, each=True)
            assert (await board.read("virtual bed"))["used"] == 1, "who was there has one"
            second = (await board.admit()).json()["id"]
            full = await board.admit()
            assert (full.status_code, full.json()["type"]) == (409, "ward_full")
            assert full.json()["lacking"] == ["virtual bed"]
            assert len((await board.ask("GET", "/patients")).json()["items"]) == 2
            assert (await Board(api, other).admit()).status_code == 201, "another ward's are not"
            gone = await board.ask("PATCH", f"/patients/{first}", {"state": "discharged"})
            assert gone.status_code == 200
            third = (await board.admit()).json()["id"]
            holders = (await board.read("virtual bed"))["holders"]
            assert {one["patient"] for one in holders} == {second, third}
            back = await board.ask("PATCH", f"/patients/{first}", {"state": "active"})
            assert (back.status_code, back.json()["type"]) == (409, "ward_full")
            await board.ask("PATCH", f"/resources/{bed}", {"count": 3})
            back = await board.ask("PATCH", f"/patients/{first}", {"state": "active"})
            assert back.status_code == 200
            assert (await board.read("virtual bed"))["free"] == 0

    story(main())


def test_the_last_bed_is_taken_once(ward: Ward) -> None:
    carla = ward.user("coordinator")

    async def main() -> None:
        async with ward.api() as api:
            board = Board(api, carla)
            await board.add("virtual bed", 1, each=True)
            answers = await asyncio.gather(*(board.admit() for _ in range(6)))
            assert sorted(one.status_code for one in answers) == [201, *[409] * 5]

    story(main())


def test_who_moves_to_another_ward_leaves_the_bed_and_needs_one_there(ward: Ward) -> None:
    admin, far = ward.user("admin"), ward.user("coordinator", ward="b")

    async def main() -> None:
        async with ward.api() as api:
            here, there = Board(api, admin), Board(api, far)
            await here.add("bed here", 1, each=True)
            bed = await there.add("bed there", 0, each=True)
            patient = (await here.admit()).json()["id"]
            path = f"/patients/{patient}"
            assert (await here.ask("PATCH", path, {"ward": "b"})).status_code == 409
            assert (await here.read("bed here"))["used"] == 1
            await there.ask("PATCH", f"/resources/{bed}", {"count": 1})
            assert (await here.ask("PATCH", path, {"ward": "b"})).status_code == 200
            assert (await here.read("bed here"))["used"] == 0
            assert (await there.read("bed there"))["used"] == 1

    story(main())


def test_the_plan_says_who_has_the_next_one_and_what_is_short(ward: Ward) -> None:
    """One concentrator, three who want it: the most urgent of those who wait is next."""
    carla, now = ward.user("coordinator"), datetime.now(UTC)
    ward.on_shift(ward.doctor(), now)

    async def main() -> None:
        async with ward.api() as api:
            board = Board(api, carla)
            item = await board.add("oxygen concentrator", 1)
            ids = [(await board.admit()).json()["id"] for _ in range(3)]

            async def give(patient: str, *, wait: bool = True) -> httpx2.Response:
                path = f"/resources/{item}/patients/{patient}"
                return await board.ask("PUT", path, {"wait": wait})

            assert (await give(ids[0])).json()["used"] == 1
            assert (await give(ids[0])).json()["used"] == 1, "a repeat changes nothing"
            assert (await give(ids[1], wait=False)).status_code == 409
            for patient in ids[1:]:
                assert (await give(patient)).status_code == 200
            ward.sql.execute(
                """INSERT INTO patient_now (patient_no, received, news2_low)
                   SELECT no, %s, 7 FROM patient WHERE id = %s""",
                (now, ids[2]),
            )
            told = await plan_of(ward, board)
            assert (told["used"], told["count"], told["short"]) == (1, 1, 2)
            waits = [(one["patient"], one["next"]) for one in told["waiting"]]
            assert waits == [(ids[2], False), (ids[1], False)]
            assert told["waiting"][0]["name"] == "A B"
            back = await board.ask("DELETE", f"/resources/{item}/patients/{ids[0]}")
            assert back.status_code == 204
            told = await plan_of(ward, board)
            assert [one["next"] for one in told["waiting"]] == [True, False]
            assert (await give(ids[2])).json()["used"] == 1
            assert (await board.ask("DELETE", f"/resources/{item}")).status_code == 409

    story(main())


async def plan_of(ward: Ward, board: Board) -> dict[str, Any]:
    async with ward.engine() as conn:
        await plan(conn, datetime.now(UTC), "resource", SETTINGS)
    [found] = (await board.ask("GET", "/allocation")).json()["resources"]
    return dict(found)


def test_what_is_wrong_is_refused_and_a_stale_change_too(ward: Ward) -> None:
    carla, far = ward.user("coordinator"), ward.user("coordinator", ward="b")

    async def main() -> None:
        async with ward.api() as api:
            board = Board(api, carla)
            item = await board.add("Pump", 2)
            for body in (
                {"kind": "bed", "name": "x", "count": "2"},
                {"kind": "bed", "name": "x", "count": True},
                {"kind": "bed", "name": "x", "count": -1},
                {"kind": "bed", "name": " ", "count": 1},
                {"kind": "ship", "name": "x", "count": 1},
                {"kind": "bed", "name": "x", "count": 1, "each_patient": 1},
                {"kind": "bed", "name": "x", "count": 1, "ward": "b"},
            ):
                assert (await board.ask("POST", "/resources", body)).status_code == 422, body
            again = {"kind": "kit", "name": "pump", "count": 1}
            assert (await board.ask("POST", "/resources", again)).status_code == 409
            path = f"/resources/{item}"
            assert (await board.ask("PATCH", path, {"count": None})).status_code == 422
            changed = await board.ask("PATCH", path, {"count": 5, "revision": 1})
            assert (changed.json()["count"], changed.json()["revision"]) == (5, 2)
            stale = await board.ask("PATCH", path, {"count": 6, "revision": 1})
            assert (stale.status_code, stale.json()["type"]) == (409, "stale")
            stranger = Board(api, far)
            assert (await stranger.ask("PATCH", path, {"count": 0})).status_code == 404
            assert (await stranger.ask("GET", "/resources")).json()["items"] == []
            assert (await board.ask("DELETE", path)).status_code == 204
            assert (await board.ask("DELETE", path)).status_code == 404

    story(main())
