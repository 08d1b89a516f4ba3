"""Asks a patient's devices to measure again what a questionable reading leaves open.

A questionable reading that is bad waits two minutes for something better, and then calls. What is
better must be able to come: who measures the metric is told so, once for each question. So is who
measures what a patient's score lacks and what alone could score 3: missing is never normal.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from analytics.domain.alerts import Finding, FindingChange
from analytics.domain.vitals import Metric
from analytics.news2.score import PARAMETERS
from api.alerting.settings import AlertingSettings
from api.store import measure_requests as store
from api.store.types import Conn, Row

ALONE_3 = tuple(metric.wire_name for metric in PARAMETERS if metric is not Metric.O2)
_SAID = frozenset({FindingChange.STARTED, FindingChange.WORSENED, FindingChange.PERSISTS})


def questions(found: Iterable[tuple[Row, Finding]]) -> list[tuple[int, str]]:
    """Return each patient's number with the metric to be measured again."""
    wanted = {
        (row["patient_no"], str(finding.detail["metric"])): None
        for row, finding in found
        if row["patient_no"] is not None and _is_question(finding)
    }
    return list(wanted)


def _is_question(finding: Finding) -> bool:
    detail = finding.detail
    asked = detail.get("repeat") is True and detail.get("trusted") is False
    return asked and "metric" in detail and finding.change in _SAID and not finding.late


async def ask(
    conn: Conn, now: datetime, found: Iterable[tuple[Row, Finding]], valid_s: float
) -> int:
    """Queue the commands, in the caller's transaction; return how many.

    Args:
        conn: the leader's own connection.
        now: the ward's time.
        found: what was noticed, with its row of the outbox.
        valid_s: for so long a device may still obey; it is not asked twice in that time.
    """
    wanted = questions(found)
    if not wanted:
        return 0
    return await store.ask_to_measure(conn, wanted, now, now + timedelta(seconds=valid_s))


async def ask_for_missing(conn: Conn, now: datetime, settings: AlertingSettings) -> int:
    """Queue commands for what scores lack, in one transaction; return how many.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: the ward's time.
        settings: after how long without it a metric is asked for, and how often.
    """
    async with conn.transaction():
        return await store.ask_for_missing(
            conn,
            ALONE_3,
            now,
            since=now - timedelta(seconds=settings.ask_missing_after_s),
            again=now - timedelta(seconds=settings.ask_missing_every_s),
            expires=now + timedelta(seconds=settings.ask_valid_s),
        )
