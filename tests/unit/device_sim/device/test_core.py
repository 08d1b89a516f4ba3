"""The reference device's core against a gateway that lives in the test."""

import base64
import hashlib
from pathlib import Path

import msgspec
import pytest
from nacl.bindings import crypto_box_seed_keypair

from device_sim.device.actions import Action, Forgot, Obey, Publish, TwoClocks
from device_sim.device.core import DeviceCore
from device_sim.device.identity import DeviceSecrets, Identity
from device_sim.device.spool import MemorySpool, Spool, SpoolFile, SpoolRecord
from gateway import wire

T0 = 1_764_000_000_000
GATEWAY_PUBLIC, GATEWAY_SECRET = wire.signing_keys(b"g" * 32)
BOX_PUBLIC, BOX_PRIVATE = crypto_box_seed_keypair(b"b" * 32)
DEVICE_BOX = crypto_box_seed_keypair(b"e" * 32)
KEYS = DeviceSecrets(seed=b"d" * 32)
IDENTITY = Identity(
    device="w-1", bucket="0f", gateway_sign=(GATEWAY_PUBLIC,), gateway_box=BOX_PUBLIC
)


def moment(seconds: float) -> TwoClocks:
    return TwoClocks(T0 + int(seconds * 1000), seconds)


def make_core(spool: Spool, keys: DeviceSecrets = KEYS, **more: object) -> DeviceCore:
    return DeviceCore(IDENTITY, keys, spool, nonces=lambda n: b"n" * n, **more)  # type: ignore[arg-type]


def ready(**more: object) -> DeviceCore:
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    core = make_core(spool, **more)
    core.connected(moment(0))
    core.heard_acks(acks((1, 1)), moment(0), retained=False)
    core.heard_acks(acks((1, 2)), moment(0), retained=False)
    return core


def acks(*boots: tuple[int, int], device: str = "w-1", secret: bytes = GATEWAY_SECRET) -> bytes:
    told = [wire.BootAcks(boot=boot, upto=upto) for boot, upto in boots]
    return wire.make_signed(wire.encode(wire.Acks(device=device, time=T0, boots=told)), secret)


def command(name: str, ident: str = "c1", expires: int = T0 + 10**9, **args: str) -> bytes:
    message = wire.Command(
        device="w-1", id=ident, issued=T0, expires=expires, command=name, args={**args}
    )
    return wire.make_signed(wire.encode(message), GATEWAY_SECRET)


def published(actions: list[Action]) -> list[wire.DeviceMessage]:
    messages = []
    for action in actions:
        if isinstance(action, Publish):
            raw = wire.open_signed(action.payload, KEYS.public)
            assert isinstance(raw, bytes)
            message = wire.decode_device_message(raw)
            assert not isinstance(message, wire.Refusal)
            messages.append(message)
    return messages


SAMPLE = wire.Sample(t=T0, hr=72.0)


def test_without_a_record_it_waits_for_the_retained_acks_before_signing() -> None:
    core = make_core(MemorySpool())
    assert core.measured([SAMPLE], moment(0)) == []
    assert core.connected(moment(1)) == []
    assert core.tick(moment(2.9)) == []
    clock, vitals = published(core.heard_acks(acks((7, 20)), moment(2.95), retained=True))
    assert isinstance(clock, wire.Clock)
    assert isinstance(vitals, wire.Vitals)
    assert (clock.boot, clock.seq, vitals.boot, vitals.seq) == (8, 1, 8, 2)
    assert clock.echo is wire.Clock.__struct_defaults__[-1]
    assert vitals.samples == [SAMPLE]


def test_without_retained_acks_it_starts_at_boot_one_after_two_seconds() -> None:
    core = make_core(MemorySpool())
    core.connected(moment(0))
    assert [(m.boot, m.seq) for m in published(core.tick(moment(2)))] == [(1, 1)]


def test_frames_are_forgotten_only_when_covered_by_the_gateway() -> None:
    core = ready()
    core.measured([SAMPLE], moment(1))
    imposter = wire.signing_keys(b"i" * 32)[1]
    for frame in (acks((1, 9), secret=imposter), acks((1, 9), device="w-2"), b"", b"\x01junk"):
        assert core.heard_acks(frame, moment(1), retained=False) == []
    assert core.heard_acks(acks((1, 3)), moment(1), retained=False) == [Forgot(1, 3, dropped=False)]
    assert core.heard_acks(acks((1, 2)), moment(1), retained=False) == []


def test_at_most_a_hundred_uncovered_frames_are_under_way() -> None:
    core = ready()
    sent = [core.measured([SAMPLE], moment(1)) for _ in range(150)]
    assert sum(len(published(actions)) for actions in sent) == 100
    after = published(core.heard_acks(acks((1, 32)), moment(2), retained=False))
    assert [message.seq for message in after] == list(range(103, 133))


