"""The test vectors of the device protocol, made by the reference code.

``python -m device_sim.device.protocol_vectors docs/device-protocol-vectors.json`` rewrites the
file; a test recomputes all of it and compares. Every key, nonce and time in it is fixed and of no
other use.
"""

import json
import sys
from pathlib import Path
from uuid import UUID

import msgspec
from nacl.bindings import crypto_scalarmult_base

from device_sim.device.identity import DeviceSecrets, encode_key, enrolment_request
from gateway import wire

DEVICE = "w-7k2m9q"
PATIENT = UUID("6f1c0f6e-3b0a-4c56-9d0e-2a9b4c7d8e10")
T = 1_764_000_000_000
_DEVICE_SEED = bytes(range(32))
_DEVICE_BOX = bytes(range(32, 64))
_GATEWAY_SEED = bytes(range(64, 96))
_GATEWAY_BOX = bytes(range(96, 128))
_NONCE = bytes(range(128, 152))

Vectors = dict[str, object]


def _keys() -> Vectors:
    return {
        "device_seed": _DEVICE_SEED.hex(),
        "device_public_key": wire.signing_keys(_DEVICE_SEED)[0].hex(),
        "device_box_private_key": _DEVICE_BOX.hex(),
        "device_box_public_key": crypto_scalarmult_base(_DEVICE_BOX).hex(),
        "gateway_seed": _GATEWAY_SEED.hex(),
        "gateway_public_key": wire.signing_keys(_GATEWAY_SEED)[0].hex(),
        "gateway_box_private_key": _GATEWAY_BOX.hex(),
        "gateway_box_public_key": crypto_scalarmult_base(_GATEWAY_BOX).hex(),
    }


def _device_messages() -> dict[str, wire.DeviceMessage]:
    return {
        "vitals": wire.Vitals(
            device=DEVICE,
            boot=3,
            seq=42,
            samples=[
                wire.Sample(t=T, hr=72, spo2=97.5, rr=15, temp=36.7),
                wire.Sample(t=T, sbp=121, dbp=78, q=wire.SampleQuality.MANUAL),
            ],
        ),
        "heartbeat": wire.Vitals(device=DEVICE, boot=3, seq=43, dropped=7),
        "clock": wire.Clock(
            device=DEVICE,
            boot=3,
            seq=41,
            now=T + 123,
            spooled=0,
            echo=wire.ClockEcho(gateway=T + 50, heard=T + 101),
        ),
        "receipt": wire.Receipt(
            device=DEVICE,
            boot=3,
            seq=44,
            command_id="c-1",
            state=wire.ReceiptState.DONE,
            at=T + 9_000,
        ),
    }


def _gateway_messages() -> dict[str, wire.GatewayMessage]:
    latest = wire.BootAcks(
        boot=3, upto=40, also=[(42, 44), (47, 47)], refused=[(46, wire.Refusal.MALFORMED.value)]
    )
    return {
        "acks": wire.Acks(
            device=DEVICE, time=T + 200, boots=[latest, wire.BootAcks(boot=2, upto=17)]
        ),
        "command": wire.Command(
            device=DEVICE,
            id="c-1",
            issued=T,
            expires=T + 600_000,
            command=wire.CommandName.MEASURE.value,
            args={"metric": "sbp"},
        ),
    }


def _frame(message: wire.DeviceMessage | wire.GatewayMessage, seed: bytes) -> Vectors:
    raw = wire.encode(message)
    return {
        "message": raw.decode(),
        "frame": wire.make_signed(raw, wire.signing_keys(seed)[1]).hex(),
    }


def _sealed(signed: bytes) -> Vectors:
    key = wire.box_key(crypto_scalarmult_base(_GATEWAY_BOX), _DEVICE_BOX)
    return {
        "signed_frame": signed.hex(),
        "nonce": _NONCE.hex(),
        "shared_key": key.hex(),
        "frame": wire.make_sealed(signed, _NONCE, key).hex(),
    }


def _enrolment(csr: str | None, *, box: bool) -> Vectors:
    box_public = crypto_scalarmult_base(_DEVICE_BOX) if box else None
    request = enrolment_request(
        "one-time-token", DeviceSecrets(seed=_DEVICE_SEED), box_public=box_public, csr=csr
    )
    text = wire.enrolment_text(request.token, request.public_key, request.box_public_key, csr)
    return {"request": msgspec.to_builtins(request), "signed_text": text.decode()}


def _malformed() -> list[str]:
    head = f'"type":"vitals/1","device":"{DEVICE}","boot":3,"seq":42'
    return [
        f'{{{head},"samples":[{{"t":{T}.5,"hr":72}}]}}',
        f'{{{head},"samples":[{{"t":{T}.0,"hr":72}}]}}',
        f'{{{head},"samples":[{{"t":{T},"hr":NaN}}]}}',
        f'{{{head},"samples":[{{"t":{T},"hr":Infinity}}]}}',
        f'{{{head},"samples":[{{"t":{T},"hr":"72"}}]}}',
        f'{{{head},"samples":[{{"hr":72}}]}}',
        f'{{"type":"vitals/9","device":"{DEVICE}","boot":3,"seq":42}}',
        f'{{"type":"vitals/1","device":"{DEVICE}","boot":3,"seq":0}}',
        f'{{"type":"vitals/1","device":"{DEVICE}","boot":4294967296,"seq":1}}',
    ]


def _coverage() -> Vectors:
    acks = _gateway_messages()["acks"]
    if not isinstance(acks, wire.Acks):
        raise TypeError(acks)
    covered = [seq for seq in range(38, 50) if wire.covers(acks.boots[0], seq)]
    return {"acks": "acks", "boot": 3, "asked": list(range(38, 50)), "covered": covered}


def make_vectors() -> Vectors:
    """All vectors; bytes in lower-case hex, keys in enrolment in base64."""
    device = {name: _frame(one, _DEVICE_SEED) for name, one in _device_messages().items()}
    gateway = {name: _frame(one, _GATEWAY_SEED) for name, one in _gateway_messages().items()}
    bucket = wire.bucket_of(PATIENT)
    topics = {kind.value: wire.device_topic(bucket, DEVICE, kind) for kind in wire.TopicKind}
    signed = wire.make_signed(
        wire.encode(_device_messages()["vitals"]), wire.signing_keys(_DEVICE_SEED)[1]
    )
    return {
        "protocol": 1,
        "keys": _keys(),
        "bucket": {"patient": str(PATIENT), "bucket": bucket, "device": DEVICE, "topics": topics},
        "device_frames": device,
        "gateway_frames": gateway,
        "sealed": _sealed(signed),
        "enrolment": [
            _enrolment(None, box=False),
            _enrolment("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n", box=True),
        ],
        "trust_key": encode_key(wire.signing_keys(_GATEWAY_SEED)[0]),
        "coverage": _coverage(),
        "malformed": _malformed(),
    }


def render() -> str:
    """The file's text."""
    return json.dumps(make_vectors(), indent=1) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render())
