"""A device's TLS identity: a key that stays here, a request for a certificate, a context."""

import ssl
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from device_sim.errors import WardRefused
from gateway import wire


def make_tls_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def tls_key_text(key: ec.EllipticCurvePrivateKey) -> str:
    """A key in PEM, to be kept where nobody else reads."""
    return _secret(key).decode()


def read_tls_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A key that ``tls_key_text`` wrote.

    Raises:
        ValueError: it is none.
    """
    key = serialization.load_pem_private_key(text.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("not an elliptic-curve key")
    return key


def _secret(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def certificate_request(key: ec.EllipticCurvePrivateKey) -> str:
    """A PKCS#10 request in PEM; its subject is ignored, the certificate names the device."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "device")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def client_context(key: ec.EllipticCurvePrivateKey, mqtt: wire.EnrolledMqtt) -> ssl.SSLContext:
    """A context that shows the device's certificate and trusts only the ward's authority.

    Raises:
        WardRefused: the enrolment brought no certificate.
    """
    context = ssl.create_default_context(cadata=mqtt.ca_pem)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    show_certificate(context, key, mqtt)
    return context


def show_certificate(
    context: ssl.SSLContext, key: ec.EllipticCurvePrivateKey, mqtt: wire.EnrolledMqtt
) -> None:
    """Show what an enrolment brought, from the next connection on; the present one stays.

    Raises:
        WardRefused: the enrolment brought no certificate.
    """
    if mqtt.client_certificate_pem is None:
        raise WardRefused("the enrolment answered without a client certificate")
    secret = _secret(key)
    with tempfile.TemporaryDirectory() as folder:  # the ssl module reads keys from files only
        file = Path(folder) / "device.pem"
        file.touch(mode=0o600)
        file.write_bytes(secret + mqtt.client_certificate_pem.encode())
        context.load_cert_chain(file)