def test_uncovered_frames_are_sent_again_byte_for_byte_with_backoff() -> None:
    core = ready()
    (first,) = [a for a in core.measured([SAMPLE], moment(1)) if isinstance(a, Publish)]
    assert core.tick(moment(300)) == []
    (again,) = core.tick(moment(301))
    assert isinstance(again, Publish)
    assert again.payload == first.payload
    assert again.resend
    assert core.tick(moment(900)) == []
    assert len(core.tick(moment(901))) == 1


def test_after_a_restart_the_same_bytes_go_out_and_numbers_go_on(tmp_path: Path) -> None:
    spool = SpoolFile(tmp_path / "spool.db").spool("w-1")
    spool.keep(SpoolRecord(boot=1))
    core = make_core(spool)
    core.measured([SAMPLE], moment(0))
    core.measured([SAMPLE], moment(0))
    before = [spooled.frame for spooled in spool.oldest(9)]
    core = make_core(SpoolFile(tmp_path / "spool.db").spool("w-1"))
    assert core.connected(moment(5)) == []
    actions = core.heard_acks(acks((1, 1)), moment(5), retained=True)
    assert actions[0] == Forgot(1, 1, dropped=False)
    sent = [action for action in actions if isinstance(action, Publish)]
    assert sent[0].payload == before[1]
    assert [(action.boot, action.seq) for action in sent] == [(1, 2), (1, 3)]


def test_a_device_that_was_rolled_back_starts_a_new_boot() -> None:
    core = ready()
    (clock,) = published(core.heard_acks(acks((1, 50)), moment(1), retained=False))
    assert (clock.boot, clock.seq) == (2, 1)


def test_what_an_old_copy_signed_under_used_numbers_goes_out_anew(tmp_path: Path) -> None:
    spool = SpoolFile(tmp_path / "spool.db").spool("w-1")
    spool.keep(SpoolRecord(boot=1))
    before = make_core(spool)
    for _ in range(2):
        before.measured([SAMPLE], moment(0))
    copy = make_core(spool)
    fresh = [wire.Sample(t=T0 + n, hr=80.0 + n) for n in range(2)]
    for sample in fresh:
        copy.measured([sample], moment(1))
    copy.finished("c1", wire.ReceiptState.DONE, moment(1))
    copy.connected(moment(2))
    actions = copy.heard_acks(acks((1, 9)), moment(3), retained=True)
    assert [(one.boot, one.seq) for one in actions if isinstance(one, Forgot)] == [
        (1, seq) for seq in range(1, 6)
    ]
    clock, *again, receipt, _clock = published(actions)
    assert [(m.boot, m.seq) for m in (clock, *again, receipt)] == [(2, n) for n in range(1, 5)]
    assert isinstance(clock, wire.Clock)
    assert [m.samples for m in again if isinstance(m, wire.Vitals)] == [[one] for one in fresh]
    assert isinstance(receipt, wire.Receipt)
    assert receipt.command_id == "c1"
    left = {spooled.id for spooled in spool.oldest(99)}
    assert left == {(2, seq) for seq in range(1, 6)}


def test_a_conflict_starts_a_new_boot_and_only_what_conflicted_goes_out_anew() -> None:
    core = ready()
    samples = [wire.Sample(t=T0 + n, hr=80.0 + n) for n in range(3)]
    for sample in samples:
        core.measured([sample], moment(1))
    told = wire.BootAcks(boot=1, upto=5, refused=[(2, "malformed"), (4, "conflict")])
    frame = wire.encode(wire.Acks(device="w-1", time=T0, boots=[told]))
    signed = wire.make_signed(frame, GATEWAY_SECRET)
    clock, again = published(core.heard_acks(signed, moment(2), retained=False))
    assert (clock.boot, clock.seq, again.boot, again.seq) == (2, 1, 2, 2)
    assert isinstance(again, wire.Vitals)
    assert again.samples == [samples[1]]
    later = published(core.heard_acks(signed, moment(3), retained=False))
    assert [(type(m), m.boot, m.seq) for m in later] == [(wire.Clock, 2, 3)]


def test_only_live_acks_are_echoed() -> None:
    core = ready()
    core.heard_acks(acks((1, 0)), moment(3), retained=True)
    (clock,) = published(core.tell_clock(moment(4)))
    assert isinstance(clock, wire.Clock)
    assert clock.echo == wire.ClockEcho(gateway=T0, heard=T0)


def test_after_its_clock_was_set_the_next_live_acks_is_echoed_at_once() -> None:
    core = ready()
    back = TwoClocks(T0 - 1_200_000, 10.0)
    published(core.tell_clock(back))
    assert published(core.heard_acks(acks((1, 3)), back, retained=True)) == []
    (clock,) = published(core.heard_acks(acks((1, 3)), back, retained=False))
    assert isinstance(clock, wire.Clock)
    assert clock.echo == wire.ClockEcho(gateway=T0, heard=T0 - 1_200_000)
    assert published(core.heard_acks(acks((1, 4)), back, retained=False)) == []


