"""Admission: who counts, and that nothing a stranger sends raises."""

from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_scalarmult_base

from analytics.domain.care import PatientState
from analytics.settings.in_force import StoredPlan, WardSettingsCache
from gateway import wire
from gateway.admission.registry import OVERLAP_MS, Device, DeviceKey, Patient, Registry
from gateway.admission.replay_window import ReplayWindow
from gateway.admission.verdict import ACCEPTED, DUPLICATE, Accepted, Duplicate, admit, key_refusal
from gateway.admission.verification import DecodedFrame, RefusedFrame, decode_frame, unseal
from gateway.wire import Refusal

NOW = 1_764_000_000_000
PUBLIC, SECRET = wire.signing_keys(b"a" * 32)
OTHER_PUBLIC, OTHER_SECRET = wire.signing_keys(b"b" * 32)
BOX = b"g" * 32
TOPIC = wire.Topic("0f", "w-one", wire.TopicKind.VITALS)


def device_of(no: int, name: str, bound_from_ms: int | None) -> Device:
    return Device(no, name, no, revoked=False, bound_from_ms=bound_from_ms, bound_to_ms=None)


def ward() -> tuple[Registry, Device]:
    registry = Registry()
    plan = StoredPlan()
    patients = [
        Patient(no, "0f", PatientState.ACTIVE, None, "main", plan, WardSettingsCache())
        for no in (1, 2)
    ]
    devices = [device_of(no, name, bound_from_ms=0) for no, name in ((1, "w-one"), (2, "w-two"))]
    keys = [DeviceKey(1, 1, PUBLIC), DeviceKey(2, 2, OTHER_PUBLIC)]
    registry.apply_rows(1, patients, devices, keys)
    return registry, registry.devices["w-one"]


def message(device: str = "w-one", boot: int = 1, seq: int = 5) -> wire.Vitals:
    return wire.Vitals(device=device, boot=boot, seq=seq, samples=[])


def signed(said: wire.DeviceMessage, secret: bytes = SECRET) -> bytes:
    return wire.make_signed(wire.encode(said), secret)


def opened(said: wire.DeviceMessage) -> DecodedFrame:
    registry, device = ward()
    made = decode_frame(signed(said), TOPIC, device, registry)
    assert isinstance(made, DecodedFrame)
    return made


def judge(
    one: DecodedFrame,
    *,
    bucket: str | None = "0f",
    window: ReplayWindow | None = None,
    kept: Collection[bytes] = (),
) -> Accepted | Duplicate | RefusedFrame:
    return admit(one.vouched, TOPIC, bucket, refused=None, window=window, kept=kept, now_ms=NOW)


def why(verdict: Accepted | Duplicate | RefusedFrame) -> Refusal | None:
    return verdict.reason if isinstance(verdict, RefusedFrame) else None


def test_a_first_frame_counts_and_a_second_does_not() -> None:
    one = opened(message())
    assert judge(one) is ACCEPTED
    window = ReplayWindow(1)
    window.mark_handled(5)
    assert judge(one, window=window, kept=[one.frame]) is DUPLICATE
    assert judge(one, window=window) is DUPLICATE
    assert why(judge(one, window=window, kept=[b"other"])) is Refusal.CONFLICT


def test_below_the_window_it_is_replayed_unless_it_is_stored() -> None:
    one = opened(message())
    window = ReplayWindow(1)
    window.mark_handled(9_000)
    assert why(judge(one, window=window)) is Refusal.REPLAYED
    assert judge(one, window=window, kept=[one.frame]) is DUPLICATE


def test_the_bucket_must_be_the_patients() -> None:
    assert why(judge(opened(message()), bucket="10")) is Refusal.TOPIC_MISMATCH
    assert why(judge(opened(message()), bucket=None)) is Refusal.TOPIC_MISMATCH


