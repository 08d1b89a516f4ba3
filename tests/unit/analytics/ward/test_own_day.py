"""What a person is to measure: only what they can, by when the ward's own ages say."""

from analytics.policy import DEFAULT
from analytics.ward.own_day import to_measure
from analytics.ward.vitals import Worn

NOW = 1_760_000_000_000
HOUR = 3_600_000


def worn(**ages_h: float) -> Worn:
    latest = {
        name: {"t": NOW - int(age * HOUR), "v": 90.0, "q": "ok"} for name, age in ages_h.items()
    }
    return Worn(latest=latest, baselines={}, scale=1, scored=True, policy=DEFAULT)


def test_what_was_never_measured_and_is_not_expected_is_not_asked_for() -> None:
    assert to_measure(worn(), (), NOW) == []
    assert to_measure(worn(), ("spo2",), NOW) == [{"metric": "spo2", "at": None}]


def test_what_is_too_old_is_due_now_and_stands_first() -> None:
    found = to_measure(worn(spo2=200, temp=0, acvpu=200, o2=200), (), NOW)
    assert [one["metric"] for one in found] == ["spo2", "temp"], "staff ask for the rest"
    assert found[0]["at"] is None
    assert found[1]["at"] is not None
    assert found[1]["at"].timestamp() * 1000 > NOW


def test_the_schedule_asks_sooner_and_never_later() -> None:
    [hourly] = to_measure(worn(temp=0.5), (), NOW, every_min=60)
    [daily] = to_measure(worn(temp=0.5), (), NOW, every_min=1_440)
    [by_age] = to_measure(worn(temp=0.5), (), NOW)
    assert hourly["at"].timestamp() * 1000 == NOW + HOUR / 2
    assert daily == by_age
    [weight] = to_measure(worn(weight=0.5), (), NOW, every_min=60)
    assert weight == to_measure(worn(weight=0.5), (), NOW)[0], "no schedule asks for a weight"
