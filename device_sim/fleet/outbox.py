"""The way out of a simulated device: the ledger first, then the faults, then the network."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from device_sim.device.actions import Forgot, Made, Publish
from device_sim.fleet.faults import deliveries
from device_sim.fleet.ledger import Ledger
from device_sim.fleet.simulated_device import Clocks, SimulatedDevice
from gateway import wire

Send = Callable[[str, str, bytes, bool], None]
"""Publish for (device, topic, payload, retain)."""


@dataclass(slots=True)
class Totals:
    """Running counts for progress lines."""

    made: int = 0
    sent: int = 0
    resent: int = 0
    covered: int = 0
    dropped: int = 0
    forged: int = 0
    readings: int = 0
    link_losses: int = 0


class Outbox:
    """Accounts for frames and lets them out, some late, twice, changed or never."""

    def __init__(self, clocks: Clocks, send: Send, ledger: Ledger) -> None:
        self.totals = Totals()
        self._clocks = clocks
        self._send = send
        self._ledger = ledger
        self._order = count()
        self._held: list[tuple[float, int, str, str, bytes]] = []

    def made(self, device: SimulatedDevice, made: Made) -> None:
        """Enter a new frame."""
        self.totals.made += 1
        self.totals.readings += made.readings
        frame_id = (made.boot, made.seq)
        self._ledger.made(device.id, frame_id, made.frame, self._clocks.ward_ms(), made.readings)

    def forgot(self, device: SimulatedDevice, forgot: Forgot) -> None:
        """Enter that a frame left the spool."""
        self.totals.dropped += forgot.dropped
        self.totals.covered += not forgot.dropped
        self._ledger.left(device.id, (forgot.boot, forgot.seq), dropped=forgot.dropped)

    def publish(self, device: SimulatedDevice, action: Publish) -> None:
        """Let a payload out as the device's faults have it."""
        real_s, timer_s = self._clocks.real_s(), self._clocks.timer_s()
        topic = device.core.identity.topic(action.kind)
        self.totals.sent += not action.resend
        self.totals.resent += action.resend
        self._ledger.sent(device.id, (action.boot, action.seq), real_s)
        for payload, delay_s, forged in deliveries(device.faults, action.payload, device.rng):
            if forged:
                self.totals.forged += 1
                self._ledger.forged(device.id, payload, real_s)
            if delay_s:
                held = (timer_s + delay_s, next(self._order), device.id, topic, payload)
                heapq.heappush(self._held, held)
            else:
                self._send(device.id, topic, payload, False)  # noqa: FBT003 -- the port's shape

    def status(self, device: SimulatedDevice, *, online: bool) -> None:
        """Say on the retained ``status`` topic whether the device is there."""
        topic = device.core.identity.topic(wire.TopicKind.STATUS)
        self._send(device.id, topic, wire.encode_status(online=online), True)  # noqa: FBT003 -- the port's shape

    def release(self) -> None:
        """Let out what was held back long enough."""
        timer_s = self._clocks.timer_s()
        while self._held and self._held[0][0] <= timer_s:
            _, _, device, topic, payload = heapq.heappop(self._held)
            self._send(device, topic, payload, False)  # noqa: FBT003 -- the port's shape

    def flush(self) -> None:
        """Write the ledger."""
        self._ledger.flush()
