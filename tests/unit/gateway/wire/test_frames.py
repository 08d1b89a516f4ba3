"""Topics, frames and enrolment proofs of the device protocol."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_box_seed_keypair

from gateway import wire

PUBLIC, SECRET = wire.signing_keys(bytes(range(32)))
DEVICE_BOX = crypto_box_seed_keypair(b"d" * 32)
GATEWAY_BOX = crypto_box_seed_keypair(b"g" * 32)
KEY = wire.box_key(GATEWAY_BOX[0], DEVICE_BOX[1])


def test_bucket_is_the_first_byte_of_the_hash_of_the_uuid() -> None:
    assert wire.bucket_of(UUID("00000000-0000-0000-0000-000000000000")) == "12"
    assert wire.bucket_of(UUID("ABCDEF00-0000-4000-8000-00000000000A")) == wire.bucket_of(
        UUID("abcdef00-0000-4000-8000-00000000000a")
    )


@pytest.mark.parametrize("kind", list(wire.TopicKind))
def test_topic_round_trip(kind: wire.TopicKind) -> None:
    topic = wire.device_topic("0f", "w-7k2m9q", kind)
    assert topic == f"homeward/v1/0f/w-7k2m9q/{kind.value}"
    assert wire.parse_topic(topic) == ("0f", "w-7k2m9q", kind)


@pytest.mark.parametrize(
    "topic",
    [
        "homeward/v1/0F/w-7k2m9q/vitals",
        "homeward/v1/0f/w-7k2m9q/other",
        "homeward/v1/0f/W-7K/vitals",
        "homeward/v1/0f/-abc/vitals",
        "homeward/v1/0f/ab/vitals",
        f"homeward/v1/0f/{'a' * 64}/vitals",
        "homeward/v1/0f/abc/vitals/x",
        "homeward/v1/0f/abc/vitals\n",
        "homeward/v2/0f/abc/vitals",
        "",
    ],
)
def test_foreign_topics_are_refused(topic: str) -> None:
    assert wire.parse_topic(topic) is wire.Refusal.TOPIC_MISMATCH


def test_signed_frame_round_trip() -> None:
    frame = wire.make_signed(b"hello", SECRET)
    assert frame[0] == 1
    assert len(frame) == 1 + 64 + 5
    assert wire.frame_kind(frame) is wire.FrameKind.SIGNED
    assert wire.unverified_message(frame) == b"hello"
    assert wire.open_signed(frame, PUBLIC) == b"hello"


def test_sealed_frame_round_trip() -> None:
    signed = wire.make_signed(b"hello", SECRET)
    sealed = wire.make_sealed(signed, b"n" * 24, KEY)
    assert wire.frame_kind(sealed) is wire.FrameKind.SEALED
    assert wire.open_sealed(sealed, wire.box_key(DEVICE_BOX[0], GATEWAY_BOX[1])) == signed
    assert wire.open_sealed(sealed, b"k" * 32) is wire.Refusal.UNSEALABLE
    junk = wire.make_sealed(b"junk", b"n" * 24, KEY)
    assert wire.open_sealed(junk, KEY) is wire.Refusal.MALFORMED


def test_a_sealed_frame_inside_a_sealed_frame_is_malformed() -> None:
    inner = wire.make_sealed(wire.make_signed(b"x", SECRET), b"n" * 24, KEY)
    assert wire.open_sealed(wire.make_sealed(inner, b"m" * 24, KEY), KEY) is wire.Refusal.MALFORMED


def test_size_limit_is_exact() -> None:
    message = b"x" * (wire.MAX_FRAME_BYTES - 65)
    frame = wire.make_signed(message, SECRET)
    assert wire.frame_kind(frame) is wire.FrameKind.SIGNED
    assert wire.frame_kind(frame + b"x") is wire.Refusal.OVERSIZED


@pytest.mark.parametrize("frame", [b"", b"\x01", b"\x02", b"\x01" + b"x" * 63, b"\x03" * 200])
def test_short_or_unknown_frames_are_malformed(frame: bytes) -> None:
    assert wire.frame_kind(frame) is wire.Refusal.MALFORMED


@given(st.integers(min_value=1), st.integers(min_value=1, max_value=255))
def test_any_changed_byte_breaks_the_signature(place: int, mask: int) -> None:
    frame = bytearray(wire.make_signed(b'{"type":"vitals/1"}', SECRET))
    frame[1 + place % (len(frame) - 1)] ^= mask
    assert wire.open_signed(bytes(frame), PUBLIC) is wire.Refusal.BAD_SIGNATURE


@given(st.binary(max_size=300))
def test_no_bytes_raise(raw: bytes) -> None:
    wire.frame_kind(raw)
    assert wire.open_signed(b"\x01" + raw, PUBLIC) is wire.Refusal.BAD_SIGNATURE
    assert wire.open_sealed(b"\x02" + raw, KEY) is wire.Refusal.UNSEALABLE
    assert isinstance(wire.decode_device_message(raw), wire.Refusal)
    assert isinstance(wire.decode_gateway_message(raw), wire.Refusal)


def test_enrolment_text_is_five_lines() -> None:
    text = wire.enrolment_text("tok", "PK", None, None)
    assert text == b"homeward-enrol/1\ntok\nPK\n\n"
    with_all = wire.enrolment_text("tok", "PK", "BK", "csr")
    assert with_all.count(b"\n") == 4
    assert len(with_all.rsplit(b"\n", 1)[1]) == 64


def test_proof_holds_only_for_its_text_and_key() -> None:
    text = wire.enrolment_text("tok", "PK", "BK", None)
    proof = wire.make_proof(text, SECRET)
    other, _ = wire.signing_keys(b"o" * 32)
    assert wire.proof_holds(text, proof, PUBLIC)
    assert not wire.proof_holds(text + b"x", proof, PUBLIC)
    assert not wire.proof_holds(text, proof, other)
    assert not wire.proof_holds(text[1:], proof + text[:1], PUBLIC)
    assert not wire.proof_holds(text, b"", PUBLIC)
    assert not wire.proof_holds(text, proof, b"short")
