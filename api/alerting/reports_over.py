"""Ends the reason that a patient's report makes, when it has held for its time.

Until then it holds, whatever is measured: nothing but time and people end what a person said.
"""

from datetime import datetime

from analytics.domain.alerts import FindingChange, Priority
from analytics.rules.patient_report import CONDITION, RULE
from api.store import patient_reports
from api.store.timestamps import ms_of
from api.store.types import Conn


async def end_reports(conn: Conn, now: datetime) -> int:
    """Tell the engine of reports that hold no longer; return how many there were."""
    async with conn.transaction():
        over = await patient_reports.over(conn, now)
        for row in over:
            finding = {
                "condition": CONDITION,
                "change": FindingChange.CLEARED.value,
                "priority": Priority.MEDIUM.value,
                "measured_ms": ms_of(now),
                "received_ms": ms_of(now),
                "message": "Nothing more was reported for a time",
                "rule": RULE,
            }
            await patient_reports.tell(conn, row["patient_no"], now, finding)
    return len(over)
