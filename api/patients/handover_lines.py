"""What is told of each patient at the handover of a shift: state, score, vitals, alerts.

The page of the handover shows these lines as they are now; a handover that was given keeps them as
they were (``kept``), without what is sealed or stands elsewhere for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from analytics.domain.care import scoring_of
from analytics.ward import urgency
from api.http.deps import CLINICIANS, UnitOfWork
from api.patients.identifiers import identifier_of
from api.store import alert_list, alerts, chart_points, patients
from api.store.timestamps import ms_of, rfc3339
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import open_in

_OPEN: Final = ("open", "acknowledged")
_CLOSED: Final = ("resolved", "expired")
_MOST_ALERTS: Final = 1_000
_RANK: Final = {"high": 0, "medium": 1, "low": 2}
_OF_AN_ALERT: Final = (
    "id",
    "condition",
    "kind",
    "priority",
    "state",
    "raised_at",
    "message",
    "doctor_name",
    "acknowledged_by",
)
_OF_A_LINE: Final = ("state", "doctor_name", "news2", "received", "latest")

Told = dict[int | None, list[Row]]


async def alerts_since(work: UnitOfWork, since: datetime) -> Told:
    """Return alerts that are open, or were raised, closed or came late since, by patient.

    Of technical ones a doctor or nurse has their own: the others are the coordinator's to hand on.
    """
    own = work.caller.user_id if work.caller.role in CLINICIANS else None
    rows: list[Row] = []
    for states in (_OPEN, _CLOSED, (alert_list.HISTORIC,)):
        wanted = alert_list.Wanted(states=states, own=own)
        rows += await alert_list.page(work.conn, wanted, now=work.now, limit=_MOST_ALERTS)
    found: Told = {}
    for row in rows:
        ended = row["closed_at"]
        if ended is None or max(row["raised_at"] or ended, ended) > since:
            found.setdefault(row["patient_no"], []).append(alerts.alert_json(row, work.civil_now))
    return found


async def lines(work: UnitOfWork, numbers: Sequence[int], hours: int) -> tuple[list[Row], Told]:
    """Return a line for each of these patients, and what was raised about nobody of them.

    Args:
        work: on behalf of who reads.
        numbers: of the patients, as far as the reader may see them.
        hours: what happened in the last of these is told.
    """
    known = await patients.of_numbers(work.conn, list(numbers))
    now = await chart_points.newest(work.conn, [row["no"] for row in known])
    told = await alerts_since(work, work.now - timedelta(hours=hours))
    return [_line(work, row, now.get(row["no"]), told.pop(row["no"], [])) for row in known], told


def kept(line: Row) -> Row:
    """Return what a given handover keeps of a line; it holds no name and no free text."""
    told = [{name: one.get(name) for name in _OF_AN_ALERT} for one in line["alerts"]]
    return {name: line[name] for name in _OF_A_LINE} | {"alerts": told}


def by_urgency(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort open alerts first, by priority; then by score; then by name; the ward itself last."""
    return sorted(items, key=_urgency)


def _urgency(line: dict[str, Any]) -> tuple[bool, int, int, str]:
    opened = [_RANK[one["priority"]] for one in line["alerts"] if one["state"] in _OPEN]
    low = (line.get("news2") or {}).get("low") or 0
    return (line["patient"] is None, min(opened, default=3), -low, line["name"] or "")


def _age_s(now: Row | None, at: datetime) -> float | None:
    measured = now["measured"] if now else None
    return None if measured is None else max((at - measured).total_seconds(), 0.0)


def _line(work: UnitOfWork, row: Row, now: Row | None, raised: list[Row]) -> Row:
    assessment = (now["assessment"] or {}) if now else {}
    personal = personal_data.open_personal(work.services.vault, row)
    return {
        "no": row["no"],
        "patient": str(row["id"]),
        "name": personal.name if personal else None,
        "identifier": identifier_of(personal),
        "state": row["state"],
        "doctor": str(row["doctor_id"]) if row["doctor_id"] else None,
        "doctor_name": row["doctor_name"],
        "news2": urgency.news2_now(
            assessment.get("news2"),
            _age_s(now, work.now),
            scoring_of(row["scoring"]),
            ms_of(work.now),
        ),
        "received": rfc3339(now["received"]) if now else None,
        "latest": now["latest"] if now else {},
        "alerts": open_in(raised, personal_data.text_of(work.services.vault, row)),
    }