def test_topic_message_and_key_must_agree() -> None:
    registry, device = ward()
    frames = {
        signed(message(device="w-two")): Refusal.TOPIC_MISMATCH,
        signed(message(device="w-two"), OTHER_SECRET): Refusal.TOPIC_MISMATCH,
        signed(message(), OTHER_SECRET): Refusal.BAD_SIGNATURE,
        signed(message(device="w-none"), OTHER_SECRET): Refusal.BAD_SIGNATURE,
    }
    for frame, reason in frames.items():
        made = decode_frame(frame, TOPIC, device, registry)
        assert isinstance(made, RefusedFrame)
        assert made.reason is reason
        assert made.vouched is None
    receipts = TOPIC._replace(kind=wire.TopicKind.RECEIPTS)
    made = decode_frame(signed(message()), receipts, device, registry)
    assert isinstance(made, RefusedFrame)
    assert (made.reason, made.number) == (Refusal.TOPIC_MISMATCH, (1, 5))


def test_a_signed_riddle_is_covered_if_its_number_is_legible() -> None:
    registry, device = ward()
    raw = b'{"type":"vitals/9","device":"w-one","boot":2,"seq":7}'
    made = decode_frame(wire.make_signed(raw, SECRET), TOPIC, device, registry)
    assert isinstance(made, RefusedFrame)
    assert (made.reason, made.number) == (Refusal.MALFORMED, (2, 7))
    made = decode_frame(wire.make_signed(b"no", SECRET), TOPIC, device, registry)
    assert isinstance(made, RefusedFrame)
    assert made.vouched is not None
    assert made.number is None


def test_a_signed_nan_is_refused_under_its_number() -> None:
    registry, device = ward()
    raw = b'{"type":"vitals/1","device":"w-one","boot":2,"seq":7,"samples":[{"t":1,"hr":NaN}]}'
    made = decode_frame(wire.make_signed(raw, SECRET), TOPIC, device, registry)
    assert isinstance(made, RefusedFrame)
    assert (made.reason, made.number) == (Refusal.MALFORMED, (2, 7))


def test_sealed_frames_open_with_the_devices_own_box_key() -> None:
    registry, device = ward()
    private = b"d" * 32
    device.keys[0].box_public = crypto_scalarmult_base(private)
    shared = wire.box_key(crypto_scalarmult_base(BOX), private)
    frame = signed(message())
    assert unseal(wire.make_sealed(frame, b"n" * 24, shared), device, BOX) == frame
    assert unseal(b"\x02" + bytes(99), device, BOX) is Refusal.UNSEALABLE
    device.keys[0].box_public, device.keys[0].shared = bytes(32), None
    assert unseal(b"\x02" + bytes(99), device, BOX) is Refusal.UNSEALABLE
    assert len(registry.devices) == 2


def test_keys_end_by_revocation_and_by_a_newer_one() -> None:
    _, device = ward()
    key = device.keys[0]
    assert key_refusal(device, key, (1, 5), NOW) is None
    key.superseded_ms, key.superseded_at = NOW, (1, 5)
    assert key_refusal(device, key, (1, 4), NOW) is None
    assert key_refusal(device, key, (1, 5), NOW) is not None
    assert key_refusal(device, key, (2, 1), NOW) is not None
    assert key_refusal(device, key, None, NOW) is not None
    assert key_refusal(device, key, (1, 4), NOW + OVERLAP_MS + 1) is not None
    key.superseded_ms = None
    key.revoked_ms = NOW
    assert key_refusal(device, key, (1, 1), NOW) == "revoked"


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(junk: bytes) -> None:
    registry, device = ward()
    frame = unseal(junk, device, BOX)
    if isinstance(frame, bytes):
        assert isinstance(decode_frame(frame, TOPIC, device, registry), RefusedFrame)


@given(st.binary(max_size=300))
def test_no_signed_bytes_whatever_raise(junk: bytes) -> None:
    registry, device = ward()
    decode_frame(wire.make_signed(junk, SECRET), TOPIC, device, registry)


@given(
    seq=st.integers(1, wire.MAX_SEQ),
    boot=st.integers(0, wire.MAX_BOOT),
    handled=st.lists(st.integers(1, 10_000), max_size=20),
    kept=st.sampled_from([[], [b""], [b"other", b""]]),
)
def test_a_verdict_is_always_reached(
    seq: int, boot: int, handled: list[int], kept: list[bytes]
) -> None:
    window = ReplayWindow(boot)
    for number in handled:
        window.mark_handled(number)
    verdict = judge(opened(message(seq=seq, boot=boot)), window=window, kept=kept)
    assert verdict in (ACCEPTED, DUPLICATE) or isinstance(verdict, RefusedFrame)
    if verdict is ACCEPTED:
        assert seq not in handled
