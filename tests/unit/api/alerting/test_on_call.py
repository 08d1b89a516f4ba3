"""Who gets an alert."""

from uuid import UUID

from api.alerting.on_call import Duty, OnShift


def person(n: int, kind: str = "doctor", ward: str = "main") -> OnShift:
    return OnShift(doctor_id=UUID(int=n), kind=kind, ward=ward, user_id=UUID(int=100 + n))


def test_the_planned_doctor_only_if_at_work() -> None:
    duty = Duty(on_shift=[person(1), person(2)], planned={7: UUID(int=2), 8: UUID(int=3)})
    assert duty.first(7, "main") == UUID(int=2)
    assert duty.first(8, "main") == UUID(int=1)


def test_doctors_before_nurses_and_the_least_loaded_first() -> None:
    duty = Duty(
        on_shift=[person(1, "nurse"), person(2), person(3)],
        held={UUID(int=2): 4, UUID(int=3): 1},
    )
    assert duty.first(None, "main") == UUID(int=3)


def test_alerts_given_out_count_at_once() -> None:
    duty = Duty(on_shift=[person(1), person(2)])
    given = [duty.first(None, "main") for _ in range(4)]
    assert sorted(given.count(UUID(int=n)) for n in (1, 2)) == [2, 2]


def test_the_second_is_somebody_else_even_a_nurse() -> None:
    duty = Duty(on_shift=[person(1), person(2, "nurse")])
    assert duty.second("main", UUID(int=1)) == UUID(int=2)
    assert Duty(on_shift=[person(1)]).second("main", UUID(int=1)) is None


def test_another_wards_people_do_not_count() -> None:
    duty = Duty(on_shift=[person(1, ward="other")], planned={7: UUID(int=1)})
    assert duty.first(7, "main") is None
    assert not duty.covers("main")
