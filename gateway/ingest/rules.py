"""The settings as the pipeline's parts use them: tolerances in ward milliseconds, one record.

What a network may delay is real time; on a ward clock that runs faster the tolerances grow with
it, or a second on the wire would make a reading an hour late.
"""

from dataclasses import dataclass

from analytics.policy import Policy
from gateway.admission.clock_offset import ClockRules
from gateway.admission.quarantine_quota import QuotaRules
from gateway.admission.rate_limit import RateRules
from gateway.admission.samples import DAY_MS, SampleRules
from gateway.settings import GatewaySettings
from gateway.state.devices import AckRules

NETWORK_MS = 5_000
"""Delay of the network and of a batch that every tolerance must bear, in real time."""
HOUR_MS = 3_600_000
EXCHANGE_S = 30.0
"""Real time in which a device that has just connected can have told its clock: it waits for the
retained acknowledgements, sends, hears an answer, and is asked again if that did not suffice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything the pipeline decides by; see ``gateway.settings`` for the meanings."""

    clocks: ClockRules
    samples: SampleRules
    policy: Policy
    allowance: RateRules
    acks: AckRules
    clock_persist_s: float
    clock_ask_s: float
    command_repeat_s: float
    correction_frames: int
    snapshot_frames: int
    snapshot_s: float
    risk_step: float
    snapshot_past_ms: int
    quota: QuotaRules
    flood_frames: int
    flood_s: float
    warn_every_s: float = 60.0


def rules_of(settings: GatewaySettings) -> Rules:
    """The rules by these settings."""
    rate = settings.clock().rate if settings.clock_start is not None else 1.0
    hurry_ms = round(NETWORK_MS * max(0.0, rate - 1.0))
    clocks = ClockRules.at_rate(rate)
    return Rules(
        clocks=clocks,
        samples=SampleRules(
            too_old_ms=round(settings.too_old_days * DAY_MS),
            future_ms=round(settings.future_s * 1000) + hurry_ms,
            binding_slack_ms=clocks.stands_ms,
        ),
        policy=Policy(late_ms=round(settings.late_s * 1000) + hurry_ms),
        allowance=RateRules(per_s=settings.rate_per_s, burst=settings.rate_burst),
        acks=AckRules(
            frames=settings.ack_frames,
            after_s=settings.ack_s,
            latest_s=max(settings.ack_s, settings.ack_latest_s),
        ),
        clock_persist_s=settings.clock_persist_s + EXCHANGE_S * max(0.0, rate - 1.0),
        clock_ask_s=settings.clock_ask_s,
        command_repeat_s=settings.command_repeat_s,
        correction_frames=settings.correction_frames,
        snapshot_frames=settings.snapshot_frames,
        snapshot_s=settings.snapshot_s,
        risk_step=settings.risk_step,
        snapshot_past_ms=round(settings.snapshot_past_hours * HOUR_MS),
        quota=QuotaRules(
            unsigned_burst=settings.quarantine_unsigned_burst,
            unsigned_per_s=settings.quarantine_unsigned_per_s,
            signed=settings.quarantine_signed,
            signed_bytes=settings.quarantine_signed_bytes,
        ),
        flood_frames=settings.flood_frames,
        flood_s=settings.flood_s,
    )
