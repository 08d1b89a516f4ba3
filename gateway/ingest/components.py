"""The pipeline's parts, joined once for each worker; all state in memory is reachable from here."""

import time
from dataclasses import dataclass

from analytics.domain.clock import WardClock
from analytics.settings.in_force import WardSettingsCache
from analytics.tracing.spans import FrameTracer
from gateway.admission.quarantine_quota import QuarantineQuota
from gateway.admission.rate_limit import RateLimiter
from gateway.admission.registry import Device, Registry
from gateway.downlink.publisher import Downlink
from gateway.downlink.signing_keys import GatewayKeys
from gateway.ingest.accept import AcceptedFrames
from gateway.ingest.batch import Batch
from gateway.ingest.corrections import Corrector
from gateway.ingest.decoding import Decoder, InboundFrame, RecentFrames
from gateway.ingest.frame_handler import FrameHandler
from gateway.ingest.lane_fold import LaneScorer
from gateway.ingest.quarantine import Quarantine
from gateway.ingest.rules import Rules, rules_of
from gateway.recovery.lanes import LaneLoader, ModelCache
from gateway.recovery.windows import WindowLoader
from gateway.settings import GatewaySettings
from gateway.state.devices import DeviceCache
from gateway.state.lanes import LaneCache
from gateway.telemetry import Metrics


@dataclass(slots=True, kw_only=True)
class Components:
    """Everything one worker holds in memory."""

    clock: WardClock
    rules: Rules
    registry: Registry
    answered: RecentFrames
    opener: Decoder
    devices: DeviceCache
    recaller: WindowLoader
    lanes: LaneCache
    models: ModelCache
    restorer: LaneLoader
    quotas: QuarantineQuota
    folder: LaneScorer
    corrector: Corrector
    admitter: FrameHandler
    speaker: Downlink
    metrics: Metrics
    tracer: FrameTracer | None

    def now_ms(self) -> int:
        """Ward time now; the pipeline is an edge."""
        return self.clock.at_ms(time.time())  # noqa: TID251 - see above

    def drop_state(self, kept: frozenset[str] = frozenset()) -> None:
        """Forget all that the store may know better; the registry is read again from the start.

        Args:
            kept: see ``forget_patients``.
        """
        self.forget_patients(kept)
        self.registry.drop_ward()

    def forget_patients(self, kept: frozenset[str]) -> None:
        """Forget lanes and windows: they are in the store, and may become another worker's.

        Args:
            kept: buckets that stay ours; whom of them we still have to tell is not forgotten.
        """
        patients = self.registry.patients

        def ours(device: Device) -> bool:
            patient = patients.get(device.patient_no)
            return patient is not None and patient.bucket in kept

        self.devices.unload(ours)
        self.lanes.clear()
        self.answered.clear()

    def forget_lanes(self) -> None:
        """Forget lanes that were moved in a transaction which did not stand."""
        self.lanes.clear()

    def count(self, items: list[InboundFrame], batch: Batch) -> None:
        """Count a committed batch."""
        metrics, now_s = self.metrics, time.monotonic()
        frames = metrics.frames.labels
        frames("stored").inc(batch.accepted)
        frames("duplicate").inc(batch.duplicates)
        frames("ignored").inc(batch.ignored)
        metrics.unknown_members.inc(batch.unknown_members)
        for (_, reason), count in batch.work.refusals.items():
            metrics.refused.labels(reason).inc(count)
        frames("quarantined").inc(len(batch.work.quarantine))
        metrics.failures.labels("lane").inc(batch.lane_failures)
        metrics.readings.inc(batch.readings)
        metrics.batches.inc()
        if batch.times is not None:
            for name, seconds in batch.times.durations():
                metrics.stage.labels(name).observe(seconds)
        if items:
            metrics.latency.observe(now_s - items[0].arrival.at_s)
        metrics.lanes.set(len(self.lanes))
        metrics.devices.set(len(self.devices))


def build_components(
    settings: GatewaySettings,
    keys: GatewayKeys,
    metrics: Metrics,
    tracer: FrameTracer | None = None,
) -> Components:
    """Join the parts by these settings."""
    rules = rules_of(settings)
    wards = WardSettingsCache(rules.policy)
    registry = Registry(wards)
    answered = RecentFrames(settings.answered_frames)
    allowance = RateLimiter(rules.allowance)
    devices = DeviceCache(rules.acks, settings.devices, allowance.wait_s)
    lanes = LaneCache(rules.policy, settings.lanes)
    models = ModelCache()
    folder = LaneScorer(lanes, rules)
    restorer = LaneLoader(lanes, models, settings.replay_days, wards)
    quotas = QuarantineQuota(rules.quota)
    return Components(
        clock=settings.clock(),
        rules=rules,
        registry=registry,
        answered=answered,
        opener=Decoder(registry, allowance, answered, keys.box_private),
        devices=devices,
        recaller=WindowLoader(devices, registry),
        lanes=lanes,
        models=models,
        restorer=restorer,
        quotas=quotas,
        folder=folder,
        corrector=Corrector(lanes, restorer, rules),
        admitter=FrameHandler(
            devices, AcceptedFrames(lanes, folder, rules), Quarantine(devices, quotas, rules)
        ),
        speaker=Downlink(keys, registry),
        metrics=metrics,
        tracer=tracer,
    )
