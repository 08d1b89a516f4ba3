"""The simulator's registration against the real API, and a whole run against the real broker."""

import asyncio
import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nacl.bindings import crypto_scalarmult_base

from device_sim.__main__ import simulate
from device_sim.device.identity import enrolment_request, make_keys
from device_sim.errors import WardRefused
from device_sim.fleet.casting import cast_body
from device_sim.fleet.ledger import ledger_summary
from device_sim.fleet.run_files import read_truth
from device_sim.options import SimulateOptions, Target
from device_sim.settings import ward_clocks
from device_sim.ward.api_client import Ward as WardClient
from device_sim.ward.api_client import enrol_now
from device_sim.ward.registration import RegisteredPatient, register
from gateway import wire
from tests.service.api.conftest import PASSWORD, Ward
from tests.support.brokers import Broker

GATEWAY_PUBLIC, _ = wire.signing_keys(b"g" * 32)
GATEWAY_BOX = crypto_scalarmult_base(b"b" * 32)


@pytest.fixture
def open_ward(ward: Ward) -> Ward:
    """A ward whose gateway has told its keys."""
    ward.sql("INSERT INTO gateway_key VALUES (%s, %s, now(), NULL)", GATEWAY_PUBLIC, GATEWAY_BOX)
    return ward


def registered(ward: Ward, *, own_certificates: bool) -> list[RegisteredPatient]:
    options = SimulateOptions(target=Target(), patients=6)
    newcomers = cast_body(options, ward_clocks(None, 1.0, 0.0)).newcomers

    async def go() -> list[RegisteredPatient]:
        async with WardClient(str(ward.client.base_url), "admin", PASSWORD) as client:
            return await register(
                client, newcomers, own_certificates=own_certificates, progress=lambda _: None
            )

    return asyncio.run(go())


def test_everyone_is_registered_and_enrolled(open_ward: Ward) -> None:
    for one in registered(open_ward, own_certificates=False):
        assert one.identity.gateway_sign == (GATEWAY_PUBLIC,)
        assert one.identity.gateway_box == GATEWAY_BOX
        assert wire.is_device_id(one.identity.device)
        assert one.tls is None
    assert len(open_ward.get("admin", "/patients").json()["items"]) == 6


def test_with_certificates_of_their_own(open_ward: Ward) -> None:
    contexts = [one.tls for one in registered(open_ward, own_certificates=True)]
    assert all(isinstance(context, ssl.SSLContext) for context in contexts)


def test_refusals_are_told(open_ward: Ward) -> None:
    async def go() -> None:
        async with WardClient(str(open_ward.client.base_url), "admin", "wrong password"):
            raise AssertionError

    with pytest.raises(WardRefused, match="401"):
        asyncio.run(go())
    keys = make_keys(lambda n: b"k" * n)
    with pytest.raises(WardRefused, match="401"):
        enrol_now(str(open_ward.client.base_url), enrolment_request("no such token", keys))
    with pytest.raises(WardRefused):
        enrol_now("http://127.0.0.1:9", enrolment_request("t", keys))


def test_a_whole_run_leaves_ledger_truth_and_summary(
    open_ward: Ward, broker: Broker, tmp_path: Path
) -> None:
    stack = tmp_path / "stack.json"
    fleet = {
        "host": broker.host,
        "port": broker.fleet_port,
        "username": broker.fleet_username,
        "password": broker.fleet_password,
    }
    start = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    description = {
        "api": str(open_ward.client.base_url),
        "mqtt": {"host": "localhost", "port": broker.device_port, "fleet": fleet},
        "admin": {"username": "admin", "password": PASSWORD},
        "clock": {"start": start.isoformat(), "rate": 60.0, "origin": 0.0},
    }
    stack.write_text(json.dumps(description))
    said: list[str] = []
    options = SimulateOptions(
        target=Target(stack=stack), patients=5, events=2, seconds=2.0, drain_s=0.5, out=tmp_path
    )
    summary = simulate(options, say=said.append)
    assert json.loads(said[-1]) == summary
    assert summary["patients"] == 5
    assert summary["frames_sent"] == summary["frames_made"] > 10
    assert summary["frames_uncovered"] == summary["frames_made"]
    assert summary["expected_alerts"] == 2
    told = ledger_summary(tmp_path / "ledger.sqlite")
    assert told["frames_sent"] == summary["frames_sent"]
    truth = read_truth(tmp_path / "truth.jsonl")
    assert {expected.scenario for expected in truth} == {"cardiac", "hypoxia"}
    assert all(expected.by_ms > expected.from_ms for expected in truth)
