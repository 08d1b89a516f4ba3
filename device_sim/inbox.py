"""What the gateway says: only what it signed, to this device, and each command once."""

import base64
import binascii

from device_sim.identity import Identity
from gateway import wire

OBEYED_KEPT = 256
GATEWAY_KEYS_KEPT = 2
KEY_BYTES = 32
MAX_EARLY = 20


class Inbox:
    """Verifies the gateway's frames and remembers which commands were obeyed."""

    def __init__(self, identity: Identity, obeyed: tuple[str, ...]) -> None:
        self._device = identity.device
        self.gateway_sign = identity.gateway_sign
        self.obeyed = obeyed

    def open(self, frame: bytes) -> wire.GatewayMessage | None:
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

    def first_time(self, command: wire.Command) -> bool:
        """Whether this command's id is new; from now on it is not."""
        if command.id in self.obeyed:
            return False
        self.obeyed = (*self.obeyed, command.id)[-OBEYED_KEPT:]
        return True

    def trust(self, key_text: object) -> bool:
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
        return True


def heard_more(acks: wire.Acks, boot: int, seq: int) -> bool:
    """Whether the gateway has heard more of us than our own record knows (we were rolled back)."""
    return any(
        item.boot > boot
        or (item.boot == boot and max([item.upto, *(last for _, last in item.also)]) > seq)
        for item in acks.boots
    )
