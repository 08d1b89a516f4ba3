"""The devices' authority: what it signs, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from api.devices.certificate_authority import (
    CRL_LIFETIME,
    DeviceAuthority,
    RequestRefusedError,
    Revoked,
)
from deploy.secrets.certificates import make_authority

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RequestKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DeviceAuthority:
    folder = tmp_path_factory.mktemp("ca")
    made = make_authority("devices", NOW)
    (folder / "ca.crt").write_bytes(made.certificate_pem())
    (folder / "ca.key").write_bytes(made.key_pem())
    return DeviceAuthority.load(folder / "ca.crt", folder / "ca.key")


def request_of(key: RequestKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "homeward-gateway")])
    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.sign(key, digest).public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()],
    ids=["P-256", "Ed25519"],
)
def test_the_name_is_the_devices_whatever_the_request_says(
    authority: DeviceAuthority, key: RequestKey
) -> None:
    issued = authority.sign(request_of(key), "w-one", NOW)
    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    assert certificate.subject.rfc4514_string() == "CN=w-one"
    assert f"{certificate.serial_number:x}" == issued.serial
    assert certificate.not_valid_before_utc <= NOW < certificate.not_valid_after_utc
    assert certificate.not_valid_after_utc == issued.expires
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert basic.ca is False
    certificate.verify_directly_issued_by(authority.certificate)


def test_weak_and_broken_requests_are_refused(authority: DeviceAuthority) -> None:
    good = request_of(ec.generate_private_key(ec.SECP256R1()))
    other = request_of(ec.generate_private_key(ec.SECP256R1()))
    lines, swapped = good.splitlines(), other.splitlines()
    forged = "\n".join([*lines[:-2], swapped[-2], lines[-1]])
    weak_key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    weak = request_of(weak_key)
    for wrong in ("", "junk", forged, weak, good * 40):
        with pytest.raises(RequestRefusedError):
            authority.sign(wrong, "w-one", NOW)


def test_the_list_of_the_revoked_is_signed_and_lasts(authority: DeviceAuthority) -> None:
    since = NOW - timedelta(days=2)
    pem = authority.revocation_list([Revoked(serial="ff01", since=since)], NOW)
    listed = x509.load_pem_x509_crl(pem)
    assert [one.serial_number for one in listed] == [0xFF01]
    assert listed.next_update_utc == NOW + CRL_LIFETIME
    key = authority.certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert listed.is_signature_valid(key)
