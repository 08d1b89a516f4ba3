"""What each target begins with: right input, from which the wrong one is made."""

import base64
import json
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api.forms.paging import write_cursor
from tests.fuzz.targets import NOW
from tests.support.mllp import adt

_PATIENT = "11111111-2222-4333-8444-555555555555"
_OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
    "subject": {"reference": f"Patient/{_PATIENT}"},
    "effectiveDateTime": "2026-11-30T08:00:00Z",
    "valueQuantity": {"value": 72, "system": "http://unitsofmeasure.org", "code": "/min"},
}
_FROM = {"device": "w-7k2m9q", "boot": 3, "seq": 42}
_SAMPLE = {"t": 1764000000000, "hr": 72, "spo2": 97.5, "q": "manual"}
_VITALS = {"type": "vitals/1", **_FROM, "samples": [_SAMPLE]}
_ECHO = {"gateway": 1764000000050, "heard": 1764000000101}
_CLOCK = {"type": "clock/1", **_FROM, "now": 1764000000123, "spooled": 0, "echo": _ECHO}
_ENTRY = {"resource": _OBSERVATION, "request": {"method": "POST", "url": "Observation"}}
_BUNDLE = {"resourceType": "Bundle", "type": "transaction", "entry": [_ENTRY]}
_SLOT = f"{_PATIENT}-20261201T0820Z".encode()
_SEARCH = f"patient={_PATIENT}&code=http://loinc.org|8867-4&date=ge2026-11-30T08:00:00Z&_count=9"


def _request() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "w-1")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return base64.encodebytes(made.public_bytes(serialization.Encoding.DER))


EXAMPLES: MappingProxyType[str, tuple[bytes, ...]] = MappingProxyType(
    {
        "frames": (
            json.dumps(_VITALS).encode(),
            json.dumps(_CLOCK).encode(),
            b"homeward/v1/3f/w-7k2m9q/vitals",
            b"\x01" + b"s" * 64 + b"{}",
            b"\x02" + b"n" * 24 + b"c" * 40,
        ),
        "certificate_requests": (_request(),),
        "recordings": (
            b"time,patient,hr,spo2,temp_f,quality\n2026-11-30T08:00:00Z,a,72,97,98.6,ok\n",
            b"time;patient;hr\n1764000000;b;71\n",
        ),
        "fhir_resources": tuple(json.dumps(one).encode() for one in (_OBSERVATION, _BUNDLE)),
        "fhir_searches": (_SEARCH.encode(), b"news2-AAYf.1.2.3", b"date=eq2026-02&_id=x", _SLOT),
        "hl7_messages": (
            adt("A01", "1", "R-1"),
            adt("A40", "2", "R-1", prior="R-2"),
            adt("A08", "3", "R-1", name="O\\T\\N~X^Y&Z", charset="8859/1"),
            adt("A40", "4", "R-1", prior="R-2").replace(b"|^~\\&|ADT", b"|&~\\|A&DT"),
        ),
        "cursors": tuple(
            write_cursor(*key).encode() for key in ((NOW, 1, 2, 3.0), (7,), (NOW, _PATIENT), ("a",))
        ),
    }
)
