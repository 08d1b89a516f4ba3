"""Frames that were opened while another batch brought a newer registry."""

from analytics.domain.care import PatientState
from analytics.settings.in_force import StoredPlan, WardSettingsCache
from gateway import wire
from gateway.admission.rate_limit import RateLimiter, RateRules
from gateway.admission.registry import Device, DeviceKey, Patient, Registry
from gateway.ingest.decoding import Decoder, RecentFrames
from gateway.ingest.inbox import InboundMessage

PUBLIC, SECRET = wire.signing_keys(b"a" * 32)
HEARTBEAT = wire.Vitals(device="w-one", boot=1, seq=1)


class Nobody:
    def acknowledge(self, mids: list[int]) -> None:
        raise AssertionError(mids)


def arrival() -> InboundMessage:
    frame = wire.make_signed(wire.encode(HEARTBEAT), SECRET)
    return InboundMessage(
        topic="homeward/v1/0f/w-one/vitals",
        payload=frame,
        retained=False,
        received_ms=1_000,
        at_s=0.0,
        source=Nobody(),
        mid=0,
    )


def opener(registry: Registry) -> Decoder:
    allowance = RateLimiter(RateRules(per_s=10.0, burst=50.0))
    return Decoder(registry, allowance, RecentFrames(10), b"g" * 32)


def registered() -> Registry:
    registry = Registry()
    plan = StoredPlan()
    patient = Patient(1, "0f", PatientState.ACTIVE, None, "main", plan, WardSettingsCache())
    device = Device(1, "w-one", 1, revoked=False, bound_from_ms=0, bound_to_ms=None)
    registry.apply_rows(1, [patient], [device], [])
    return registry


def test_a_key_that_another_batch_brought_lifts_the_refusal() -> None:
    registry = registered()
    opening = opener(registry)
    (item,) = opening.decode([arrival()])
    assert item.refused is not None
    assert item.refused.reason is wire.Refusal.BAD_SIGNATURE
    registry.apply_rows(2, [], [], [DeviceKey(1, 1, PUBLIC)])
    assert opening.decode_again([item])
    assert item.refused is None
    assert item.opened is not None


def test_what_is_up_to_date_is_not_opened_twice() -> None:
    opening = opener(registered())
    items = opening.decode([arrival()])
    assert not opening.decode_again(items)
    assert items[0].refused is not None
