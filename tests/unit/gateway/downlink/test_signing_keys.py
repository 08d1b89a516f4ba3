"""The gateway's signing keys in their file: which counts, which signs."""

from pathlib import Path

import pytest

from gateway import wire
from gateway.downlink.signing_keys import GatewayKeys, load_ring, signer
from gateway.errors import KeyFileError

OLD, NEW, BOX = b"o" * 32, b"n" * 32, b"b" * 32


def files(folder: Path, seeds: bytes, box: bytes = BOX) -> tuple[Path, Path]:
    sign, private = folder / "sign", folder / "box"
    sign.write_bytes(seeds)
    private.write_bytes(box)
    return sign, private


def public(seed: bytes) -> bytes:
    return wire.signing_keys(seed)[0]


def test_the_oldest_key_that_is_not_zeros_counts(tmp_path: Path) -> None:
    assert GatewayKeys.load(*files(tmp_path, OLD)).sign_public == public(OLD)
    assert GatewayKeys.load(*files(tmp_path, OLD + NEW)).sign_public == public(OLD)
    assert GatewayKeys.load(*files(tmp_path, bytes(32) + NEW)).sign_public == public(NEW)


def test_the_oldest_that_is_not_retired_signs(tmp_path: Path) -> None:
    ring = load_ring(*files(tmp_path, OLD + NEW))
    assert signer(ring, set()).sign_public == public(OLD)
    assert signer(ring, {public(OLD)}).sign_public == public(NEW)
    assert signer(ring, {public(OLD), public(NEW)}).sign_public == public(NEW)


@pytest.mark.parametrize("seeds", [b"", bytes(32), OLD[:-1], OLD + NEW[:5]])
def test_half_a_key_or_none_is_refused(tmp_path: Path, seeds: bytes) -> None:
    with pytest.raises(KeyFileError):
        load_ring(*files(tmp_path, seeds))


def test_the_box_key_is_one_key(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        load_ring(*files(tmp_path, OLD, BOX + BOX))
    with pytest.raises(KeyFileError):
        load_ring(tmp_path / "sign", tmp_path / "nothing")
