"""Messages of the gateway: only what it signed, to this device, and each command once."""

import base64
import binascii

from device_sim.device.identity import Identity, encode_key
from device_sim.device.spool import SpoolRecord
from gateway import wire

OBEYED_KEPT = 256
GATEWAY_KEYS_KEPT = 2
KEY_BYTES = 32
MAX_EARLY = 20


class GatewayMessages:
    """Verifies the gateway's frames; remembers whom to trust and which commands were obeyed."""

    def __init__(self, identity: Identity, record: SpoolRecord) -> None:
        self._device = identity.device
        self._enrolled = identity.gateway_sign[-1:]
        self.gateway_sign = identity.gateway_sign
        self._obeyed, self._trusted = record.obeyed, record.trusted
        enrolled, *since = map(base64.b64decode, record.trusted or ("",))
        if (enrolled,) == self._enrolled:  # else enrolled anew meanwhile: what that named counts
            self.gateway_sign = tuple(since)
        self._early: list[bytes] = []

    def recorded(self, record: SpoolRecord) -> SpoolRecord:
        """The record with what is to be remembered of commands."""
        return record._replace(obeyed=self._obeyed, trusted=self._trusted)

    def verify(self, frame: bytes) -> wire.GatewayMessage | None:
        """The message, or None if it is not the gateway's, not to this device, or not readable."""
        if wire.frame_kind(frame) is not wire.FrameKind.SIGNED:
            return None
        for key in reversed(self.gateway_sign):
            raw = wire.open_signed(frame, key)
            if isinstance(raw, wire.Refusal):
                continue
            message = wire.decode_gateway_message(raw)
            if isinstance(message, wire.Refusal) or message.device != self._device:
                return None
            return message
        return None

    def postpone(self, frame: bytes) -> None:
        """Keep a command that cannot be judged yet."""
        self._early = [*self._early, frame][-MAX_EARLY:]

    def postponed(self) -> list[bytes]:
        """The commands kept so far, which are kept no longer."""
        early, self._early = self._early, []
        return early

    def accepts(self, command: wire.Command, now_ms: int) -> bool | None:
        """Whether to obey a command, from now on an old one; None if it was one before.

        The key that a ``trust`` brings counts at once. ``now_ms`` is the gateway's time.
        """
        if command.id in self._obeyed:
            return None
        self._obeyed = (*self._obeyed, command.id)[-OBEYED_KEPT:]
        if command.expires <= now_ms or command.command not in set(wire.CommandName):
            return False
        if command.command != wire.CommandName.TRUST:
            return True
        return self._trust(command.args.get("sign_public_key"))

    def _trust(self, key_text: object) -> bool:
        """Trust one more of the gateway's keys (the newest two count); False if it is no key."""
        if not isinstance(key_text, str):
            return False
        try:
            key = base64.b64decode(key_text, validate=True)
        except binascii.Error:
            return False
        if len(key) != KEY_BYTES:
            return False
        others = tuple(known for known in self.gateway_sign if known != key)
        self.gateway_sign = (*others, key)[-GATEWAY_KEYS_KEPT:]
        self._trusted = tuple(map(encode_key, (*self._enrolled, *self.gateway_sign)))
        return True


def gateway_ms(echo: wire.ClockEcho | None, clock_ms: int) -> int:
    """The gateway's time at ``clock_ms`` of ours, by the last live acks; ours without any."""
    return clock_ms + (echo.gateway - echo.heard if echo else 0)


def heard_more(acks: wire.Acks, boot: int, seq: int) -> bool:
    """Whether the gateway has heard more of us than our own record knows (we were rolled back)."""
    return any(
        item.boot > boot
        or (item.boot == boot and max([item.upto, *(last for _, last in item.also)]) > seq)
        for item in acks.boots
    )