def test_it_tells_its_clock_hourly() -> None:
    core = ready()
    assert published(core.tick(moment(3599))) == []
    (clock,) = published(core.tick(moment(3600)))
    assert isinstance(clock, wire.Clock)


def test_a_command_is_obeyed_once_and_answered() -> None:
    core = ready()
    actions = core.heard_command(command("measure", metric="sbp"), moment(1))
    (delivered,) = published(actions)
    assert isinstance(delivered, wire.Receipt)
    assert delivered.state is wire.ReceiptState.DELIVERED
    assert isinstance(actions[-1], Obey)
    assert core.heard_command(command("measure", metric="sbp"), moment(2)) == []
    (done,) = published(core.finished("c1", wire.ReceiptState.DONE, moment(2)))
    assert isinstance(done, wire.Receipt)
    assert done.command_id == "c1"


def test_obeyed_commands_are_remembered_over_a_restart() -> None:
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    make_core(spool).heard_command(command("message", text="x"), moment(1))
    assert make_core(spool).heard_command(command("message", text="x"), moment(2)) == []


@pytest.mark.parametrize(
    "frame",
    [
        command("explode"),
        command("clock", expires=T0),
        command("trust"),
        command("trust", sign_public_key="??"),
    ],
)
def test_what_cannot_be_obeyed_is_declined(frame: bytes) -> None:
    messages = published(ready().heard_command(frame, moment(1)))
    assert isinstance(messages[-1], wire.Receipt)
    assert messages[-1].state is wire.ReceiptState.DECLINED


def test_commands_for_others_or_by_others_are_ignored() -> None:
    other = wire.Command(device="w-2", id="c", issued=T0, expires=T0 + 9**9, command="clock")
    frames = [wire.make_signed(wire.encode(other), GATEWAY_SECRET), acks((1, 1))]
    frames.append(wire.make_signed(wire.unverified_message(command("clock")), KEYS.secret))
    for frame in frames:
        assert ready().heard_command(frame, moment(1)) == []


def test_trust_moves_to_the_gateways_new_key() -> None:
    core = ready()
    public, secret = wire.signing_keys(b"n" * 32)
    key = base64.b64encode(public).decode()
    states = [
        m.state
        for m in published(core.heard_command(command("trust", sign_public_key=key), moment(1)))
        if isinstance(m, wire.Receipt)
    ]
    assert states == [wire.ReceiptState.DELIVERED, wire.ReceiptState.DONE]
    assert core.heard_acks(acks((1, 3), secret=secret), moment(2), retained=False)


def test_the_gateways_new_key_is_trusted_over_a_restart(tmp_path: Path) -> None:
    spool = SpoolFile(tmp_path / "spool.db").spool("w-1")
    spool.keep(SpoolRecord(boot=1))
    public, secret = wire.signing_keys(b"n" * 32)
    core = make_core(spool)
    core.connected(moment(0))
    core.heard_acks(acks((1, 0)), moment(0), retained=False)
    trust = command("trust", sign_public_key=base64.b64encode(public).decode())
    published(core.heard_command(trust, moment(1)))
    core = make_core(SpoolFile(tmp_path / "spool.db").spool("w-1"))
    core.connected(moment(5))
    again = core.heard_acks(acks((1, 1), secret=secret), moment(5), retained=False)
    assert Forgot(1, 1, dropped=False) in again
    assert core.inbox.gateway_sign == (GATEWAY_PUBLIC, public)


def test_what_a_newer_enrolment_names_counts_instead_of_older_trust() -> None:
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    first, newest = (wire.signing_keys(seed * 32)[0] for seed in (b"n", b"o"))
    core = make_core(spool)
    core.heard_command(
        command("trust", sign_public_key=base64.b64encode(first).decode()), moment(1)
    )
    enrolled = msgspec.structs.replace(IDENTITY, gateway_sign=(first, newest))
    anew = DeviceCore(enrolled, KEYS, spool, nonces=lambda n: b"n" * n)
    assert anew.inbox.gateway_sign == (first, newest)


def states_of(actions: list[Action]) -> list[wire.ReceiptState]:
    return [m.state for m in published(actions) if isinstance(m, wire.Receipt)]


