"""A device with a long backlog: acknowledged at its rate, it is never over it."""

import pytest

from device_sim.device.actions import Action, Publish, TwoClocks
from device_sim.device.core import DeviceCore
from device_sim.device.identity import DeviceSecrets, Identity
from device_sim.device.spool import MemorySpool, SpoolRecord
from gateway import wire
from gateway.admission.rate_limit import RateLimiter, RateRules
from gateway.admission.registry import Device
from gateway.admission.replay_window import ReplayWindow
from gateway.state.devices import AckRules, DeviceCache

T0 = 1_764_000_000_000
PUBLIC, SECRET = wire.signing_keys(b"g" * 32)
RULES = RateRules(per_s=50.0, burst=300.0)
BACKLOG = 2_000
TICK_S = 0.02


class CatchingUp:
    """A real device and what decides when it is told, in simulated time."""

    def __init__(self, queue_s: float) -> None:
        self.now_s = 0.0
        self.stored = self.limited = 0
        self.slowest_s = 0.0
        self._asked_s: float | None = None
        self._queue_s = queue_s
        self._queue: list[tuple[float, Publish]] = []
        self._allowance = RateLimiter(RULES)
        self._book = DeviceCache(AckRules(), 9, self._allowance.wait_s)
        device = Device(1, "w-1", 1, revoked=False, bound_from_ms=None, bound_to_ms=None)
        self._state = self._book.use(device)
        self._window = self._state.windows[1] = ReplayWindow(1)
        self.spool = MemorySpool()
        self.spool.keep(SpoolRecord(boot=1))
        identity = Identity(device="w-1", bucket="0f", gateway_sign=(PUBLIC,), gateway_box=b"")
        keys = DeviceSecrets(seed=b"d" * 32)
        self.core = DeviceCore(identity, keys, self.spool, nonces=lambda n: b"n" * n)

    def moment(self) -> TwoClocks:
        return TwoClocks(T0 + int(self.now_s * 1000), self.now_s)

    def send(self, actions: list[Action]) -> None:
        """What the device publishes lies in the gateway's queue for a while."""
        self._queue += [(self.now_s, one) for one in actions if isinstance(one, Publish)]

    def pass_by(self) -> None:
        """A moment later: the queue is worked off, the device told if it is due."""
        self.now_s += TICK_S
        while self._queue and self._queue[0][0] + self._queue_s <= self.now_s:
            self._take(*self._queue.pop(0))
        for state in self._book.acks_due(self.now_s):
            acks = state.acks(T0 + int(self.now_s * 1000))
            self._book.mark_acked(state, self.now_s, acks.time)
            frame = wire.make_signed(wire.encode(acks), SECRET)
            if self._asked_s is not None:
                self.slowest_s = max(self.slowest_s, self.now_s - self._asked_s)
                self._asked_s = None
            self.send(self.core.heard_acks(frame, self.moment(), retained=False))
        self.send(self.core.tick(self.moment()))

    def _take(self, at_s: float, one: Publish) -> None:
        if not self._allowance.try_acquire("w-1", at_s):
            self.limited += 1
            return
        self.stored += 1
        self._window.mark_handled(one.seq)
        tells_clock = b"clock/1" in wire.unverified_message(one.payload)
        if tells_clock and self._asked_s is None:
            self._asked_s = self.now_s
        self._book.schedule_ack(self._state, 1, self.now_s, prompt=tells_clock)


@pytest.mark.parametrize("queue_s", [0.0, 1.0])
def test_a_backlog_of_many_bursts_drains_at_the_rate_and_nothing_is_refused(
    queue_s: float,
) -> None:
    """A clock/1 among them is answered within 2 s all the same, where the queue is short."""
    line = CatchingUp(queue_s)
    for number in range(BACKLOG):
        line.core.measured([wire.Sample(t=T0 - number, hr=70.0)], line.moment())
        if number % 200 == 50:
            line.core.tell_clock(line.moment())
    line.send(line.core.connected(line.moment()))
    best_s = (len(line.spool) - RULES.burst) / RULES.per_s
    while len(line.spool) and line.now_s < 4 * best_s:
        line.pass_by()
    assert line.limited == 0
    assert line.stored > BACKLOG
    assert line.now_s < 1.5 * best_s
    assert line.slowest_s < 2.0
