"""The embedded stack's certificates: two authorities that never vouch for each other.

Devices are trusted on the device listener alone, by the device authority; the gateway on the
service listener alone, by the service authority, which also signs the broker's own certificate.
A device's certificate is thus worth nothing where the gateway connects, whatever name it bears.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
LEAF_DAYS = 397
RENEW_BEFORE = timedelta(days=30)
_BACKDATED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def certificate_pem(self) -> bytes:
        """Return the certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self) -> bytes:
        """Return the private key as unencrypted PKCS#8 PEM."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def belongs_together(self) -> bool:
        """Whether the certificate is for this key."""
        return self.certificate.public_key() == self.key.public_key()

    def due(self, now: datetime) -> bool:
        """Whether the certificate ends within 30 days."""
        return self.certificate.not_valid_after_utc - now < RENEW_BEFORE


def load(certificate_file: Path, key_file: Path) -> Credential:
    """Read a credential from its two PEM files."""
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{key_file} holds no elliptic-curve key")
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    return Credential(certificate=certificate, key=key)


def make_authority(name: str, now: datetime) -> Credential:
    """Make a new certificate authority that may sign leaves only."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, now, AUTHORITY_DAYS, key)
        .issuer_name(_name(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Credential(certificate=certificate, key=key)


def issue_server(authority: Credential, now: datetime, names: Sequence[str] = ()) -> Credential:
    """Issue a server certificate for localhost and 127.0.0.1, and for other DNS names."""
    hosts = x509.SubjectAlternativeName(
        [
            x509.DNSName("localhost"),
            *(x509.DNSName(name) for name in names),
            x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")),
            x509.IPAddress(ipaddress.IPv6Address("::1")),
        ]
    )
    return _issue(authority, "localhost", now, ExtendedKeyUsageOID.SERVER_AUTH, hosts)


def issue_client(authority: Credential, name: str, now: datetime) -> Credential:
    """Issue a client certificate whose common name is ``name``."""
    return _issue(authority, name, now, ExtendedKeyUsageOID.CLIENT_AUTH, None)


def _issue(
    authority: Credential,
    name: str,
    now: datetime,
    purpose: x509.ObjectIdentifier,
    hosts: x509.SubjectAlternativeName | None,
) -> Credential:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        _builder(name, now, LEAF_DAYS, key)
        .issuer_name(authority.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    if hosts is not None:
        builder = builder.add_extension(hosts, critical=False)
    return Credential(certificate=builder.sign(authority.key, hashes.SHA256()), key=key)


def _builder(
    name: str, now: datetime, days: int, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
