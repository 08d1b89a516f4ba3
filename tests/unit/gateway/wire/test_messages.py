"""Strict decoding of messages, counting of what is ignored, and the arithmetic of acks."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import wire
from gateway.wire.unknown_members import members

T = 1_764_000_000_000
HEAD = '"type":"vitals/1","device":"w-7k2m9q","boot":3,"seq":42'


def vitals(samples: str) -> bytes:
    return f'{{{HEAD},"samples":[{samples}]}}'.encode()


def test_the_example_of_the_protocol() -> None:
    raw = vitals(
        f'{{"t":{T},"hr":72,"spo2":97.5,"rr":15,"temp":36.7}},'
        f' {{"t":{T},"sbp":121,"dbp":78,"q":"manual"}}'
    )
    message = wire.decode_device_message(raw)
    assert isinstance(message, wire.Vitals)
    assert (message.device, message.boot, message.seq, message.dropped) == ("w-7k2m9q", 3, 42, 0)
    first, second = message.samples
    assert first.readings() == [("hr", 72.0), ("spo2", 97.5), ("rr", 15.0), ("temp", 36.7)]
    assert first.q is wire.SampleQuality.OK
    assert second.q is wire.SampleQuality.MANUAL
    assert wire.count_ignored(raw, message) == 0


def test_clock_and_receipt() -> None:
    raw = (
        f'{{"type":"clock/1","device":"w-7k2m9q","boot":3,"seq":41,"now":{T},"spooled":0,'
        f'"echo":{{"gateway":{T},"heard":{T}}}}}'
    ).encode()
    clock = wire.decode_device_message(raw)
    assert isinstance(clock, wire.Clock)
    assert clock.echo == wire.ClockEcho(gateway=T, heard=T)
    bare = wire.Clock(device="abc", boot=1, seq=1, now=T)
    assert b"echo" not in wire.encode(bare)
    assert wire.decode_device_message(wire.encode(bare)) == bare
    receipt = wire.Receipt(
        device="abc", boot=1, seq=2, command_id="c1", state=wire.ReceiptState.DONE, at=T
    )
    assert wire.decode_device_message(wire.encode(receipt)) == receipt
    assert wire.count_ignored(wire.encode(receipt), receipt) == 0


@pytest.mark.parametrize(
    "samples",
    [
        f'{{"t":{T}.5,"hr":1}}',
        f'{{"t":{T}.0,"hr":1}}',
        '{"t":1e3,"hr":1}',
        '{"t":"1","hr":1}',
        '{"t":-1,"hr":1}',
        '{"t":99999999999999999999,"hr":1}',
        '{"hr":1}',
        f'{{"t":{T},"hr":NaN}}',
        f'{{"t":{T},"hr":Infinity}}',
        f'{{"t":{T},"hr":-Infinity}}',
        f'{{"t":{T},"hr":1e999}}',
        f'{{"t":{T},"hr":"72"}}',
        f'{{"t":{T},"hr":true}}',
        f'{{"t":{T},"unknown":NaN}}',
        f'{{"t":{T},"q":"excellent","hr":1}}',
        "7",
    ],
)
def test_malformed_samples(samples: str) -> None:
    assert wire.decode_device_message(vitals(samples)) is wire.Refusal.MALFORMED


NUL_RECEIPT = (
    b'{"type":"receipt/1","device":"abc","boot":1,"seq":1,"command_id":"a\\u0000\\n",'
    b'"state":"done","at":1}'
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type":"vitals/2","device":"abc","boot":1,"seq":1}',
        b'{"type":7,"device":"abc","boot":1,"seq":1}',
        b'{"device":"abc","boot":1,"seq":1}',
        b'{"type":"vitals/1","boot":1,"seq":1}',
        b'{"type":"vitals/1","device":"abc","boot":1,"seq":0}',
        b'{"type":"vitals/1","device":"abc","boot":1,"seq":9007199254740992}',
        b'{"type":"vitals/1","device":"abc","boot":4294967296,"seq":1}',
        b'{"type":"vitals/1","device":"abc","boot":-1,"seq":1}',
        b'{"type":"vitals/1","device":"abc","boot":1,"seq":1} {}',
        b'{"type":"vitals/1","device":"abc","boot":1,"seq":1,"x":"\xff"}',
        b'{"type":"vitals/1","device":"abc","boot":1,"seq":1,"x":' + b"[" * 60_000,
        b'{"type":"clock/1","device":"abc","boot":1,"seq":1,"now":1.5}',
        b'{"type":"receipt/1","device":"abc","boot":1,"seq":1,"command_id":"c","state":"?","at":1}',
        NUL_RECEIPT,
        NUL_RECEIPT.replace(b'"at":1', b'"at":1,"at":2'),
        b'{"type":"acks/1","device":"abc","time":1,"boots":[]}',
        b'"\x80"',
        b'{"type":"\x80vitals/1","device":"abc","boot":1,"seq":1}',
    ],
)
def test_malformed_messages(raw: bytes) -> None:
    assert wire.decode_device_message(raw) is wire.Refusal.MALFORMED


def test_the_last_of_repeated_members_counts() -> None:
    for first in ("1", '"x"', "null", "[]"):
        message = wire.decode_device_message(vitals(f'{{"t":{T},"hr":{first},"hr":72}}'))
        assert isinstance(message, wire.Vitals)
        assert message.samples[0].hr == 72
    raw = b'{"type":"vitals/1","type":"clock/1","device":"abc","boot":1,"seq":1,"now":5}'
    assert wire.decode_device_message(raw) == wire.Clock(device="abc", boot=1, seq=1, now=5)


def test_unknown_members_and_metrics_are_ignored_and_counted() -> None:
    raw = (
        f'{{{HEAD},"firmware":{{"v":1}},"samples":[{{"t":{T},"hr":72,"etco2":38,"ecg":[1]}},'
        f'{{"t":{T},"q":"ok","note":"a:b"}}]}}'
    ).encode()
    message = wire.decode_device_message(raw)
    assert isinstance(message, wire.Vitals)
    assert message.samples[0].readings() == [("hr", 72.0)]
    assert message.samples[1].readings() == []
    assert wire.count_ignored(raw, message) == 4
    raw = b'{"type":"clock/1","device":"a:b","boot":1,"seq":1,"now":5,"x":1}'
    clock = wire.decode_device_message(raw)
    assert isinstance(clock, wire.Clock)
    assert wire.count_ignored(raw, clock) == 1
    raw = f'{{{HEAD},"samples":[],"gain":1e999}}'.encode()
    message = wire.decode_device_message(raw)
    assert isinstance(message, wire.Vitals)
    assert wire.count_ignored(raw, message) == 1


def test_null_is_not_measured() -> None:
    message = wire.decode_device_message(vitals(f'{{"t":{T},"hr":null,"spo2":90}}'))
    assert isinstance(message, wire.Vitals)
    assert message.samples[0].readings() == [("spo2", 90.0)]


def test_heartbeat_and_sample_limit() -> None:
    heartbeat = wire.decode_device_message(b'{"dropped":9,' + f"{HEAD}}}".encode())
    assert isinstance(heartbeat, wire.Vitals)
    assert (heartbeat.samples, heartbeat.dropped) == ([], 9)
    one = '{"t":1,"hr":1}'
    assert isinstance(wire.decode_device_message(vitals(",".join([one] * 1000))), wire.Vitals)
    too_many = vitals(",".join([one] * 1001))
    assert wire.decode_device_message(too_many) is wire.Refusal.OVERSIZED


def test_acks_and_command_round_trip() -> None:
    acks = wire.Acks(
        device="abc",
        time=T,
        boots=[wire.BootAcks(boot=3, upto=40, also=[(43, 45)], refused=[(41, "malformed")])],
    )
    raw = wire.encode(acks)
    assert json.loads(raw) == {
        "type": "acks/1",
        "device": "abc",
        "time": T,
        "boots": [{"boot": 3, "upto": 40, "also": [[43, 45]], "refused": [[41, "malformed"]]}],
    }
    assert wire.decode_gateway_message(raw) == acks
    command = wire.Command(
        device="abc",
        id="c1",
        issued=T,
        expires=T + 1,
        command="interval",
        args={"metric": "hr", "seconds": 60},
    )
    assert wire.decode_gateway_message(wire.encode(command)) == command
    assert wire.decode_gateway_message(b'{"type":"other/1"}') is wire.Refusal.MALFORMED


def test_covers() -> None:
    acks = wire.BootAcks(boot=1, upto=4, also=[(6, 8)], refused=[(10, "conflict")])
    assert [seq for seq in range(1, 13) if wire.covers(acks, seq)] == [1, 2, 3, 4, 6, 7, 8, 10]


@given(st.integers(0, 20), st.sets(st.integers(1, 120)))
def test_ranges_say_exactly_what_is_handled(upto: int, handled: set[int]) -> None:
    new_upto, also = wire.upto_and_ranges(upto, handled)
    acks = wire.BootAcks(boot=1, upto=new_upto, also=also)
    covered = {seq for seq in range(1, 130) if wire.covers(acks, seq)}
    truth = handled | set(range(1, upto + 1))
    assert covered <= truth
    if len(also) < wire.MAX_ALSO_RANGES:
        assert covered == truth
    assert len(also) <= wire.MAX_ALSO_RANGES


def test_status() -> None:
    assert wire.decode_status(wire.encode_status(online=True)) is True
    assert wire.decode_status(wire.encode_status(online=False)) is False
    assert wire.decode_status(b'{"online":1}') is wire.Refusal.MALFORMED
    assert wire.decode_status(b"") is wire.Refusal.MALFORMED
    assert wire.decode_status(b'{"\xff":1}') is wire.Refusal.MALFORMED


def test_refusals_are_partitioned() -> None:
    assert set(wire.Refusal) == wire.FRAME_REFUSALS | wire.SAMPLE_REFUSALS
    assert wire.NEVER_COVERED < wire.FRAME_REFUSALS


_finite = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(
    st.lists(
        st.builds(
            wire.Sample,
            t=st.integers(0, 2**41),
            hr=st.none() | _finite,
            glucose=st.none() | _finite,
            q=st.sampled_from(wire.SampleQuality),
        ),
        max_size=5,
    ),
    st.integers(0, 5),
)
def test_vitals_round_trip(samples: list[wire.Sample], dropped: int) -> None:
    message = wire.Vitals(device="abc", boot=1, seq=1, samples=samples, dropped=dropped)
    raw = wire.encode(message)
    assert wire.decode_device_message(raw) == message
    assert wire.count_ignored(raw, message) == 0
    assert members(message) == raw.count(b":")
    assert msgspec.json.decode(raw)["type"] == "vitals/1"
