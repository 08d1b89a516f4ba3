"""Many simulated devices in one thread, over one MQTT connection or one each.

Every device runs the reference core: its frames are really signed, spooled, and sent again until
``acks`` covers them. The loop owns all cores; MQTT's threads only fill the queue it reads. Time
comes in through ``Clocks``: what is measured runs on ward time, waiting on real time.
"""

import heapq
from collections.abc import Sequence
from queue import Empty

from device_sim.device.actions import Action, Forgot, Made, Obey, Publish, TwoClocks
from device_sim.fleet.outbox import Outbox, Totals
from device_sim.fleet.simulated_device import Clocks, SimulatedDevice
from device_sim.fleet.wearer import Wearer
from device_sim.patients.sources import SourceReading
from device_sim.ward.mqtt import Heard, Inward, LinkDown, LinkUp
from device_sim.ward.registration import Enrol
from gateway import wire

_TICK_S = 0.5
_LONGEST_WAIT_S = 0.1
_SHORTEST_WAIT_S = 0.0005
_FLUSH_S = 0.5


class Fleet:
    """Runs devices until told to stop; call ``step`` in a loop."""

    def __init__(
        self,
        devices: Sequence[SimulatedDevice],
        clocks: Clocks,
        inward: Inward,
        outbox: Outbox,
        *,
        enrol: Enrol | None = None,
    ) -> None:
        self._devices = {device.id: device for device in devices}
        self._clocks = clocks
        self._inward = inward
        self._outbox = outbox
        self._wearer = Wearer(enrol, self._readings)
        self._due: list[tuple[int, str]] = []
        self._next_tick = self._next_flush = 0.0
        self._everyone_back = False
        for device in devices:
            self._schedule(device)

    @property
    def totals(self) -> Totals:
        """Running counts."""
        return self._outbox.totals

    @property
    def finished(self) -> bool:
        """Whether no source has anything more to give."""
        return not self._due

    @property
    def uncovered(self) -> int:
        """How many frames are made, kept and not covered."""
        return self.totals.made - self.totals.covered - self.totals.dropped

    def step(self, *, measure: bool = True) -> None:
        """Do what is due, then wait a moment for the network."""
        self._hear(self._wait_s() if measure else _LONGEST_WAIT_S)
        if measure:
            self._measure()
        timer_s = self._clocks.timer_s()
        self._outbox.release()
        if timer_s >= self._next_tick:
            self._next_tick = timer_s + _TICK_S
            self._tick()
        if timer_s >= self._next_flush:
            self._next_flush = timer_s + _FLUSH_S
            self._outbox.flush()

    def bring_back(self) -> None:
        """Bring everyone back in reach and have the gateway say what has arrived."""
        self._everyone_back = True
        for device in self._devices.values():
            if device.core.online:
                self._do(device, device.core.tell_clock(self._moment(device)))

    def _moment(self, device: SimulatedDevice) -> TwoClocks:
        return device.moment(self._clocks)

    def _schedule(self, device: SimulatedDevice) -> None:
        next_at = device.source.next_at()
        if next_at is not None:
            heapq.heappush(self._due, (next_at, device.id))

    def _wait_s(self) -> float:
        if not self._due:
            return _LONGEST_WAIT_S
        wait_s = (self._due[0][0] - self._clocks.ward_ms()) / 1000 / self._clocks.rate
        return min(max(wait_s, 0.0), _LONGEST_WAIT_S)

    def _hear(self, wait_s: float) -> None:
        """Take what the network brought; wait for it only when nothing is due."""
        try:
            item = self._inward.get(timeout=max(wait_s, _SHORTEST_WAIT_S))
            while True:
                self._heard(item)
                item = self._inward.get_nowait()
        except Empty:
            return

    def _heard(self, item: LinkUp | LinkDown | Heard) -> None:
        if isinstance(item, Heard):
            self._message(item)
            return
        one = self._devices.get(item.client_id)
        for device in [one] if one else self._devices.values():
            device.linked = isinstance(item, LinkUp)
            self._follow_link(device)
        self.totals.link_losses += isinstance(item, LinkDown)

    def _follow_link(self, device: SimulatedDevice) -> None:
        """Tell the core when the network came or went for it."""
        reachable = self._everyone_back or device.reachable(self._clocks.ward_ms())
        online = device.linked and reachable
        if online and not device.core.online:
            self._come_online(device)
        elif device.core.online and not online:
            device.core.disconnected()
            if device.linked:
                self._outbox.status(device, online=False)

    def _come_online(self, device: SimulatedDevice) -> None:
        self._outbox.status(device, online=True)
        self._do(device, device.core.connected(self._moment(device)))
        if device.retained_acks is not None:
            acks = device.retained_acks
            self._do(device, device.core.heard_acks(acks, self._moment(device), retained=True))
        queued, device.queued_commands = device.queued_commands, []
        for frame in queued:
            self._do(device, device.core.heard_command(frame, self._moment(device)))

    def _message(self, item: Heard) -> None:
        topic = wire.parse_topic(item.topic)
        device = self._devices.get(topic.device) if isinstance(topic, wire.Topic) else None
        if device is None or isinstance(topic, wire.Refusal):
            return
        now = self._moment(device)
        if topic.kind is wire.TopicKind.ACKS:
            device.retained_acks = item.payload
            if device.core.online:
                retained = item.retained
                self._do(device, device.core.heard_acks(item.payload, now, retained=retained))
        elif topic.kind is wire.TopicKind.COMMANDS:
            if device.core.online:
                self._do(device, device.core.heard_command(item.payload, now))
            else:
                device.queued_commands.append(item.payload)

    def _measure(self) -> None:
        ward_ms = self._clocks.ward_ms()
        while self._due and self._due[0][0] <= ward_ms:
            _, device_id = heapq.heappop(self._due)
            device = self._devices[device_id]
            self._readings(device, device.source.take(ward_ms))
            self._schedule(device)

    def _readings(self, device: SimulatedDevice, readings: Sequence[SourceReading]) -> None:
        samples = [reading.sample(device.faults.clock_offset_ms) for reading in readings]
        now = self._moment(device)
        self._do(device, device.core.measured(samples, now))

    def _tick(self) -> None:
        for device in self._devices.values():
            self._follow_link(device)
            self._do(device, device.core.tick(self._moment(device)))

    def _do(self, device: SimulatedDevice, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Made():
                    self._outbox.made(device, action)
                case Publish():
                    self._outbox.publish(device, action)
                case Forgot():
                    self._outbox.forgot(device, action)
                case Obey(command):
                    state = self._wearer.carry_out(device, command, self._clocks.ward_ms())
                    now = self._moment(device)
                    self._do(device, device.core.finished(command.id, state, now))
