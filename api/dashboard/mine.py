"""The patient's own page: what it needs besides the public API, in one answer."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from analytics.domain.care import Role, scoring_of
from analytics.rules.patient_report import QUESTIONS
from analytics.ward import own_day, vitals
from analytics.ward.questionnaires import OWN_QUESTIONNAIRES
from api.dashboard import frames
from api.dashboard.visits import Visitor, own_page
from api.http.deps import Work, acting, allow, services_of
from api.patients import care_plans
from api.patients.record_access import own_record
from api.patients.ward_policy import WardPolicies
from api.store import alert_list, chart_points, devices, observation_due, wards
from api.store.timestamps import ms_of

router = APIRouter(include_in_schema=False)


@router.get("/mine")
async def mine(request: Request, visitor: Visitor) -> Response:
    """A patient's own readings and messages, what is to do, and how to say that one feels worse."""
    if visitor is None or visitor.role is not Role.PATIENT:
        return own_page(request, visitor, "mine")
    found = None
    if visitor.patient_no is not None:
        async with acting(services_of(request), visitor) as work:
            found = await chart_points.patient_id(work.conn, visitor.patient_no)
    return frames.frame(
        "mine", visitor, patient=found, questions=QUESTIONS, forms=OWN_QUESTIONNAIRES
    )


@router.get("/ui/mine", dependencies=[allow(Role.PATIENT)])
async def own_day_now(work: Work) -> dict[str, Any]:
    """How the caller is by their newest readings, what is to be measured by when, whom to call."""
    row = await own_record(work)
    policy = WardPolicies().of(await wards.settings(work.conn, row["ward"]))
    now = (await chart_points.newest(work.conn, [row["no"]])).get(row["no"]) or {}
    now_ms = ms_of(work.now)
    worn = vitals.Worn(
        latest=now.get("latest") or {},
        baselines={},
        scale=row["spo2_scale"] or 1,
        scored=scoring_of(row["scoring"]).unscored_at(now_ms) is None,
        policy=policy.clinical,
    )
    theirs = await devices.devices(work.conn, after=0, limit=50, patient_no=row["no"])
    expected = {name for one in theirs if one["bound_to"] is None for name in one["expected"]}
    asked = alert_list.Wanted(states=("open", "acknowledged"), patient=row["id"], kind="clinical")
    raised = await alert_list.page(work.conn, asked, now=work.now, limit=1)
    work.note("day.read", row["no"])
    return {
        "vitals": vitals.vitals_now(worn, now_ms),
        "limits": await care_plans.limits_in_force(work, row),
        "todo": own_day.to_measure(
            worn, expected, now_ms, every_min=await observation_due.every_min(work.conn, row["no"])
        ),
        "alerted": bool(raised),
        "watched": row["state"] == "active",
        "emergency": policy.contact.emergency_phone or None,
        "phone": policy.contact.ward_phone or None,
        "out_of_hours": policy.episodes.out_of_hours_phone or None,
    }
