"""Every route against every role; a route without a row fails, so none is open by oversight."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from analytics.domain.care import Role
from tests.service.api.conftest import Ward

ROLES = ("patient", "doctor", "nurse", "coordinator", "admin", "auditor")
SIGNED = frozenset(ROLES) - {"auditor"}
OWN = SIGNED | {"auditor"}
"""What concerns one's own account: all that an auditor has beside the log."""
ANYONE = OWN | {"nobody"}
ADMIN = frozenset({"admin"})
COORDINATOR = ADMIN | {"coordinator"}
STAFF = COORDINATOR | {"doctor", "nurse"}

ACCESS: dict[str, frozenset[str]] = {
    "GET /healthz": ANYONE,
    "GET /readyz": ANYONE,
    "GET /metrics": ANYONE,
    "POST /auth/login": ANYONE,
    "POST /auth/register": ANYONE,
    "POST /enrol": ANYONE,
    "POST /auth/logout": OWN,
    "GET /me": OWN,
    "POST /me/observations": {"patient", "admin"},
    "GET /me/panel": STAFF,
    "PUT /me/panel": STAFF,
    "GET /me/channels": SIGNED,
    "POST /me/channels": SIGNED,
    "PUT /me/channels": SIGNED,
    "DELETE /me/channels/{channel_id}": SIGNED,
    "POST /me/channels/{channel_id}/test": SIGNED,
    "POST /notices/delivered": ANYONE,
    "GET /webhooks": ADMIN,
    "POST /webhooks": ADMIN,
    "POST /webhooks/{webhook_id}/test": ADMIN,
    "DELETE /webhooks/{webhook_id}": ADMIN,
    "GET /api-keys": ADMIN,
    "POST /api-keys": ADMIN,
    "DELETE /api-keys/{key_id}": ADMIN,
    "POST /me/password": OWN,
    "POST /me/recovery-codes": OWN,
    "GET /me/passkeys": OWN,
    "POST /me/passkeys/options": OWN,
    "POST /me/passkeys": OWN,
    "POST /me/passkeys/{passkey_id}/remove": OWN,
    "POST /auth/passkey/options": ANYONE,
    "POST /auth/passkey": ANYONE,
    "POST /auth/forgotten": ANYONE,
    "GET /invitations": COORDINATOR,
    "POST /invitations": COORDINATOR,
    "DELETE /invitations/{invitation_id}": COORDINATOR,
    "POST /users/{user_id}/reset-link": COORDINATOR,
    "POST /auth/invitations/look": ANYONE,
    "POST /auth/invitations/accept": ANYONE,
    "GET /me/sessions": OWN,
    "DELETE /me/sessions/{session_id}": OWN,
    "DELETE /me/sessions": OWN,
    "PUT /me/language": SIGNED,
    "POST /me/totp": OWN,
    "POST /me/totp/verify": OWN,
    "POST /me/totp/remove": OWN,
    "GET /users": ADMIN,
    "POST /users": ADMIN,
    "PATCH /users/{user_id}": ADMIN,
    "GET /audit": ADMIN | {"auditor"},
    "GET /me/export": ADMIN | {"patient"},
    "GET /patients/{patient_id}/consents": SIGNED,
    "POST /patients/{patient_id}/consents": COORDINATOR | {"patient"},
    "POST /patients/{patient_id}/consents/{consent_id}/withdraw": COORDINATOR | {"patient"},
    "GET /audit/me": ADMIN | {"patient"},
    "POST /emergency-access": ADMIN | {"doctor", "nurse"},
    "POST /emergency-access/{access_id}/end": SIGNED,
    "GET /patients/{patient_id}/emergency-access": STAFF,
    "GET /clinicians": COORDINATOR,
    "GET /registrations": COORDINATOR,
    "POST /me/reports": {"patient", "admin"},
    "GET /cases": STAFF,
    "GET /cases/colleagues": ADMIN | {"doctor"},
    "GET /cases/{case_id}": STAFF,
    "GET /cases/{case_id}/observations": STAFF,
    "GET /cases/{case_id}/dicomweb/studies/{study_uid}/{rest:path}": STAFF,
    "GET /cases/{case_id}/events": STAFF,
    "GET /cases/{case_id}/room": ADMIN | {"doctor"},
    "POST /cases/{case_id}/entries": ADMIN | {"doctor"},
    "POST /cases/{case_id}/sign": ADMIN | {"doctor"},
    "POST /cases/{case_id}/close": COORDINATOR | {"doctor"},
    "POST /cases/{case_id}/join": ADMIN | {"doctor"},
    "POST /cases/{case_id}/signals": ADMIN | {"doctor"},
    "POST /cases/{case_id}/leave": ADMIN | {"doctor"},
    "GET /me/cases": ADMIN | {"patient"},
    "GET /patients/{patient_id}/cases": STAFF,
    "POST /patients/{patient_id}/cases": ADMIN | {"doctor"},
    "GET /consultations": SIGNED,
    "GET /consultations/{consultation_id}": SIGNED,
    "GET /patients/{patient_id}/consultations": SIGNED,
    "POST /patients/{patient_id}/consultations": SIGNED,
    "GET /patients/{patient_id}/consultation-slots": SIGNED,
    "POST /consultations/{consultation_id}/move": SIGNED,
    "POST /consultations/{consultation_id}/cancel": SIGNED,
    "POST /consultations/{consultation_id}/join": ADMIN | {"patient", "doctor"},
    "POST /consultations/{consultation_id}/admit": ADMIN | {"patient", "doctor"},
    "GET /consultations/{consultation_id}/room": ADMIN | {"patient", "doctor"},
    "POST /consultations/{consultation_id}/signals": ADMIN | {"patient", "doctor"},
    "POST /consultations/{consultation_id}/leave": ADMIN | {"patient", "doctor"},
    "PUT /consultations/{consultation_id}/record": ADMIN | {"doctor"},
    "POST /consultations/{consultation_id}/end": ADMIN | {"doctor"},
    "POST /consultations/{consultation_id}/sign": ADMIN | {"doctor"},
    "GET /messages": SIGNED,
    "GET /messages/unread": SIGNED,
    "GET /patients/{patient_id}/messages": SIGNED,
    "POST /patients/{patient_id}/messages": SIGNED,
    "POST /patients/{patient_id}/messages/seen": SIGNED,
    "GET /call-requests": SIGNED,
    "POST /me/call-requests": ADMIN | {"patient"},
    "POST /call-requests/{request_id}/take": STAFF,
    "POST /call-requests/{request_id}/done": STAFF,
    "POST /call-requests/{request_id}/withdraw": ADMIN | {"patient"},
    "GET /patients/{patient_id}/reports": SIGNED,
    "GET /patients/{patient_id}/weekly-reports": SIGNED,
    "GET /advice": STAFF,
    "GET /advice-templates": STAFF,
    "GET /patients/{patient_id}/advice": SIGNED,
    "POST /patients/{patient_id}/advice": ADMIN | {"doctor", "nurse"},
    "GET /patients/{patient_id}/advice/preview": STAFF,
    "POST /me/advice/{advice_id}/confirm": {"patient", "admin"},
    "GET /plan-templates": STAFF,
    "GET /patients/{patient_id}/plans": SIGNED,
    "POST /patients/{patient_id}/plans": STAFF,
    "POST /patients/{patient_id}/plans/{home_plan_id}/end": STAFF,
    "GET /patients/{patient_id}/reminders": SIGNED,
    "GET /me/tasks": {"patient", "admin"},
    "POST /me/tasks/{task_id}/answer": {"patient", "admin"},
    "GET /questionnaires": SIGNED,
    "GET /patients/{patient_id}/questionnaires": SIGNED,
    "POST /patients/{patient_id}/questionnaires/{questionnaire}": STAFF,
    "POST /me/questionnaires/{questionnaire}": {"patient", "admin"},
    "POST /simulated-patients": COORDINATOR,
    "DELETE /simulated-patients/{patient_id}": COORDINATOR,
    "GET /patients": SIGNED,
    "POST /patients": COORDINATOR,
    "GET /patients/{patient_id}": SIGNED,
    "PATCH /patients/{patient_id}": COORDINATOR | {"doctor"},
    "POST /patients/{patient_id}/erase": ADMIN,
    "PUT /patients/{patient_id}/care-team": COORDINATOR,
    "PUT /patients/{patient_id}/account": COORDINATOR,
    "DELETE /patients/{patient_id}/account/{user_id}": COORDINATOR,
    "GET /patients/{patient_id}/encounters": SIGNED,
    "GET /patients/{patient_id}/limits/history": STAFF,
    "GET /patients/{patient_id}/observations": SIGNED,
    "POST /patients/{patient_id}/observations": STAFF,
    "GET /patients/{patient_id}/observations.csv": SIGNED,
    "GET /patients/{patient_id}/report.pdf": STAFF,
    "POST /patients/{patient_id}/imaging/uploads": STAFF,
    "GET /patients/{patient_id}/imaging/uploads/{upload_id}": STAFF,
    "PUT /patients/{patient_id}/imaging/uploads/{upload_id}/bytes": STAFF,
    "GET /patients/{patient_id}/imaging/studies": SIGNED,
    "DELETE /patients/{patient_id}/imaging/studies/{study_uid}": COORDINATOR | {"doctor"},
    "GET /patients/{patient_id}/imaging/studies/{study_uid}/reports": SIGNED,
    "PUT /patients/{patient_id}/imaging/studies/{study_uid}/release": ADMIN | {"doctor"},
    "POST /patients/{patient_id}/imaging/studies/{study_uid}/reports": ADMIN | {"doctor"},
    "GET /patients/{patient_id}/dicomweb/studies": SIGNED,
    "POST /patients/{patient_id}/dicomweb/studies": STAFF,
    "POST /patients/{patient_id}/dicomweb/studies/{study_uid}": STAFF,
    "GET /patients/{patient_id}/dicomweb/studies/{study_uid}": SIGNED,
    "GET /patients/{patient_id}/dicomweb/studies/{study_uid}/{rest:path}": SIGNED,
    "GET /patients/{patient_id}/notes": STAFF,
    "POST /patients/{patient_id}/notes": STAFF,
    "GET /patients/{patient_id}/assessment": SIGNED,
    "GET /patients/{patient_id}/assessments": SIGNED,
    "GET /observations/{observation_id}/evidence": SIGNED,
    "POST /observations/{observation_id}/entered-in-error": SIGNED,
    "GET /patients/{patient_id}/devices": COORDINATOR,
    "POST /patients/{patient_id}/devices": COORDINATOR,
    "GET /devices": COORDINATOR,
    "GET /devices/revoked.pem": COORDINATOR,
    "POST /devices/{device_id}/token": COORDINATOR,
    "POST /devices/{device_id}/certificate": COORDINATOR,
    "POST /devices/{device_id}/release": COORDINATOR,
    "POST /devices/{device_id}/revoke": COORDINATOR,
    "GET /devices/{device_id}/coverage": STAFF,
    "GET /devices/{device_id}/commands": STAFF,
    "POST /devices/{device_id}/commands": STAFF,
    "GET /wards/{ward}/settings": COORDINATOR,
    "GET /wards/{ward}/settings/schema": COORDINATOR,
    "GET /wards/{ward}/settings/history": COORDINATOR,
    "PUT /wards/{ward}/settings": COORDINATOR,
    "GET /quarantine": COORDINATOR,
    "GET /hl7/refused": COORDINATOR,
    "GET /hl7/refused/{message_id}": COORDINATOR,
    "POST /hl7/refused/{message_id}/retry": COORDINATOR,
    "POST /hl7/refused/{message_id}/dismiss": COORDINATOR,
    "GET /quarantine/{frame_id}": COORDINATOR,
    "GET /panel": STAFF,
    "POST /patients/{patient_id}/disease-risk": SIGNED,
    "GET /patients/{patient_id}/glucose": SIGNED,
    "GET /models": STAFF,
    "GET /models/{model_id}": STAFF,
    "GET /cohorts": STAFF,
    "GET /alerts": SIGNED,
    "GET /alerts/stream": SIGNED,
    "GET /alerts/what-if": COORDINATOR,
    "POST /alerts/what-if": COORDINATOR,
    "GET /alerts/what-if/{replay_id}": COORDINATOR,
    "GET /alerts/burden": COORDINATOR,
    "GET /outcomes": STAFF,
    "GET /outcomes.csv": STAFF,
    "GET /alerts/{alert_id}": SIGNED,
    "GET /alerts/{alert_id}/evidence": SIGNED,
    "POST /alerts/{alert_id}/acknowledge": STAFF,
    "POST /alerts/{alert_id}/snooze": STAFF,
    "POST /alerts/{alert_id}/resolve": STAFF,
    "POST /alerts/{alert_id}/escalate": STAFF,
    "GET /handovers": STAFF,
    "POST /handovers": STAFF,
    "GET /handovers/{handover_id}": STAFF,
    "POST /handovers/{handover_id}/accept": STAFF,
    "POST /handovers/{handover_id}/withdraw": STAFF,
    "GET /doctors": COORDINATOR,
    "POST /doctors": COORDINATOR,
    "PATCH /doctors/{doctor_id}": COORDINATOR,
    "GET /shifts": COORDINATOR,
    "POST /shifts": COORDINATOR,
    "DELETE /shifts/{shift_id}": COORDINATOR,
    "POST /shifts/{shift_id}/restore": COORDINATOR,
    "POST /shifts/{shift_id}/absence": COORDINATOR,
    "DELETE /shifts/{shift_id}/absence": COORDINATOR,
    "GET /allocation": COORDINATOR,
    "POST /allocation/replan": COORDINATOR,
    "POST /allocation/what-if": COORDINATOR,
    "GET /allocation/what-if/{job_id}": COORDINATOR,
    "DELETE /allocation/what-if/{job_id}": COORDINATOR,
    "POST /allocation/scenarios": COORDINATOR,
    "POST /allocation/proposal": COORDINATOR,
    "POST /allocation/accept": COORDINATOR,
    "GET /allocation/plans": COORDINATOR,
    "GET /allocation/plans/{plan_id}": COORDINATOR,
    "POST /staffing/plan": COORDINATOR,
    "GET /me/calendars": SIGNED,
    "POST /me/calendars": SIGNED,
    "DELETE /me/calendars/{link_id}": SIGNED,
    "GET /calendars/{token}.ics": ANYONE,
    "GET /me/worklist": ADMIN | {"doctor", "nurse"},
    "GET /patients/{patient_id}/limits/proposals": STAFF,
    "POST /patients/{patient_id}/limits/what-if": STAFF,
    "GET /patients/{patient_id}/limits/what-if/{trial_id}": STAFF,
    "PUT /allocation/pins": COORDINATOR,
    "GET /resources": COORDINATOR,
    "POST /resources": COORDINATOR,
    "PATCH /resources/{resource_id}": COORDINATOR,
    "DELETE /resources/{resource_id}": COORDINATOR,
    "PUT /resources/{resource_id}/patients/{patient_id}": COORDINATOR,
    "DELETE /resources/{resource_id}/patients/{patient_id}": COORDINATOR,
}

