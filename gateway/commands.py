"""What the gateway says to devices: signed acknowledgements and commands."""

from typing import Protocol
from uuid import uuid4

from gateway import wire
from gateway.devices import DeviceState
from gateway.keys import GatewayKeys
from gateway.registry import Registry
from gateway.store.outgoing import QueuedCommand


class Voice(Protocol):
    """The way to the broker."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> None:
        """Publish to one topic."""


class Speaker:
    """Signs and sends; what fails on the way is sent again or asked for again."""

    def __init__(self, keys: GatewayKeys, registry: Registry) -> None:
        self._keys = keys
        self._registry = registry

    def use(self, keys: GatewayKeys) -> None:
        """Sign with these from now on."""
        self._keys = keys

    def acknowledge(self, voice: Voice, state: DeviceState, now_ms: int) -> bool:
        """Tell a device what is handled; False: its patient is not known."""
        topic = self._topic(state.device.no, wire.TopicKind.ACKS)
        if topic is None:
            return False
        frame = self._keys.signed(state.acks(now_ms))
        voice.publish(topic, frame, qos=0, retain=True)
        return True

    def ask_clock(self, voice: Voice, state: DeviceState, now_ms: int) -> None:
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
            voice.publish(topic, self._keys.signed(command), qos=1, retain=False)

    def command(self, voice: Voice, queued: QueuedCommand) -> bool:
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
        voice.publish(topic, self._keys.signed(command), qos=1, retain=False)
        return True

    def _topic(self, device_no: int, kind: wire.TopicKind) -> str | None:
        device = self._registry.device(device_no)
        patient = None if device is None else self._registry.patients.get(device.patient_no)
        if device is None or patient is None:
            return None
        return wire.device_topic(patient.bucket, device.id, kind)
