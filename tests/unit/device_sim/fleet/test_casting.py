"""How long a simulated device waits before it sends again what nobody has covered."""

import pytest

from device_sim.device.send_window import RESEND_AFTER_S
from device_sim.fleet.casting import resend_after_s


@pytest.mark.parametrize(
    ("rate", "seconds"), [(0.5, RESEND_AFTER_S), (1.0, RESEND_AFTER_S), (30.0, 10.0), (360.0, 8.0)]
)
def test_a_device_of_a_faster_ward_waits_by_its_wards_time(rate: float, seconds: float) -> None:
    assert resend_after_s(rate) == seconds
