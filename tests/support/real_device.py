"""The reference device on a pipeline's bench: its own clock, and no broker in between."""

import time
from datetime import UTC, datetime

from analytics.domain.clock import WardClock
from deploy.bench.fleet import BenchDevice
from device_sim.device.actions import Action, Publish, TwoClocks
from device_sim.device.core import DeviceCore
from device_sim.device.identity import DeviceSecrets, Identity
from device_sim.device.spool import MemorySpool, SpoolRecord
from gateway import wire
from tests.support.pipelines import Bench

WELL = {"hr": 72.0, "spo2": 97.0, "rr": 15.0, "temp": 36.8, "sbp": 122.0, "dbp": 78.0, "o2": 0.0}
BAD = {"hr": 140.0, "spo2": 82.0, "rr": 30.0, "temp": 39.5, "sbp": 80.0, "dbp": 50.0, "o2": 1.0}
_STANDS_STILL = 1e-9


class RealDevice:
    """A ``DeviceCore`` whose frames reach the bench at once, and the gateway's word it.

    Attributes:
        ahead_ms: what the device's clock reads beyond the ward's.
    """

    def __init__(self, bench: Bench, device: BenchDevice, ahead_ms: int = 0) -> None:
        self.bench = bench
        self.ahead_ms = ahead_ms
        self._ward_ms = self._began_ms = bench.now_ms()
        identity = Identity(
            device=device.name,
            bucket=device.bucket,
            gateway_sign=(bench.keys.sign_public,),
            gateway_box=bench.keys.box_public,
        )
        spool = MemorySpool()
        spool.keep(SpoolRecord(boot=1))
        self.core = DeviceCore(
            identity, DeviceSecrets(seed=device.seed), spool, nonces=lambda n: b"n" * n
        )
        self._topics = {identity.topic(kind): kind for kind in wire.TopicKind}
        self._topic = identity.topic
        self.at(0.0)
        self._do(self.core.connected(self.moment()))

    def at(self, minutes: float) -> None:
        """Let it be so long after the start, in the ward and on the device."""
        self._ward_ms = self.bench.at_ms = self._began_ms + round(minutes * 60_000)
        start = datetime.fromtimestamp(self._ward_ms / 1000, UTC)
        self.bench.parts.clock = WardClock(start=start, rate=_STANDS_STILL, origin=time.time())

    def moment(self) -> TwoClocks:
        timer_s = (self._ward_ms - self._began_ms) / 1000
        return TwoClocks(self._ward_ms + self.ahead_ms, timer_s)

    def measure(self, values: dict[str, float]) -> None:
        """Take one round of vitals now."""
        sample = wire.Sample(t=self.moment().clock_ms, **values)
        self._do(self.core.measured([sample], self.moment()))

    def step(self, by_ms: int) -> None:
        """Somebody sets the device's clock."""
        self.ahead_ms += by_ms
        self._do(self.core.tell_clock(self.moment()))

    def _do(self, actions: list[Action]) -> None:
        """Carry frames and answers to and fro until both are quiet."""
        while frames := [
            (self._topic(one.kind), one.payload) for one in actions if isinstance(one, Publish)
        ]:
            told = len(self.bench.heard.published)
            self.bench.send(*frames)
            self.bench.parts.devices.flush_acks(time.monotonic())
            self.bench.pipeline.tell_devices()
            actions = []
            for topic, payload in self.bench.heard.published[told:]:
                actions += self._hear(self._topics.get(topic), payload)

    def _hear(self, kind: wire.TopicKind | None, payload: bytes) -> list[Action]:
        if kind is wire.TopicKind.ACKS:
            return self.core.heard_acks(payload, self.moment(), retained=False)
        if kind is wire.TopicKind.COMMANDS:
            return self.core.heard_command(payload, self.moment())
        return []
