"""The published vectors are what the code computes, and hold by libsodium alone."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from nacl.public import Box, PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey

from device_sim.device.protocol_vectors import render
from gateway import wire

FILE = Path(__file__).parents[4] / "docs" / "device-protocol-vectors.json"
VECTORS = json.loads(FILE.read_text())
KEYS = {name: bytes.fromhex(value) for name, value in VECTORS["keys"].items()}


def test_the_file_is_what_the_code_computes() -> None:
    assert FILE.read_text() == render()


@pytest.mark.parametrize(("side", "seed"), [("device", "device_seed"), ("gateway", "gateway_seed")])
def test_frames_by_another_route(side: str, seed: str) -> None:
    signer = SigningKey(KEYS[seed])
    assert signer.verify_key.encode() == KEYS[f"{side}_public_key"]
    for vector in VECTORS[f"{side}_frames"].values():
        frame = b"\x01" + signer.sign(vector["message"].encode())
        assert frame.hex() == vector["frame"]
        decode = wire.decode_device_message if side == "device" else wire.decode_gateway_message
        assert not isinstance(decode(vector["message"].encode()), wire.Refusal)


def test_sealing_by_another_route() -> None:
    box = Box(PrivateKey(KEYS["device_box_private_key"]), PublicKey(KEYS["gateway_box_public_key"]))
    sealed = VECTORS["sealed"]
    nonce, signed = bytes.fromhex(sealed["nonce"]), bytes.fromhex(sealed["signed_frame"])
    assert box.shared_key().hex() == sealed["shared_key"]
    assert (b"\x02" + box.encrypt(signed, nonce)).hex() == sealed["frame"]


@pytest.mark.parametrize("vector", VECTORS["enrolment"])
def test_proofs_by_another_route(vector: dict[str, dict[str, str]]) -> None:
    request = vector["request"]
    csr = hashlib.sha256(request["csr"].encode()).hexdigest() if "csr" in request else ""
    box = request.get("box_public_key", "")
    lines = ["homeward-enrol/1", request["token"], request["public_key"], box, csr]
    text = "\n".join(lines).encode()
    assert text.decode() == vector["signed_text"]
    key = VerifyKey(base64.b64decode(request["public_key"]))
    key.verify(text, base64.b64decode(request["proof"]))


def test_bucket_by_another_route() -> None:
    told = VECTORS["bucket"]
    assert told["bucket"] == f"{hashlib.sha256(told['patient'].encode()).digest()[0]:02x}"
    start = f"homeward/v1/{told['bucket']}/{told['device']}/"
    assert told["topics"] == {k: start + k for k in told["topics"]}
    assert len(told["topics"]) == 5


@pytest.mark.parametrize("message", VECTORS["malformed"])
def test_malformed_messages(message: str) -> None:
    assert wire.decode_device_message(message.encode()) is wire.Refusal.MALFORMED


def test_coverage() -> None:
    told = VECTORS["coverage"]
    acks = json.loads(VECTORS["gateway_frames"][told["acks"]]["message"])
    boot = next(item for item in acks["boots"] if item["boot"] == told["boot"])
    covered = [
        seq
        for seq in told["asked"]
        if seq <= boot["upto"]
        or any(a <= seq <= b for a, b in boot["also"])
        or any(seq == number for number, _ in boot["refused"])
    ]
    assert covered == told["covered"]
