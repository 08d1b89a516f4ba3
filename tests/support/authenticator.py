"""An authenticator of our own, that can also lie: another site, nobody verified, a copy."""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
_AAGUID = bytes(16)


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(slots=True)
class Authenticator:
    """One credential, which signs whatever it is asked."""

    origin: str
    host: str = "127.0.0.1"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def registers(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends of this authenticator at a registration."""
        said = self._client_data("webauthn.create", options["challenge"])
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = _AAGUID + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential({"clientDataJSON": said, "attestationObject": text(attestation)})

    def signs(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends of this authenticator at a log-in."""
        self.count += 1
        said = self._client_data("webauthn.get", options["challenge"])
        data = self._data()
        digest = hashlib.sha256(base64.urlsafe_b64decode(said + "==")).digest()
        signature = self.key.sign(data + digest, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": said,
            "authenticatorData": text(data),
            "signature": text(signature),
        }
        return self._credential(response)

    def _client_data(self, kind: str, challenge: str) -> str:
        body = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return text(json.dumps(body).encode())

    def _data(self, more: int = 0) -> bytes:
        site = hashlib.sha256(self.host.encode()).digest()
        return site + bytes([self.flags | more]) + struct.pack(">I", self.count)

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        named = text(self.id)
        return {"id": named, "rawId": named, "type": "public-key", "response": response}
