"""Looks at the equipment and the staffing every few seconds and raises what stands.

What is computed is compared with the living episodes: what stands and has none starts one, what
has one and stands no more clears it.
"""

from dataclasses import replace
from datetime import datetime

from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.alerts import Finding, FindingChange
from api.alerting import (
    channel_faults,
    emergency_access,
    metrics,
    password_guessing,
    technical,
)
from api.alerting.commit import commit_changes, open_ledger
from api.alerting.episode_changes import EpisodeChanges
from api.alerting.password_guessing import standing_guesses
from api.alerting.settings import AlertingSettings
from api.alerting.subjects import Subject
from api.alerting.technical import DeviceSeen, StandingCondition, WardSeen
from api.patients.ward_policy import WardPolicies
from api.store import channels, episodes, gateways, liveness, throttles, wards
from api.store import emergency_access as emergency_store
from api.store.episodes import EpisodeRow
from api.store.timestamps import maybe_ms, ms_of
from api.store.types import Conn, Row

CONDITIONS = (
    *technical.CONDITIONS,
    password_guessing.CONDITION,
    channel_faults.CONDITION,
    emergency_access.CONDITION,
)


async def sweep(
    conn: Conn,
    now: datetime,
    settings: AlertingSettings,
    policy: EpisodePolicy,
    *,
    slack_s: float,
    gateway_silent_s: float | None,
) -> None:
    """Raise and clear technical alerts, in one transaction.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: the ward's time.
        settings: the site's settings.
        policy: when to raise, escalate and let go.
        slack_s: seconds of the ward's clock that delivery may take.
        gateway_silent_s: real seconds without a heartbeat after which the gateway is away; None:
            do not ask for it yet (the stack is just starting).
    """
    async with conn.transaction():
        alive = gateway_silent_s is None or await gateways.alive(conn, gateway_silent_s)
        ledger = await open_ledger(conn, now, policy)
        told = {row["ward"]: row for row in await wards.every(conn)}
        known = WardPolicies.over(settings.equipment())
        seen = [
            WardSeen(
                ward=row["ward"],
                patients=row["patients"],
                staffed=ledger.duty.covers(row["ward"]),
                outage_ended_ms=maybe_ms(row["outage_ended"]) or 0,
                in_outage=row["in_outage"],
            )
            for row in await liveness.wards(conn)
        ]
        stands = technical.standing(
            ms_of(now),
            seen,
            [_device(row) for row in await liveness.devices(conn)],
            gateway_alive=alive,
            slack_s=slack_s,
            policies=lambda ward: known.of(told.get(ward)).equipment,
        )
        attempts = await throttles.failed(conn)
        stands += standing_guesses(ms_of(now), seen, attempts, settings.guessing_attempts)
        faults = await channels.failing(conn)
        stands += channel_faults.standing_faults(ms_of(now), seen, faults)
        accesses = await emergency_store.standing(conn)
        stands += emergency_access.standing_accesses(ms_of(now), accesses)
        living = await episodes.of_conditions(conn, CONDITIONS)
        ledger.load(living)
        reconcile(ledger, stands, living)
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)


def reconcile(
    ledger: EpisodeChanges, stands: list[StandingCondition], living: list[EpisodeRow]
) -> None:
    """Start what stands and has no living episode; clear what has one and stands no more."""
    standing = {(s.subject.patient_no, s.subject.ward, s.finding.condition): s for s in stands}
    for record in living:
        key = (record.patient_no, record.ward, record.episode.condition)
        now_standing = standing.pop(key, None)
        if now_standing is None:
            if record.episode.cleared_ms is None:
                ledger.apply_finding(_subject(record), _cleared(ledger.now_ms, record))
        elif record.episode.cleared_ms is not None:
            ledger.apply_finding(now_standing.subject, now_standing.finding)
        elif not now_standing.hold and _more(record, now_standing.finding):
            worse = replace(now_standing.finding, change=FindingChange.WORSENED)
            ledger.apply_finding(now_standing.subject, worse)
    for one in standing.values():
        if not one.hold:
            ledger.apply_finding(one.subject, one.finding)


def _more(record: EpisodeRow, finding: Finding) -> bool:
    """Whether another device is silent, channel fails or person looks: each must be heard of."""
    for what in ("devices", "channels", "accesses"):
        known, now = record.episode.detail.get(what), finding.detail.get(what)
        if isinstance(known, list) and isinstance(now, list) and not set(now) <= set(known):
            return True
    return False


def _subject(record: EpisodeRow) -> Subject:
    return Subject(ward=record.ward, patient_no=record.patient_no, device_no=record.device_no)


def _cleared(now_ms: int, record: EpisodeRow) -> Finding:
    episode = record.episode
    return Finding(
        condition=episode.condition,
        change=FindingChange.CLEARED,
        priority=episode.priority,
        measured_ms=now_ms,
        received_ms=now_ms,
        message=episode.message,
        rule=technical.RULE,
        detail=episode.detail,
    )


def _device(row: Row) -> DeviceSeen:
    latest = row["latest"] or {}
    covered = {metric: one.get("g", one["t"]) for metric, one in latest.items()}
    return DeviceSeen(
        device=row["id"],
        device_no=row["no"],
        patient_no=row["patient_no"],
        ward=row["ward"],
        expected=row["expected"],
        since_ms=ms_of(row["since"]),
        heard_ms=maybe_ms(row["heard"]),
        latest_ms={metric: at for metric, at in covered.items() if at is not None},
    )
