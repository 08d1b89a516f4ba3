"""Retraction of alerts that rest on a reading entered in error: they are false.

The gateway has folded the patient's lane again without the reading and says which conditions were
found by it alone. What other readings hold goes on, in the words that follow in the outbox.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import metrics
from api.alerting.commit import commit_changes, open_ledger
from api.alerting.episode_changes import EpisodeChanges
from api.store import duty, patient_alerts, resting
from api.store.types import Conn, Row

KIND = "correction"


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway says of a correction.

    Attributes:
        by: who marked the reading.
        since_ms: arrival of the first marked reading.
        retracted: conditions that rested on it alone.
        historic: the same of back-fill: (condition, event time).
    """

    by: UUID | None
    since_ms: int
    retracted: list[str]
    historic: list[tuple[str, int]]


async def retract(conn: Conn, now: datetime, policy: EpisodePolicy, row: Row) -> None:
    """Close what rests on nothing any more.

    Args:
        conn: the leader's connection, in a transaction.
        now: the ward's time.
        policy: as for findings.
        row: of the outbox.
    """
    said = msgspec.convert(row["payload"], Correction)
    patient_no = row["patient_no"]
    ledger = await open_ledger(conn, now, policy, [patient_no])
    found = await resting.on(conn, patient_no, said.retracted, said.since_ms, said.historic)
    for record in found:
        ledger.retract(record, said.by)
    await _living(conn, ledger, patient_no, said)
    await commit_changes(conn, ledger)
    metrics.count(ledger.news)


async def _living(conn: Conn, ledger: EpisodeChanges, patient_no: int, said: Correction) -> None:
    """End those reasons of the patient's alert of which nothing else has come since."""
    ledger.patients.know(await patient_alerts.load(conn, [patient_no], ledger.now_ms))
    known = ledger.patients.of(patient_no)
    rests = [
        name
        for name, row in known.reasons.items()
        if name in said.retracted and row.reason.received_ms >= said.since_ms
    ]
    patients = await duty.patients(conn, [patient_no])
    if rests and patient_no in patients:
        ledger.patients.retract(patient_no, patients[patient_no]["ward"], rests, said.by)
