"""One function for each part that reads others' bytes: it may refuse, and nothing else.

Each also holds what the part promises: what is refused is told, and nothing is silently lost.
"""

# ruff: noqa: PT017 - a refusal is not what is expected: it is what may be

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import cryptography.x509  # noqa: F401 - loaded before atheris looks
from nacl.signing import SigningKey

from api.devices.certificate_authority import DeviceAuthority, RequestRefusedError
from api.errors import InvalidError
from api.evidence.observation_ids import parse
from api.fhir import identity
from api.fhir import search as searching
from api.fhir.entering import of_bundle
from api.fhir.find.readings import wanted_metrics
from api.fhir.find.registry import TYPES
from api.fhir.resources.entered import entry_of, patient_of_entry, source_of
from api.fhir.resources.rota import slot_key, slot_named
from api.forms.paging import read_cursor
from api.hl7 import messages
from api.hl7.receiving import opened
from api.hl7.settings import Hl7Settings
from deploy.secrets.certificates import make_authority
from device_sim.errors import RecordingInvalid
from device_sim.recordings.csv_file import read_csv
from gateway import wire
from gateway.wire import Refusal, unknown_members
from gateway.wire.frames import signing_keys

NOW = datetime(2026, 11, 30, tzinfo=UTC)
_KEY = SigningKey(b"k" * 32)
_PUBLIC, _SECRET = signing_keys(b"k" * 32)
_BOX = wire.box_key(bytes(_KEY.to_curve25519_private_key().public_key), b"b" * 32)
_HL7 = Hl7Settings(key_file=Path("x"), port=2575)
_CURSORS = (
    (datetime, int, int, float),
    (int,),
    (int, float, datetime, UUID),
    (datetime, UUID),
    (str,),
)


def frames(data: bytes) -> None:
    """A frame as it comes from the broker, and a message that a device has signed."""
    kind = wire.frame_kind(data)
    if not isinstance(kind, Refusal):
        wire.open_signed(data, _PUBLIC)
        wire.open_sealed(data, _BOX)
    signed = wire.make_signed(data, _SECRET)
    assert wire.open_signed(signed, _PUBLIC) == data, "what was signed is what is read"
    message = wire.decode_device_message(data)
    if not isinstance(message, Refusal):
        assert unknown_members.count_ignored(data, message) >= 0
        again = wire.decode_device_message(wire.encode(message))
        assert again == message, "what was understood is kept"
    wire.decode_gateway_message(data)
    wire.decode_status(data)
    wire.parse_topic(data.decode("utf-8", "replace"))


_AUTHORITY: list[DeviceAuthority] = []


def _authority() -> DeviceAuthority:
    if not _AUTHORITY:
        made = make_authority("fuzz", NOW)
        folder = Path(tempfile.mkdtemp(prefix="homeward-fuzz-"))
        (folder / "ca.crt").write_bytes(made.certificate_pem())
        (folder / "ca.key").write_bytes(made.key_pem())
        _AUTHORITY.append(DeviceAuthority.load(folder / "ca.crt", folder / "ca.key"))
    return _AUTHORITY[0]


def certificate_requests(data: bytes) -> None:
    """A request for a device's certificate: PEM, and what stands in it."""
    text = data.decode("latin-1")
    body = f"-----BEGIN CERTIFICATE REQUEST-----\n{text}\n-----END CERTIFICATE REQUEST-----\n"
    for asked in (text, body):
        try:
            issued = _authority().sign(asked, "w-1", NOW)
        except RequestRefusedError:
            continue
        assert "BEGIN CERTIFICATE" in issued.pem


def recordings(data: bytes) -> None:
    """A recording of somebody's vitals, as CSV."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        try:
            read_csv(Path(file.name))
        except RecordingInvalid as refused:
            assert str(refused)


def fhir_resources(data: bytes) -> None:
    """An Observation, and a transaction, as another system sends them."""
    try:
        body: Any = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(body, dict):
        return
    for read in (entry_of, patient_of_entry, of_bundle):
        try:
            read(body)
        except InvalidError as refused:
            assert refused.found
    source_of(body)


def fhir_searches(data: bytes) -> None:
    """Parameters of a search, and ids of resources."""
    text = data.decode("utf-8", "replace")
    pairs = parse_qsl(text, keep_blank_values=True)
    for kind, of_type in TYPES.items():
        try:
            found = searching.read(kind, pairs, frozenset(of_type.parameters), lenient=True)
            found.patient()
            found.span("date")
            found.span("start")
            wanted_metrics(found)
        except InvalidError as refused:
            assert refused.found
    identity.parsed(text)
    parse(text)
    named = slot_named(text)
    assert named is None or slot_key(*named) == text


def hl7_messages(data: bytes) -> None:
    """A block of MLLP: it is a message or a refusal, and is acknowledged either way."""
    for block in (data, b"MSH|^~\\&|" + data):
        read = opened(block, _HL7)
        assert (read.message is None) == (read.refusal is not None)
        told = messages.acknowledgement(read.header, "AE", "why", NOW, "1")
        assert [one[:7] for one in told.split("\r")].count("MSA|AE|") == 1
        assert told.encode()


def cursors(data: bytes) -> None:
    """Where a page of a list starts."""
    text = data.decode("latin-1")
    for kinds in _CURSORS:
        try:
            read_cursor(text, *kinds)
        except InvalidError as refused:
            assert refused.field == "cursor"


TARGETS: MappingProxyType[str, Callable[[bytes], None]] = MappingProxyType(
    {
        one.__name__: one
        for one in (
            frames,
            certificate_requests,
            recordings,
            fhir_resources,
            fhir_searches,
            hl7_messages,
            cursors,
        )
    }
)
