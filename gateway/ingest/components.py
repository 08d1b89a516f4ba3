"""The pipeline's parts, joined once for each worker; all state in memory is reachable from here."""

import time
from dataclasses import dataclass

from analytics.domain.clock import WardClock
from analytics.settings.in_force import WardBook
from gateway.admission.quarantine_quota import Quotas
from gateway.admission.rate_limit import Allowance
from gateway.admission.registry import Device, Registry
from gateway.downlink.publisher import Speaker
from gateway.downlink.signing_keys import GatewayKeys
from gateway.ingest.accept import Keeper
from gateway.ingest.batch import Batch
from gateway.ingest.corrections import Corrector
from gateway.ingest.decoding import Answered, Item, Opener
from gateway.ingest.frame_handler import Admitter
from gateway.ingest.lane_fold import Folder
from gateway.ingest.quarantine import Refuser
from gateway.ingest.rules import Rules, rules_of
from gateway.recovery.lanes import ModelBook, Restorer
from gateway.recovery.windows import Recaller
from gateway.settings import GatewaySettings
from gateway.state.devices import DeviceBook
from gateway.state.lanes import LaneBook
from gateway.telemetry import Metrics


@dataclass(slots=True, kw_only=True)
class Parts:
    """Everything one worker holds in memory."""

    clock: WardClock
    rules: Rules
    registry: Registry
    answered: Answered
    opener: Opener
    devices: DeviceBook
    recaller: Recaller
    lanes: LaneBook
    models: ModelBook
    restorer: Restorer
    quotas: Quotas
    folder: Folder
    corrector: Corrector
    admitter: Admitter
    speaker: Speaker
    metrics: Metrics

    def now_ms(self) -> int:
        """Ward time now; the pipeline is an edge."""
        return self.clock.at_ms(time.time())  # noqa: TID251 - see above

    def forget(self, kept: frozenset[str] = frozenset()) -> None:
        """Forget all that the store may know better; the registry is read again from the start.

        Args:
            kept: see ``forget_patients``.
        """
        self.forget_patients(kept)
        self.registry.forget()

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

    def count(self, items: list[Item], batch: Batch) -> None:
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
        if items:
            metrics.latency.observe(now_s - items[0].arrival.at_s)
        metrics.lanes.set(len(self.lanes))
        metrics.devices.set(len(self.devices))


def join(settings: GatewaySettings, keys: GatewayKeys, metrics: Metrics) -> Parts:
    """Join the parts by these settings."""
    rules = rules_of(settings)
    wards = WardBook(rules.policy)
    registry = Registry(wards)
    answered = Answered(settings.answered_frames)
    allowance = Allowance(rules.allowance)
    devices = DeviceBook(rules.acks, settings.devices, allowance.wait_s)
    lanes = LaneBook(rules.policy, settings.lanes)
    models = ModelBook()
    folder = Folder(lanes, rules)
    restorer = Restorer(lanes, models, settings.replay_days, wards)
    quotas = Quotas(rules.quota)
    return Parts(
        clock=settings.clock(),
        rules=rules,
        registry=registry,
        answered=answered,
        opener=Opener(registry, allowance, answered, keys.box_private),
        devices=devices,
        recaller=Recaller(devices, registry),
        lanes=lanes,
        models=models,
        restorer=restorer,
        quotas=quotas,
        folder=folder,
        corrector=Corrector(lanes, restorer, rules),
        admitter=Admitter(devices, Keeper(lanes, folder, rules), Refuser(devices, quotas, rules)),
        speaker=Speaker(keys, registry),
        metrics=metrics,
    )
