"""One batch of the outbox becomes episodes, in one transaction.

A row that no rule can read is taken and logged, never left to block those behind it; a technical
alert about its patient says that something was noticed which nobody was told of.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import msgspec
import structlog
from psycopg import OperationalError

from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.alerts import Finding, FindingChange, Kind, Priority, kind_of
from analytics.tracing.spans import FrameTracer, now_ns
from api.alerting import changed_limits, measure_requests, metrics, retraction
from api.alerting.commit import commit_changes, open_ledger
from api.alerting.episode_changes import EpisodeChanges
from api.alerting.settings import AlertingSettings
from api.alerting.subjects import Subject
from api.alerting.traced import tell_taken
from api.store import duty, episodes, history, notify, outbox, patient_alerts
from api.store.timestamps import ms_of
from api.store.types import Conn, Row

log = structlog.get_logger("api.alerting")


async def take(
    conn: Conn,
    now: datetime,
    settings: AlertingSettings,
    policy: EpisodePolicy,
    *,
    tracer: FrameTracer | None = None,
) -> int:
    """Take one batch of the outbox; return how many rows it had.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: the ward's time.
        settings: the site's settings.
        policy: when to raise, escalate and let go.
        tracer: told of what became of each frame; None: nobody follows any.
    """
    try:
        return await _take(conn, now, settings, policy, settings.batch, tracer=tracer)
    except OperationalError:
        raise
    except Exception as error:  # the top of a lane: find the row that cannot be handled
        log.exception("batch_failed", error=type(error).__name__)
        return await _one_by_one(conn, now, settings, policy, tracer=tracer)


async def _one_by_one(
    conn: Conn,
    now: datetime,
    settings: AlertingSettings,
    policy: EpisodePolicy,
    *,
    tracer: FrameTracer | None,
) -> int:
    for taken in range(settings.batch):
        try:
            if not await _take(conn, now, settings, policy, 1, tracer=tracer):
                return taken
        except OperationalError:
            raise
        except Exception as error:  # the same lane: this very row is the one
            metrics.REFUSED.inc()
            log.exception("finding_set_aside", error=type(error).__name__)
            await _set_aside(conn, now, settings, policy)
    return settings.batch


async def _set_aside(
    conn: Conn, now: datetime, settings: AlertingSettings, policy: EpisodePolicy
) -> None:
    """Take a row that no rule can read, and say so, in one step: no crash parts the two."""
    async with conn.transaction():
        rows = await outbox.waiting(conn, 1)
        await outbox.mark_taken(conn, [row["id"] for row in rows])
        try:
            async with conn.transaction():
                told = [({**row, "device_no": None}, _lost(row, now)) for row in rows]
                await commit_changes(conn, await _fold(conn, now, settings, policy, told))
        except OperationalError:
            raise
        except Exception as error:  # the top of a lane: it is in the log, and others wait
            log.exception("set_aside_untold", error=type(error).__name__)


def _lost(row: Row, now: datetime) -> Finding:
    """What is told in place of a finding that could not be handled."""
    return Finding(
        condition="sensor",
        change=FindingChange.STARTED,
        priority=Priority.HIGH,
        measured_ms=ms_of(now),
        received_ms=ms_of(now),
        message="Something noticed about this patient could not be handled: look at the readings",
        rule="engine/1",
        detail={"outbox": row["id"]},
    )


async def _take(
    conn: Conn,
    now: datetime,
    settings: AlertingSettings,
    policy: EpisodePolicy,
    limit: int,
    *,
    tracer: FrameTracer | None,
) -> int:
    times = [now_ns()]
    async with conn.transaction():
        rows = await outbox.waiting(conn, limit)
        if not rows:
            return 0
        times.append(now_ns())
        for corrects, some in groupby(rows, lambda row: row["kind"] == retraction.KIND):
            if corrects:
                for row in some:
                    await retraction.retract(conn, now, policy, row)
            else:
                await _find(conn, now, settings, policy, _findings(list(some), now))
        if any(row["kind"] == "risk" for row in rows):
            await notify.wake_rota(conn, "risk")
        times.append(now_ns())
        await outbox.mark_taken(conn, [row["id"] for row in rows])
    if tracer is not None:
        tell_taken(tracer, rows, (*times, now_ns()))
    return len(rows)


async def _find(
    conn: Conn,
    now: datetime,
    settings: AlertingSettings,
    policy: EpisodePolicy,
    found: Sequence[tuple[Row, Finding]],
) -> None:
    """Turn findings that follow each other into episodes."""
    if found:
        ledger = await _fold(conn, now, settings, policy, found)
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)
        await measure_requests.ask(conn, now, found, settings.ask_valid_s)


def _findings(rows: Sequence[Row], now: datetime) -> list[tuple[Row, Finding]]:
    found = []
    for row in rows:
        if row["kind"] != "finding":
            continue
        try:
            found.append((row, msgspec.convert(row["payload"], Finding, strict=False)))
        except msgspec.ValidationError as error:
            metrics.REFUSED.inc()
            log.error("finding_unreadable", outbox=row["id"], error=str(error))  # noqa: TRY400
            found.append((row, _lost(row, now)))
    return found


async def _fold(
    conn: Conn,
    now: datetime,
    settings: AlertingSettings,
    policy: EpisodePolicy,
    found: Sequence[tuple[Row, Finding]],
) -> EpisodeChanges:
    numbers = sorted({row["patient_no"] for row, _ in found if row["patient_no"] is not None})
    patients = await duty.patients(conn, numbers)
    ledger = await open_ledger(conn, now, policy, numbers)
    names = {finding.condition for _, finding in found}
    conditions = sorted(name for name in names if kind_of(name) is Kind.TECHNICAL)
    since = ms_of(now) - int(settings.resolved_memory_s * 1000)
    ledger.load(await episodes.newest(conn, numbers, conditions, since))
    if len(conditions) < len(names):
        ledger.patients.know(await patient_alerts.load(conn, numbers, since))
    if any(finding.late for _, finding in found):
        ledger.recall(await history.newest(conn, numbers, sorted(names), since))
    for row, finding in found:
        patient = patients.get(row["patient_no"])
        if patient is None or not _watched(patient, now):
            continue  # paused and discharged patients raise nothing
        subject = Subject(
            ward=patient["ward"],
            patient_no=row["patient_no"],
            device_no=row["device_no"],
            frame_id=row["frame_id"],
        )
        reason = ledger.patients.of(row["patient_no"]).reasons.get(finding.condition)
        said = await changed_limits.explained(conn, subject.ward, reason, finding)
        ledger.apply_finding(subject, said)
    return ledger


def _watched(patient: Row, now: datetime) -> bool:
    """Whether a patient is watched: a pause is over by its time, not when it is written down."""
    until: datetime | None = patient["paused_until"]
    if patient["state"] == "paused":
        return until is not None and until <= now
    return bool(patient["state"] == "active")
