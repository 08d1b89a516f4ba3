"""A gateway in miniature for tests of the simulator: verifies, remembers, acknowledges."""

from collections import defaultdict
from collections.abc import Callable

from nacl.bindings import crypto_box_seed_keypair

from device_sim.device.identity import DeviceSecrets, Identity
from gateway import wire

PUBLIC, SECRET = wire.signing_keys(b"g" * 32)
BOX_PUBLIC, _ = crypto_box_seed_keypair(b"b" * 32)


class NearGateway:
    """Takes payloads as a gateway would; ``say`` publishes (topic, payload)."""

    def __init__(self, now_ms: Callable[[], int], say: Callable[[str, bytes], None]) -> None:
        self.stored: dict[tuple[str, int, int], bytes] = {}
        self.duplicates = 0
        self.refused = 0
        self.deaf = False
        self._keys: dict[str, bytes] = {}
        self._numbers: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        self._now_ms = now_ms
        self._say = say

    def admit(self, device: str, keys: DeviceSecrets) -> Identity:
        self._keys[device] = keys.public
        return Identity(device=device, bucket="0f", gateway_sign=(PUBLIC,), gateway_box=BOX_PUBLIC)

    def hear(self, topic: str, payload: bytes) -> None:
        parsed = wire.parse_topic(topic)
        assert isinstance(parsed, wire.Topic)
        if self.deaf or parsed.kind is wire.TopicKind.STATUS:
            return
        raw = wire.open_signed(payload, self._keys[parsed.device])
        if isinstance(raw, wire.Refusal):
            self.refused += 1
            return
        message = wire.decode_device_message(raw)
        assert not isinstance(message, wire.Refusal)
        key = (parsed.device, message.boot, message.seq)
        assert self.stored.get(key, payload) == payload, "same identity, other bytes"
        self.duplicates += key in self.stored
        self.stored[key] = payload
        self._acknowledge(parsed, message.boot, message.seq)

    def command(self, device: str, name: str, **args: str | int) -> None:
        now = self._now_ms()
        command = wire.Command(
            device=device,
            id=f"c-{name}",
            issued=now,
            expires=now + 10**7,
            command=name,
            args={**args},
        )
        topic = wire.device_topic("0f", device, wire.TopicKind.COMMANDS)
        self._say(topic, wire.make_signed(wire.encode(command), SECRET))

    def _acknowledge(self, topic: wire.Topic, boot: int, seq: int) -> None:
        numbers = self._numbers[topic.device, boot]
        numbers.add(seq)
        upto, also = wire.upto_and_ranges(0, numbers)
        acks = wire.Acks(
            device=topic.device,
            time=self._now_ms(),
            boots=[wire.BootAcks(boot=boot, upto=upto, also=also)],
        )
        where = wire.device_topic(topic.bucket, topic.device, wire.TopicKind.ACKS)
        self._say(where, wire.make_signed(wire.encode(acks), SECRET))
