"""Ends the reason that a patient's report or answers make, when it has held for its time.

Until then it holds, whatever is measured: nothing but time and people end what a person said.
"""

from datetime import datetime

from analytics.domain.alerts import FindingChange, Priority
from analytics.rules.patient_report import CONDITION, RULE
from analytics.ward import answers
from api.store import patient_reports, questionnaires
from api.store.timestamps import ms_of
from api.store.types import Conn, Row


async def end_reports(conn: Conn, now: datetime) -> int:
    """Tell the engine of reports that hold no longer; return how many there were."""
    async with conn.transaction():
        reports = await patient_reports.over(conn, now)
        for row in reports:
            finding = _cleared(CONDITION, RULE, now)
            await patient_reports.tell(conn, row["patient_no"], now, finding)
        given = await questionnaires.over(conn, now)
        for row in given:
            condition = f"{answers.CONDITION}_{row['questionnaire']}"
            finding = _cleared(condition, answers.RULE, now)
            await patient_reports.tell(conn, row["patient_no"], now, finding)
    return len(reports) + len(given)


def _cleared(condition: str, rule: str, now: datetime) -> Row:
    return {
        "condition": condition,
        "change": FindingChange.CLEARED.value,
        "priority": Priority.MEDIUM.value,
        "measured_ms": ms_of(now),
        "received_ms": ms_of(now),
        "message": "Nothing more was reported for a time",
        "rule": rule,
    }
