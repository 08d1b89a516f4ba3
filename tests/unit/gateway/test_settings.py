"""Settings and what follows from them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.broker.connection import BrokerAddress, client_id, filters
from gateway.downlink.signing_keys import GatewayKeys
from gateway.errors import KeyFileError
from gateway.ingest.rules import rules_of
from gateway.ownership.shares import buckets_of
from gateway.settings import RETIRED, GatewaySettings, retired

FILES = {"gateway_sign_key_file": Path("s"), "gateway_box_key_file": Path("b")}


def test_tolerances_grow_with_a_fast_clock() -> None:
    plain = rules_of(GatewaySettings(database_url="x", **FILES))
    assert plain.policy.late_ms == 900_000
    assert plain.samples.future_ms == 120_000
    start = datetime(2026, 1, 1, tzinfo=UTC)
    fast = rules_of(GatewaySettings(database_url="x", clock_start=start, clock_rate=600, **FILES))
    assert fast.policy.late_ms == 900_000 + 5_000 * 599
    assert fast.clocks.stands_ms == 1_200_000


@pytest.mark.parametrize("rate", [60.0, 600.0])
def test_a_device_has_real_seconds_to_tell_its_clock_however_fast_the_ward_lives(
    rate: float,
) -> None:
    assert rules_of(GatewaySettings(database_url="x", **FILES)).clock_persist_s == 300
    start = datetime(2026, 1, 1, tzinfo=UTC)
    settings = GatewaySettings(database_url="x", clock_start=start, clock_rate=rate, **FILES)
    assert rules_of(settings).clock_persist_s / rate >= 30


def test_every_bucket_is_in_one_group() -> None:
    for groups in (1, 2, 3, 7, 256):
        found = sorted(b for group in range(groups) for b in buckets_of(groups, group))
        assert found == list(range(256))


def test_what_divided_the_ward_by_hand_is_told_to_be_unread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in RETIRED:
        monkeypatch.delenv(name, raising=False)
    assert retired() == []
    monkeypatch.setenv("HOMEWARD_GROUPS", "2")
    monkeypatch.setenv("HOMEWARD_GROUP", "1")
    assert retired() == ["HOMEWARD_GROUPS", "HOMEWARD_GROUP"]
    GatewaySettings(database_url="x", **FILES)


def test_a_worker_subscribes_to_its_own_buckets() -> None:
    assert [name for name, _ in filters(range(256))] == [
        f"homeward/v1/+/+/{kind}" for kind in ("vitals", "receipts", "status")
    ]
    some = [name for name, _ in filters(buckets_of(128, 5))]
    assert len(some) == 6
    assert "homeward/v1/85/+/vitals" in some
    assert client_id(128, 5) == "homeward-gateway-128-5"


def test_broker_addresses() -> None:
    assert BrokerAddress.parse("mqtts://broker").port == 8883
    plain = BrokerAddress.parse("mqtt://localhost:99")
    assert (plain.host, plain.port, plain.tls) == ("localhost", 99, False)
    with pytest.raises(ValueError, match="not an MQTT address"):
        BrokerAddress.parse("http://x")


def test_key_files_are_checked(tmp_path: Path) -> None:
    good, short = tmp_path / "good", tmp_path / "short"
    good.write_bytes(b"k" * 32)
    short.write_bytes(b"k")
    assert len(GatewayKeys.load(good, good).box_public) == 32
    with pytest.raises(KeyFileError, match="1 bytes"):
        GatewayKeys.load(good, short)
    with pytest.raises(KeyFileError, match="No such file"):
        GatewayKeys.load(tmp_path / "none", good)
