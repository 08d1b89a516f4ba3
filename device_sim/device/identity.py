"""Identity of a device: its id and topics, its own keys, and the gateway's keys it trusts.

Also the enrolment request: the keys are made here and their private halves stay here.
"""

import base64
from collections.abc import Callable

import msgspec

from gateway import wire


class DeviceSecrets(msgspec.Struct, frozen=True):
    """The device's secrets: an Ed25519 seed and, if it seals, an X25519 private key (32 bytes)."""

    seed: bytes
    box_private: bytes | None = None

    @property
    def public(self) -> bytes:
        """The public signing key."""
        return wire.signing_keys(self.seed)[0]

    @property
    def secret(self) -> bytes:
        """The 64-byte secret key that signs."""
        return wire.signing_keys(self.seed)[1]


class Identity(msgspec.Struct, frozen=True):
    """What enrolment gave: id, bucket, and the gateway's public keys, newest last."""

    device: str
    bucket: str
    gateway_sign: tuple[bytes, ...]
    gateway_box: bytes

    def topic(self, kind: wire.TopicKind) -> str:
        """The device's own topic of one kind."""
        return wire.device_topic(self.bucket, self.device, kind)


def encode_key(key: bytes) -> str:
    """A key as enrolment sends it: standard base64."""
    return base64.b64encode(key).decode("ascii")


def make_keys(random_bytes: Callable[[int], bytes], *, seal: bool = False) -> DeviceSecrets:
    """Fresh keys from a source of randomness (``os.urandom``, or a seeded one in simulations)."""
    return DeviceSecrets(seed=random_bytes(32), box_private=random_bytes(32) if seal else None)


def enrolment_request(
    token: str, keys: DeviceSecrets, *, box_public: bytes | None = None, csr: str | None = None
) -> wire.EnrolmentRequest:
    """The body of ``POST /enrol`` with its proof that we hold the new signing key."""
    public = encode_key(keys.public)
    box = encode_key(box_public) if box_public is not None else None
    text = wire.enrolment_text(token, public, box, csr)
    proof = encode_key(wire.make_proof(text, keys.secret))
    return wire.EnrolmentRequest(
        token=token, public_key=public, proof=proof, box_public_key=box, csr=csr
    )


def identity_of(answer: wire.EnrolmentAnswer) -> Identity:
    """The identity that an enrolment's answer gives.

    Raises:
        ValueError: a key in the answer is not base64.
    """
    return Identity(
        device=answer.device,
        bucket=answer.bucket,
        gateway_sign=tuple(
            base64.b64decode(key, validate=True) for key in answer.gateway.sign_public_keys
        ),
        gateway_box=base64.b64decode(answer.gateway.box_public_key, validate=True),
    )
