"""Wearer of a device, or its hardware: reads a command, measures, re-enrols."""

import os
from collections.abc import Callable, Sequence

from device_sim.device.identity import make_keys
from device_sim.errors import WardRefused
from device_sim.fleet.simulated_device import SimulatedDevice
from device_sim.patients.sources import SourceReading
from device_sim.ward.registration import Enrol
from gateway import wire


class Wearer:
    """Carries out commands.

    Args:
        enrol: how to enrol new keys, if this device can.
        take: what to do with readings that a command asked for.
    """

    def __init__(
        self, enrol: Enrol | None, take: Callable[[SimulatedDevice, Sequence[SourceReading]], None]
    ) -> None:
        self._enrol = enrol
        self._take = take

    def carry_out(
        self, device: SimulatedDevice, command: wire.Command, ward_ms: int
    ) -> wire.ReceiptState:
        """Do what the command asks, and say how it ended."""
        done = command.command == wire.CommandName.MESSAGE
        if command.command == wire.CommandName.MEASURE:
            done = self._measure(device, str(command.args.get("metric")), ward_ms)
        elif command.command == wire.CommandName.INTERVAL:
            done = self._interval(device, command.args)
        elif command.command == wire.CommandName.ROTATE_KEY:
            done = self._rotate(device, command.args.get("token"))
        if done and command.command == wire.CommandName.MESSAGE:
            return wire.ReceiptState.SEEN
        return wire.ReceiptState.DONE if done else wire.ReceiptState.DECLINED

    def _measure(self, device: SimulatedDevice, metric: str, ward_ms: int) -> bool:
        reading = device.source.measure(metric, ward_ms)
        if reading is not None:
            self._take(device, [reading])
        return reading is not None

    def _interval(self, device: SimulatedDevice, args: dict[str, str | int | float]) -> bool:
        metric, seconds = args.get("metric"), args.get("seconds")
        if not isinstance(metric, str) or not isinstance(seconds, int | float):
            return False
        return device.source.interval(metric, seconds)

    def _rotate(self, device: SimulatedDevice, token: object) -> bool:
        if self._enrol is None or not isinstance(token, str):
            return False
        keys = make_keys(os.urandom)  # a run that goes on would draw the same again
        try:
            self._enrol(device.id, token, keys)
        except WardRefused:
            return False
        device.core.use_keys(keys)
        return True
