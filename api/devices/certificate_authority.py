"""The devices' certificate authority: client certificates for the broker, and their revocation.

A certificate only opens the broker's door: what counts for a reading is the signature inside the
frame. The common name is the device's id, which the broker makes its user name, whatever the
request said. Certificates live by real time, since the broker's TLS checks them by real clocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=397)
CRL_LIFETIME = timedelta(days=30)
_BACKDATED = timedelta(hours=1)
_MIN_RSA_BITS = 2048
_MAX_CSR_CHARS = 16_384

AuthorityKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
DeviceKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


class RequestRefusedError(Exception):
    """A certificate request that is not signed by its own key, or with a key too weak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A signed certificate: serial number in lower-case hex, PEM text, and when it ends (UTC)."""

    serial: str
    pem: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A certificate that counts no more, and since when."""

    serial: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthority:
    """Signs device certificates and the list of revoked ones."""

    certificate: x509.Certificate
    key: AuthorityKey

    @classmethod
    def load(cls, certificate_file: Path, key_file: Path) -> "DeviceAuthority":
        """Read the authority from its two PEM files.

        Raises:
            OSError: a file cannot be read.
            ValueError: a file does not hold what it should.
        """
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, AuthorityKey):
            raise ValueError(f"{key_file} holds a key that cannot sign certificates")  # noqa: TRY004
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        return cls(certificate=certificate, key=key)

    def _digest(self) -> hashes.SHA256 | None:
        return None if isinstance(self.key, ed25519.Ed25519PrivateKey) else hashes.SHA256()

    def sign(self, request_pem: str, device_id: str, now: datetime) -> Issued:
        """Sign a PKCS#10 request for a device; its subject and extensions are ignored.

        Args:
            request_pem: the request in PEM.
            device_id: becomes the common name.
            now: real time (UTC).

        Raises:
            RequestRefusedError: malformed, not signed by its own key, or the key is too weak.
        """
        key = _request_key(request_pem)
        serial = x509.random_serial_number()
        expires = (now + LIFETIME).replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device_id)]))
            .issuer_name(self.certificate.subject)
            .public_key(key)
            .serial_number(serial)
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(expires)
        )
        for extension, critical in self._extensions(key):
            builder = builder.add_extension(extension, critical=critical)
        signed = builder.sign(self.key, self._digest())
        pem = signed.public_bytes(serialization.Encoding.PEM).decode()
        return Issued(serial=f"{serial:x}", pem=pem, expires=expires)

    def _extensions(self, key: DeviceKey) -> list[tuple[x509.ExtensionType, bool]]:
        usage = x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=False,
            crl_sign=False,
            encipher_only=False,
            decipher_only=False,
        )
        issuer = self.certificate.public_key()
        if not isinstance(issuer, DeviceKey):
            raise TypeError("the authority's certificate has a key that cannot sign")
        return [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (usage, True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (x509.SubjectKeyIdentifier.from_public_key(key), False),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False),
        ]

    def revocation_list(self, revoked: Iterable[Revoked], now: datetime) -> bytes:
        """Return the signed list of revoked certificates in PEM, good for 30 days.

        An expired list shuts every device out, so it is made anew each day.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - _BACKDATED)
            .next_update(now + CRL_LIFETIME)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        )
        for one in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(one.serial, 16))
                .revocation_date(one.since)
                .build()
            )
        return builder.sign(self.key, self._digest()).public_bytes(serialization.Encoding.PEM)


def _request_key(request_pem: str) -> DeviceKey:
    """Return the key of a request that is signed by it and strong enough."""
    if len(request_pem) > _MAX_CSR_CHARS:
        raise RequestRefusedError("is too large")
    try:
        request = x509.load_pem_x509_csr(request_pem.encode())
        signed = request.is_signature_valid
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise RequestRefusedError("is not a PEM PKCS#10 request") from error
    if not signed:
        raise RequestRefusedError("is not signed by its own key")
    match key:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1() | ec.SECP384R1()):
            return key
        case ed25519.Ed25519PublicKey():
            return key
        case rsa.RSAPublicKey() if key.key_size >= _MIN_RSA_BITS:
            return key
        case _:
            raise RequestRefusedError("needs a P-256, P-384, Ed25519 or RSA key of 2048 bits")