def test_expiry_is_judged_by_the_gateways_time_as_the_echo_tells_it() -> None:
    """A clock in 2106: what expires in an hour is obeyed, what expired a minute ago is not."""
    core, ahead = ready(), 4_294_967_295_000 - T0
    core.heard_acks(acks((1, 2)), TwoClocks(T0 + ahead, 1.0), retained=False)
    later = TwoClocks(T0 + ahead + 60_000, 61.0)
    good = core.heard_command(command("rotate_key", expires=T0 + 3_600_000), later)
    assert isinstance(good[-1], Obey)
    stale = core.heard_command(command("measure", ident="c2", expires=T0 + 59_000), later)
    assert states_of(stale) == [wire.ReceiptState.DECLINED]


def test_a_command_that_seems_expired_waits_for_the_first_echo() -> None:
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    core, far = make_core(spool), TwoClocks(4_294_967_295_000, 1.0)
    core.connected(far)
    assert core.heard_command(command("rotate_key"), far) == []
    assert core.heard_command(command("measure", ident="c2", expires=T0), far) == []
    actions = core.heard_acks(acks((1, 0)), far, retained=False)
    assert [one.command.id for one in actions if isinstance(one, Obey)] == ["c1"]
    assert states_of(actions) == [wire.ReceiptState.DELIVERED, wire.ReceiptState.DECLINED]


def test_the_command_clock_is_answered_with_a_clock() -> None:
    kinds = [type(m) for m in published(ready().heard_command(command("clock"), moment(1)))]
    assert kinds == [wire.Receipt, wire.Clock, wire.Receipt]


def test_a_rotated_key_signs_from_the_next_frame_on() -> None:
    core = ready()
    core.use_keys(DeviceSecrets(seed=b"k" * 32))
    (made,) = [a for a in core.measured([SAMPLE], moment(1)) if isinstance(a, Publish)]
    assert wire.open_signed(made.payload, KEYS.public) is wire.Refusal.BAD_SIGNATURE
    assert isinstance(wire.open_signed(made.payload, DeviceSecrets(seed=b"k" * 32).public), bytes)


def test_what_no_longer_fits_is_dropped_oldest_first_and_told() -> None:
    core = ready(spool_frames=3)
    core.disconnected()
    dropped = [
        action
        for _ in range(5)
        for action in core.measured([SAMPLE], moment(1))
        if isinstance(action, Forgot)
    ]
    assert dropped == [Forgot(1, 3, dropped=True), Forgot(1, 4, dropped=True)]
    core.connected(moment(9))
    messages = published(core.tick(moment(11)))
    told = [m.dropped for m in messages if isinstance(m, wire.Vitals) and not m.samples]
    assert told == [3]


def test_sealing_changes_but_what_is_inside_does_not() -> None:
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    nonces = iter(hashlib.sha256(bytes([n])).digest()[:24] for n in range(9))
    keys = DeviceSecrets(seed=b"d" * 32, box_private=DEVICE_BOX[1])
    core = DeviceCore(IDENTITY, keys, spool, nonces=lambda _: next(nonces), resend_after_s=1)
    core.connected(moment(0))
    shared = wire.box_key(DEVICE_BOX[0], BOX_PRIVATE)
    (first,) = [a for a in core.measured([SAMPLE], moment(0)) if isinstance(a, Publish)]
    again = [a for a in core.tick(moment(1)) if isinstance(a, Publish)][-1]
    assert first.payload != again.payload
    assert wire.open_sealed(first.payload, shared) == wire.open_sealed(again.payload, shared)


def test_many_samples_make_several_frames() -> None:
    frames = published(ready().measured([SAMPLE] * 450, moment(1)))
    assert [len(m.samples) for m in frames if isinstance(m, wire.Vitals)] == [200, 200, 50]


def test_receipts_go_to_their_own_topic() -> None:
    actions = ready().finished("c9", wire.ReceiptState.SEEN, moment(1))
    assert [a.kind for a in actions if isinstance(a, Publish)] == [wire.TopicKind.RECEIPTS]


def test_a_command_that_comes_before_the_boot_is_known_is_answered_afterwards() -> None:
    core = make_core(MemorySpool())
    core.connected(moment(0))
    assert core.heard_command(command("message", text="x"), moment(0)) == []
    kinds = [type(message) for message in published(core.tick(moment(2)))]
    assert kinds == [wire.Clock, wire.Receipt]


def test_the_first_live_acks_of_a_boot_is_echoed_at_once() -> None:
    spool = MemorySpool()
    spool.keep(SpoolRecord(boot=1))
    core = make_core(spool)
    (first,) = published(core.connected(moment(0)))
    assert published(core.heard_acks(acks((1, 1)), moment(1), retained=True)) == []
    (second,) = published(core.heard_acks(acks((1, 1)), moment(1), retained=False))
    assert isinstance(first, wire.Clock)
    assert isinstance(second, wire.Clock)
    assert not isinstance(first.echo, wire.ClockEcho)
    assert second.echo == wire.ClockEcho(gateway=T0, heard=T0 + 1000)
    assert published(core.heard_acks(acks((1, 2)), moment(2), retained=False)) == []
