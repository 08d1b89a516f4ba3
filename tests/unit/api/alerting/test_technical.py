"""Which conditions of equipment and staffing stand, from what was last heard."""

from hypothesis import given
from hypothesis import strategies as st

from api.alerting.settings import AlertingSettings
from api.alerting.technical import DeviceSeen, StandingCondition, WardSeen, standing

SETTINGS = AlertingSettings()
MINUTE = 60_000
NOW = 1_000 * MINUTE


def device(no: int, heard_ms: int | None, **more: object) -> DeviceSeen:
    facts: dict[str, object] = {
        "device": f"w-{no}",
        "device_no": no,
        "patient_no": no,
        "ward": "main",
        "expected": {"hr": 60.0},
        "since_ms": 0,
        "heard_ms": heard_ms,
        "latest_ms": {"hr": NOW},
    }
    return DeviceSeen(**{**facts, **more})  # type: ignore[arg-type]


def look(
    devices: list[DeviceSeen],
    *,
    staffed: bool = True,
    alive: bool = True,
    ended: int = 0,
    slack: float = 0.0,
) -> list[StandingCondition]:
    ward = WardSeen(ward="main", patients=3, staffed=staffed, outage_ended_ms=ended)
    return standing(
        NOW,
        [ward],
        devices,
        gateway_alive=alive,
        slack_s=slack,
        policies=lambda _: SETTINGS.equipment(),
    )


def names(found: list[StandingCondition]) -> list[str]:
    return [one.finding.condition for one in found if not one.hold]


def test_two_devices_of_one_patient_are_one_alert_that_names_both() -> None:
    [found] = look([device(1, 0), device(2, 0, patient_no=1)])
    assert found.finding.detail["devices"] == ["w-1", "w-2"]


def test_never_heard_counts_from_when_it_came_into_use() -> None:
    assert names(look([device(1, None, since_ms=NOW - MINUTE)])) == []
    assert names(look([device(1, None, since_ms=NOW - 10 * MINUTE)])) == ["silent"]


def test_delivery_slack_is_added_to_the_grace() -> None:
    late = [device(1, NOW - 4 * MINUTE)]
    assert names(look(late)) == ["silent"]
    assert names(look(late, slack=120)) == []


def test_an_outage_holds_back_single_alerts() -> None:
    found = look([device(no, 0) for no in range(100)])
    assert names(found) == ["ward_outage"]
    assert sum(one.hold for one in found) == 100


def test_a_small_ward_has_no_outage_by_number() -> None:
    assert names(look([device(1, 0), device(2, 0)])) == ["silent", "silent"]


def test_without_devices_the_gateways_silence_is_no_outage() -> None:
    assert look([], alive=False) == []
    assert names(look([device(1, NOW)], alive=False)) == ["ward_outage"]


def test_after_an_outage_every_device_has_its_grace_again() -> None:
    assert names(look([device(1, 0)], ended=NOW - MINUTE)) == []


def test_silence_is_not_told_again_as_missing_readings() -> None:
    assert names(look([device(1, 0, latest_ms={})])) == ["silent"]
    assert names(look([device(1, NOW, latest_ms={})])) == ["coverage"]


@given(
    heard=st.lists(st.integers(min_value=0, max_value=NOW), max_size=60),
    alive=st.booleans(),
    staffed=st.booleans(),
)
def test_raised_alerts_stay_few_whatever_is_silent(
    heard: list[int], *, alive: bool, staffed: bool
) -> None:
    found = look([device(n, h) for n, h in enumerate(heard)], alive=alive, staffed=staffed)
    raised = names(found)
    assert ("nobody_on_shift" in raised) is not staffed
    if "ward_outage" in raised:
        assert set(raised) <= {"ward_outage", "nobody_on_shift"}
    else:
        most = max(SETTINGS.outage_minimum, SETTINGS.outage_fraction * len(heard))
        assert raised.count("silent") < most
