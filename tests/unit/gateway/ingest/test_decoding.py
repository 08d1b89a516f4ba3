"""Frames that were opened while another batch brought a newer registry."""

from analytics.domain.care import PatientState
from analytics.settings.in_force import StoredPlan, WardBook
from gateway import wire
from gateway.admission.rate_limit import Allowance, AllowanceRules
from gateway.admission.registry import Device, Key, Patient, Registry
from gateway.ingest.decoding import Answered, Opener
from gateway.ingest.inbox import Arrival

PUBLIC, SECRET = wire.signing_keys(b"a" * 32)
HEARTBEAT = wire.Vitals(device="w-one", boot=1, seq=1)


class Nobody:
    def acknowledge(self, mids: list[int]) -> None:
        raise AssertionError(mids)


def arrival() -> Arrival:
    frame = wire.make_signed(wire.encode(HEARTBEAT), SECRET)
    return Arrival(
        topic="homeward/v1/0f/w-one/vitals",
        payload=frame,
        retained=False,
        received_ms=1_000,
        at_s=0.0,
        source=Nobody(),
        mid=0,
    )


def opener(registry: Registry) -> Opener:
    allowance = Allowance(AllowanceRules(per_s=10.0, burst=50.0))
    return Opener(registry, allowance, Answered(10), b"g" * 32)


def registered() -> Registry:
    registry = Registry()
    plan = StoredPlan()
    patient = Patient(1, "0f", PatientState.ACTIVE, None, "main", plan, WardBook())
    device = Device(1, "w-one", 1, revoked=False, bound_from_ms=0, bound_to_ms=None)
    registry.load(1, [patient], [device], [])
    return registry


def test_a_key_that_another_batch_brought_lifts_the_refusal() -> None:
    registry = registered()
    opening = opener(registry)
    (item,) = opening.open([arrival()])
    assert item.refused is not None
    assert item.refused.reason is wire.Refusal.BAD_SIGNATURE
    registry.load(2, [], [], [Key(1, 1, PUBLIC)])
    assert opening.review([item])
    assert item.refused is None
    assert item.opened is not None


def test_what_is_up_to_date_is_not_opened_twice() -> None:
    opening = opener(registered())
    items = opening.open([arrival()])
    assert not opening.review(items)
    assert items[0].refused is not None
