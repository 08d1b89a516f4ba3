"""One look at one series is noted once within some minutes."""

from uuid import uuid4

from api.imaging.access import Looks


def test_a_look_is_noted_again_after_its_minutes_and_for_each_person() -> None:
    looks, ada, ben = Looks(), uuid4(), uuid4()
    assert looks.is_new(ada, "1/2", 0.0, 10)
    assert not looks.is_new(ada, "1/2", 599.0, 10)
    assert looks.is_new(ben, "1/2", 599.0, 10)
    assert looks.is_new(ada, "1/3", 599.0, 10)
    assert looks.is_new(ada, "1/2", 601.0, 10)
    assert not looks.is_new(ada, "1/2", 1_200.0, 10)
