"""A risk that rises is written with the reading that raised it, and the ward is planned anew."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analytics.lane.lane import Outcome
from deploy.secrets.stack_secrets import Secrets
from gateway.ingest import lane_fold
from gateway.state.lanes import Fold, fold_again
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.ward import Ward, story, ward_in


@dataclass
class Model:
    """Stands for a model that has learnt: says the next risk of a list, the last one for ever."""

    says: list[float] = field(default_factory=list)

    def fold(self, lane: Any, fold: Fold) -> Outcome | None:  # noqa: ANN401 - passed on
        outcome = fold_again(lane, fold)
        if outcome is None or outcome.assessment is None:
            return outcome
        risk = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        judged = msgspec.structs.replace(outcome.assessment, risk=risk, risk_proven=True)
        return msgspec.structs.replace(outcome, assessment=judged)


@pytest.fixture
def bench(database: Database, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(database, tmp_path) as made:
        yield made


@pytest.fixture
def ward(database: Database, tmp_path: Path, stack_secrets: Secrets) -> Iterator[Ward]:
    with ward_in(database, tmp_path, stack_secrets.folder) as made:
        yield made


def test_each_notable_rise_is_told_once_and_a_fall_is_silent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model(says=[0.05, 0.3, 0.35, 0.65, 0.61, 0.64, 0.2, 0.25, 0.5])
    monkeypatch.setattr(lane_fold, "fold_again", model.fold)
    device = bench.fleet[0]
    bench.synced(device)
    at = bench.now_ms()
    for second in range(9):
        bench.send(bench.vitals(device, at + second))
    rows = bench.rows("SELECT payload, frame_id FROM outbox WHERE kind = 'risk' ORDER BY id")
    told: list[Any] = [payload for payload, _ in rows]
    assert [(one["before"], one["risk"]) for one in told] == [(0.0, 0.3), (0.3, 0.65), (0.2, 0.5)]
    assert all(frame is not None for _, frame in rows)


def test_a_risk_that_rises_leads_to_a_plan(
    bench: Bench, ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_fold, "fold_again", Model(says=[0.7]).fold)
    ward.on_shift(ward.doctor())
    device = bench.fleet[0]

    def planned(cause: str) -> list[dict[str, Any]]:
        return ward.all("SELECT cause FROM plan WHERE cause LIKE %s", f"%{cause}%")

    async def until(cause: str) -> None:
        async with asyncio.timeout(15):
            while not planned(cause):  # noqa: ASYNC110 - the database tells nobody but the product
                await asyncio.sleep(0.05)

    async def main() -> None:
        async with ward.api(background=True):
            await until("start")
            assert planned("risk") == []
            await asyncio.to_thread(bench.send, bench.vitals(device))
            await until("risk")

    story(main())
    minutes = {one["minutes"] for one in ward.all("SELECT minutes FROM assignment")}
    assert 10 in minutes, "a patient at risk wants a review, not a look"
