"""Signing and publishing of acknowledgements and commands to devices."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import uuid4

from gateway import wire
from gateway.admission.registry import Registry
from gateway.downlink.signing_keys import GatewayKeys
from gateway.state.devices import DeviceState
from gateway.store.commands import QueuedCommand


class Publisher(Protocol):
    """The way to the broker."""

    @property
    def heard(self) -> bool:
        """Whether a line is up; else whatever is said is lost."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish to one topic, with QoS 1."""

    def publish_retained(self, said: Sequence[tuple[str, bytes]]) -> None:
        """Publish (topic, payload) with QoS 0, each to be kept by the broker; by one write."""


class Downlink:
    """Signs and sends; what fails on the way is sent again or asked for again."""

    def __init__(self, keys: GatewayKeys, registry: Registry) -> None:
        self._keys = keys
        self._registry = registry

    def use(self, keys: GatewayKeys) -> None:
        """Sign with these from now on."""
        self._keys = keys

    def send_acks(self, voice: Publisher, states: Iterable[DeviceState], now_ms: int) -> int:
        """Tell devices what is handled; how many were told: their patients must be known."""
        said = [
            (topic, self._keys.signed(state.acks(now_ms)))
            for state in states
            if (topic := self._topic(state.device.no, wire.TopicKind.ACKS)) is not None
        ]
        if said:
            voice.publish_retained(said)
        return len(said)

    def ask_clock(self, voice: Publisher, state: DeviceState, now_ms: int) -> None:
        """Ask a device for a ``clock/1``; it must obey whatever its clock reads, so no expiry."""
        command = wire.Command(
            device=state.device.id,
            id=str(uuid4()),
            issued=now_ms,
            expires=wire.messages.MAX_TIME_MS,
            command=wire.CommandName.CLOCK.value,
        )
        topic = self._topic(state.device.no, wire.TopicKind.COMMANDS)
        if topic is not None:
            voice.publish(topic, self._keys.signed(command))

    def command(self, voice: Publisher, queued: QueuedCommand) -> bool:
        """Send a queued command; False: its device is not known yet."""
        device = self._registry.device(queued.device_no)
        topic = self._topic(queued.device_no, wire.TopicKind.COMMANDS)
        if device is None or topic is None:
            return False
        command = wire.Command(
            device=device.id,
            id=queued.id,
            issued=queued.issued_ms,
            expires=queued.expires_ms,
            command=queued.command,
            args=queued.args,
        )
        voice.publish(topic, self._keys.signed(command))
        return True

    def _topic(self, device_no: int, kind: wire.TopicKind) -> str | None:
        device = self._registry.device(device_no)
        patient = None if device is None else self._registry.patients.get(device.patient_no)
        if device is None or patient is None:
            return None
        return wire.device_topic(patient.bucket, device.id, kind)
