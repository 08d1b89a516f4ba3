"""What streams told is noted once an hour, and what could not be noted is not forgotten."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import OperationalError

from api.live import told as module
from api.live.told import ToldPatients
from tests.unit.api.live.test_subscription import CALLER

if TYPE_CHECKING:
    from uuid import UUID

NOON = datetime(2026, 11, 30, 12, 5, tzinfo=UTC)


class _Services:
    now_is = NOON
    away = False

    def __init__(self) -> None:
        self.noted: list[tuple[UUID, list[int]]] = []

    def now(self) -> datetime:
        return self.now_is


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> _Services:
    @asynccontextmanager
    async def acting(services: Any, caller: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - stands in
        if services.away:
            raise OperationalError("gone")

        def saw(action: str, patients: Iterable[int]) -> None:
            assert action == "alerts.stream"
            services.noted.append((caller.user_id, sorted(patients)))

        yield SimpleNamespace(saw=saw)

    monkeypatch.setattr(module, "acting", acting)
    return _Services()


def test_each_patient_is_noted_once_an_hour(services: _Services) -> None:
    told = ToldPatients(services)  # type: ignore[arg-type]  # stands in
    for patient in (7, 7, 8, None):
        told.add(CALLER, patient)
    asyncio.run(told.note_accesses())
    told.add(CALLER, 7)
    asyncio.run(told.note_accesses())
    assert services.noted == [(CALLER.user_id, [7, 8])]
    services.now_is = NOON + timedelta(hours=1)
    told.add(CALLER, 7)
    asyncio.run(told.note_accesses())
    assert services.noted[1:] == [(CALLER.user_id, [7])]


def test_what_could_not_be_noted_waits(services: _Services) -> None:
    told = ToldPatients(services)  # type: ignore[arg-type]  # stands in
    told.add(CALLER, 7)
    services.away = True
    with pytest.raises(OperationalError):
        asyncio.run(told.note_accesses())
    services.away = False
    told.add(CALLER, 9)
    asyncio.run(told.note_accesses())
    assert services.noted == [(CALLER.user_id, [7, 9])]


def test_what_waits_when_the_program_ends_is_noted(services: _Services) -> None:
    told = ToldPatients(services)  # type: ignore[arg-type]  # stands in

    async def main() -> None:
        task = asyncio.create_task(told.run())
        await asyncio.sleep(0)
        told.add(CALLER, 7)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert services.noted == [(CALLER.user_id, [7])]
