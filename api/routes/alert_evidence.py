"""The whole proof of one alert: rule, model, settings, curve, signed readings, people."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from api.errors import NotFoundError
from api.evidence import alert_story
from api.http.deps import UnitOfWork, Work
from api.patients.identifiers import name_people
from api.store import alerts, evidence
from api.store.types import Row

router = APIRouter(tags=["alerts"])


@router.get("/alerts/{alert_id}/evidence")
async def get_evidence(work: Work, alert_id: UUID) -> dict[str, Any]:
    """From the alert to rule and model version, to the readings, to the signed bytes and keys.

    Each of ``observations`` says whether its signature ``signature_holds`` now, under a key that
    was its device's and in force, and whether the message ``contains_reading``; ``history`` is what
    happened to the alert and who did it, ``notices`` who was told by which channel and when, and
    ``seen`` who has opened the alert or its evidence.
    """
    row = await alerts.find(work.conn, alert_id)
    if row is None:
        raise NotFoundError
    work.note("alert.evidence", row["patient_no"], alert=str(alert_id))
    told = [alerts.alert_json(row, work.civil_now)]
    await name_people(work.conn, work.services.vault, told)
    answered = await _people(work, row)
    answered |= {
        "alert": told[0],
        "rule": row["rule"],
        "assessment": None,
        "observations": [],
        "frames": [],
        "curve": [],
    }
    if row["patient_no"] is not None:
        answered |= await _readings(work, row)
    return answered


async def _people(work: UnitOfWork, row: Row) -> dict[str, Any]:
    history = await alert_story.history(work.conn, row)
    revision = history[0]["settings_revision"] if history else 0
    return {
        "made_at": work.now,
        "settings": await alert_story.settings(work.conn, row, revision),
        "history": history,
        "notices": await alert_story.notices(work.conn, row),
        "seen": await alert_story.seen(work.conn, row),
    }


async def _readings(work: UnitOfWork, row: Row) -> dict[str, Any]:
    found = await evidence.inputs(work.conn, row, row["received_at"] or work.now)
    frames = await evidence.frames(work.conn, row["patient_no"], found)
    checks = await alert_story.checks(work.conn, row["patient_no"], found)
    assessed = await evidence.assessment(work.conn, row)
    return {
        "assessment": evidence.assessment_json(assessed),
        "observations": [
            evidence.reading_json(one) | check for one, check in zip(found, checks, strict=True)
        ],
        "frames": [evidence.frame_json(one) for one in frames],
        "curve": await alert_story.curve(work.conn, row, found),
    }
