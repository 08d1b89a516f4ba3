"""What is said of a replay: how far it is, and once it is done what differs."""

from datetime import UTC, datetime
from typing import Any

from analytics.evaluation.what_if import AlertShown
from api.http.deps import UnitOfWork
from api.patients.identifiers import name_people
from api.replay.desk import ReplayJob
from api.store.timestamps import instant, rfc3339


async def answer_of(work: UnitOfWork, job: ReplayJob) -> dict[str, Any]:
    """Return state and progress; ``result`` once it is done.

    ``gained`` and ``lost`` hold at most 200 alerts each, with the course that they rest on;
    ``counts`` says how many there are.
    """
    told: dict[str, Any] = {"state": job.state, "progress": round(job.progress, 3), "result": None}
    if job.state == "done":
        gained, lost = ([_told(one) for one in some] for some in (job.gained, job.lost))
        named = await name_people(work.conn, work.services.vault, [*gained, *lost])
        if named:
            work.saw("alerts.what_if.read", named)
        told["result"] = {
            "patients": job.total,
            "patient_days": job.days,
            "now": _totals(job, "now"),
            "then": _totals(job, "then"),
            "counts": job.counted,
            "gained": gained,
            "lost": lost,
        }
    return told


def _totals(job: ReplayJob, which: str) -> dict[str, Any]:
    total = job.now if which == "now" else job.then
    days = max(1, job.days)
    return {
        **{name: getattr(total, name) for name in total.__struct_fields__},
        "alerts_a_patient_day": round(total.alerts / days, 3),
        "calls_a_patient_day": round(total.calls / days, 3),
    }


def _told(one: AlertShown) -> dict[str, Any]:
    return {
        "patient": one.person,
        "condition": one.condition,
        "priority": one.priority,
        "raised_at": rfc3339(instant(one.raised_ms)),
        "closed_at": rfc3339(instant(one.closed_ms)),
        "calls": one.calls,
        "measure": one.measure,
        "curve": [
            {"time": rfc3339(datetime.fromtimestamp(t_ms / 1000, UTC)), "value": value}
            for t_ms, value in one.curve
        ],
    }