FILLED = {
    "{model_id}": "risk-0",
    "{device_id}": "w-nosuchdevice",
    "{frame_id}": "1",
    "{observation_id}": "AAAA",
}
QUERIES = {"DELETE /me/sessions": "?others=true"}
"""What keeps the session that asks."""


def routes_of(app: FastAPI) -> Iterator[str]:
    """Every route of the API and of the operators, as ``METHOD /path`` without the prefix."""
    for mounted in app.routes:
        prefix = getattr(getattr(mounted, "include_context", None), "prefix", None)
        router: Any = getattr(mounted, "original_router", None)
        if router is None:
            continue
        for route in router.routes:
            path = getattr(route, "path", "")  # the pages mount routers of their own
            if prefix == "/api/v1" or path in {"/healthz", "/readyz", "/metrics"}:
                for method in sorted(route.methods - {"HEAD"}):
                    yield f"{method} {path}"


def status_of(ward: Ward, who: str, route: str) -> int:
    """Call a route about a patient, device and so on that are not there; the body is empty."""
    method, path = route.split(" ")
    for name, value in FILLED.items():
        path = path.replace(name, value)
    while "{" in path:
        path = path[: path.index("{")] + str(uuid4()) + path[path.index("}") + 1 :]
    path += QUERIES.get(route, "")
    whole = path if path in {"/healthz", "/readyz", "/metrics"} else f"/api/v1{path}"
    headers = {"Authorization": f"Bearer {ward.tokens[who]}"} if who in ward.tokens else {}
    body = None if method in {"GET", "DELETE"} else {}
    with ward.client.stream(method, whole, headers=headers, json=body) as answer:
        return answer.status_code


def test_every_route_has_a_row(ward: Ward) -> None:
    assert sorted(routes_of(ward.app)) == sorted(ACCESS)


def test_every_route_lets_in_whom_it_should(staffed: Ward) -> None:
    staffed.add("auditor", Role.AUDITOR)
    last = "POST /auth/logout"
    wrong: list[str] = []
    for route in [*(one for one in ACCESS if one != last), last]:
        allowed = ACCESS[route]
        for who in ("nobody", *ROLES):
            status = status_of(staffed, who, route)
            refusal = 401 if who == "nobody" else 403
            fine = status == refusal
            if who in allowed:
                fine = status != 403 and (status != 401 or "nobody" in allowed)
                fine = fine and (status < 500 or route in {"GET /readyz", "POST /enrol"})
            if not fine:
                wrong.append(f"{route} as {who}: {status}")
    assert not wrong, "\n".join(wrong)
