"""Lines to the database that swallow everything, pools that are empty: alerting goes on."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import OperationalError
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from api import readiness
from api.alerting import findings
from api.alerting.settings import AlertingSettings
from api.app import create_app
from api.jobs import leader
from api.services import Services, open_pool
from api.store import gateways
from api.store import leadership as store
from api.store.connections import address
from tests.service.alerting.test_alert_leadership import backend, until
from tests.support.databases import DatabaseServer
from tests.support.proxy import TcpProxy
from tests.support.ward import START, Ward, story


def through(url: str, port: int) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{port}"))


@pytest.fixture
def line(ward: Ward) -> Iterator[TcpProxy]:
    """A proxy between the application and its database; answers must come within a second."""
    port = urlsplit(ward.database.engine).port
    assert port is not None
    proxy = TcpProxy(port).start()
    ward.settings = ward.settings.model_copy(
        update={
            "database_url": through(ward.settings.database_url, proxy.port),
            "engine_database_url": through(ward.settings.engine_database_url, proxy.port),
            "database_answer_s": 1.0,
        }
    )
    yield proxy
    proxy.close()


def test_every_line_has_the_kernels_timers() -> None:
    told = conninfo_to_dict(address("postgresql://u@h/d"))
    assert told["tcp_user_timeout"] == "15000"
    assert told["keepalives_idle"] == "5"


def test_alerting_goes_on_after_its_line_swallowed_everything(ward: Ward, line: TcpProxy) -> None:
    """The lines stay open and say nothing more, as when a server stops or a path is lost."""
    patient = ward.patient()

    async def main() -> None:
        async with ward.api(background=True):
            await until(lambda: backend(ward) is not None)
            first = backend(ward)
            line.lose()
            ward.finding(patient, "news2_urgent", datetime.now(UTC))
            await until(lambda: len(ward.episodes("news2_urgent")) == 1, 40)
            assert backend(ward) != first

    story(main())


def test_a_leader_that_is_lost_before_its_first_beat_is_ended(
    ward: Ward, line: TcpProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader, "STALE_S", 1.0)
    beat = leader._beat  # noqa: SLF001 - it is let wait
    silent = {"alerts", "rota"}

    async def late(services: Services, job: str, holder: UUID, pid: int) -> None:
        if job in silent:
            silent.remove(job)
            await asyncio.sleep(3600)
        await beat(services, job, holder, pid)

    monkeypatch.setattr(leader, "_beat", late)
    patient = ward.patient()

    async def main() -> None:
        async with ward.api(background=True):
            await until(lambda: not silent)
            line.lose()
            ward.finding(patient, "news2_urgent", datetime.now(UTC))
            await until(lambda: len(ward.episodes("news2_urgent")) == 1, 30)

    story(main())


def test_an_answer_that_does_not_come_is_given_up(ward: Ward, line: TcpProxy) -> None:
    async def main() -> None:
        async with open_pool(ward.settings, ward.settings.database_url, 2, "t") as pool:
            async with pool.connection() as conn:
                await conn.execute("SELECT 1")
                line.freeze()
                began = time.monotonic()
                with pytest.raises(OperationalError, match="no answer"):
                    await conn.execute("SELECT 1")
                assert time.monotonic() - began < 15
            line.heal()
            async with pool.connection() as conn:
                await conn.execute("SELECT 1")

    story(main())


def test_the_leaders_heartbeat_needs_no_place_in_the_pool(ward: Ward) -> None:
    """Feeds that read what they missed had taken every connection of it."""

    async def main() -> None:
        app = create_app(ward.settings)
        async with app.router.lifespan_context(app), AsyncExitStack() as held:
            await until(lambda: backend(ward) is not None)
            pool = app.state.services.engine_pool
            for _ in range(pool.max_size):
                await held.enter_async_context(pool.connection())
            await asyncio.sleep(3 * leader.BEAT_S)
            row = ward.one(
                "SELECT extract(epoch FROM now() - beat)::float8 AS age"
                " FROM engine_leader WHERE job = 'alerts'"
            )
            assert row["age"] < 2 * leader.BEAT_S

    story(main())


def test_feeds_that_catch_up_leave_room_for_those_who_answer(ward: Ward) -> None:
    app = create_app(ward.settings)
    assert app.state.live.settings.replays <= ward.settings.engine_pool_size - 3


def test_a_leader_of_another_database_is_left_alone(
    ward: Ward, postgres_server: DatabaseServer
) -> None:
    """Locks are told of by number, and every ward of a server has the same numbers."""

    async def main() -> None:
        with postgres_server.migrated() as other:
            async with ward.engine() as mine:
                theirs = await psycopg.AsyncConnection.connect(
                    other.engine, autocommit=True, row_factory=dict_row
                )
                async with theirs:
                    assert await store.take(theirs, "alerts", uuid4())
                    await store.beat(mine, "alerts", uuid4(), theirs.info.backend_pid)
                    assert not await store.end_stale(mine, "alerts", -1.0)
                    await theirs.execute("SELECT 1")

    story(main())


def test_a_row_is_not_taken_before_it_is_told_that_it_could_not_be_read(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine falls between the two: the row must still be there for its successor."""
    patient = ward.patient()
    ward.finding(patient, "news2_emergency", START)
    ward.sql.execute("UPDATE outbox SET device_no = 424242")
    fold = findings._fold  # noqa: SLF001 - where the engine falls

    async def falls(*given: object) -> object:
        found = given[-1]
        if isinstance(found, list) and found[0][0]["device_no"] is None:
            raise OperationalError("the line is gone")
        return await fold(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(findings, "_fold", falls)

    async def main() -> None:
        async with ward.engine() as conn:
            await findings.take(conn, START, AlertingSettings(), findings.EpisodePolicy())

    with pytest.raises(OperationalError):
        story(main())
    assert len(ward.all("SELECT FROM outbox WHERE taken_at IS NULL")) == 1


@pytest.mark.parametrize(
    ("rows", "lives"),
    [
        ([], False),
        ([(1, 0, 1)], True),
        ([(1, 0, 60)], False),
        ([(2, 0, 1), (2, 1, 1), (1, 0, 900)], True),
        ([(2, 0, 1), (2, 1, 60), (1, 0, 1)], False),
        ([(2, 0, 1)], False),
    ],
)
def test_there_is_one_answer_to_whether_the_gateway_lives(
    ward: Ward,
    rows: list[tuple[int, int, int]],
    lives: bool,  # noqa: FBT001 - a parameter of the cases
) -> None:
    """A division that is gone counts no more; a group without a worker counts for the whole."""
    for groups, group, age_s in rows:
        ward.sql.execute(
            """INSERT INTO gateway_worker (groups, "group", worker, backend_pid, beat)
               VALUES (%s, %s, gen_random_uuid(), 1, now() - make_interval(secs => %s))""",
            (groups, group, age_s - groups / 10),
        )

    async def main() -> None:
        silent_s = ward.settings.gateway_silent_s
        async with ward.engine() as conn:
            assert await gateways.alive(conn, silent_s) is lives
        async with open_pool(ward.settings, ward.settings.database_url, 2, "t") as pool:
            found = await readiness.look(pool, silent_s)
            assert (found.checks["gateway"] == "") is lives

    story(main())
