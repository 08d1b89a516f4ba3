"""Enrolment: the proof that the caller holds the private half of the key it brings."""

import hashlib

from msgspec import Struct
from nacl.bindings import crypto_sign, crypto_sign_open
from nacl.exceptions import CryptoError

from gateway.wire.frames import SIGNATURE_BYTES

_TITLE = "homeward-enrol/1"


class EnrolmentRequest(Struct, kw_only=True, omit_defaults=True):
    """Body of ``POST /api/v1/enrol``; keys and proof in standard base64, ``csr`` in PEM."""

    token: str
    public_key: str
    proof: str
    box_public_key: str | None = None
    csr: str | None = None


class EnrolledTopics(Struct, frozen=True):
    """The device's own topics."""

    vitals: str
    status: str
    commands: str
    receipts: str
    acks: str


class EnrolledMqtt(Struct, frozen=True):
    """Where the broker is, and what to trust there."""

    host: str
    port: int
    ca_pem: str | None = None
    client_certificate_pem: str | None = None


class EnrolledGateway(Struct, frozen=True):
    """The gateway's keys, in standard base64."""

    sign_public_keys: list[str]
    box_public_key: str


class EnrolmentAnswer(Struct, frozen=True):
    """The answer 201 to an enrolment."""

    device: str
    bucket: str
    topics: EnrolledTopics
    mqtt: EnrolledMqtt
    gateway: EnrolledGateway


def enrolment_text(
    token: str, public_key: str, box_public_key: str | None, csr: str | None
) -> bytes:
    """The five lines that the proof signs; keys as the base64 text that is sent."""
    csr_hash = hashlib.sha256(csr.encode()).hexdigest() if csr else ""
    return "\n".join((_TITLE, token, public_key, box_public_key or "", csr_hash)).encode()


def make_proof(text: bytes, secret_key: bytes) -> bytes:
    """The 64-byte signature over the text, with the 64-byte secret key of ``signing_keys``."""
    return crypto_sign(text, secret_key)[:SIGNATURE_BYTES]


def proof_holds(text: bytes, proof: bytes, public_key: bytes) -> bool:
    """Whether the proof is the public key's signature over the text."""
    try:
        crypto_sign_open(proof + text, public_key)
    except (CryptoError, ValueError):
        return False
    return len(proof) == SIGNATURE_BYTES
