"""Every address about one thing, for everybody who may not see that thing: as if it were not there.

Made from the OpenAPI: a new route is tried by itself, and fails here until it has a body that gets
past the checks of the form. Roles by route are ``test_api_access``'s; this is about relations: a
former member of the care team, another ward, another patient, an account that has ended.
"""

# ruff: noqa: ANN401 - answers are JSON of any shape

import json
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api.evidence.observation_ids import ObservationId
from tests.service.api.conftest import PASSWORD, Ward
from tests.service.api.writing import NOW, iso, store

OUTSIDERS = (
    "former doctor",
    "doctor elsewhere",
    "free nurse",
    "other patient",
    "coordinator of b",
    "auditor",
)
"""Signed in, each of a role that many routes are open to, without any relation to the patient."""
ENDED = ("expired", "revoked", "disabled", "")
INSIDERS = ("team doctor", "coordinator", "admin")
BODIES: dict[str, Any] = {
    "POST /patients/{patient_id}/consents": {"scope": "research", "version": "1"},
    "POST /patients/{patient_id}/limits/what-if": {},
    "PUT /patients/{patient_id}/care-team": {"clinicians": []},
    "PUT /patients/{patient_id}/account": {"user_id": str(uuid4())},
    "POST /alerts/{alert_id}/snooze": {"minutes": 5},
    "POST /patients/{patient_id}/disease-risk": {"disease": "diabetes"},
    "POST /devices/{device_id}/commands": {"command": "measure", "args": {"metric": "hr"}},
    "POST /observations/{observation_id}/entered-in-error": {"reason": "typed wrong"},
    "POST /patients/{patient_id}/devices": {"kind": "watch"},
    "POST /devices/{device_id}/certificate": {"csr": "x" * 40},
    "PATCH /doctors/{doctor_id}": {"name": "N"},
    "POST /me/passkeys/{passkey_id}/remove": {"password": PASSWORD},
    "POST /patients/{patient_id}/notes": {"text": "slept well"},
    "POST /patients/{patient_id}/consultations": {"doctor": str(uuid4()), "start": iso(NOW)},
    "POST /consultations/{consultation_id}/move": {"doctor": str(uuid4()), "start": iso(NOW)},
    "POST /consultations/{consultation_id}/signals": {
        "pair": f"{uuid4()}:{uuid4()}",
        "kind": "bye",
    },
    "PUT /consultations/{consultation_id}/record": {"summary": "slept well"},
    "POST /consultations/{consultation_id}/sign": {"summary": "slept well"},
    "POST /patients/{patient_id}/cases": {"question": "why?", "experts": [str(uuid4())]},
    "POST /cases/{case_id}/entries": {"text": "slept well"},
    "POST /cases/{case_id}/sign": {"conclusion": "slept well"},
    "POST /cases/{case_id}/signals": {"to": str(uuid4()), "kind": "bye"},
    "POST /patients/{patient_id}/imaging/uploads": {"sizes": [1]},
    "PUT /patients/{patient_id}/imaging/studies/{study_uid}/release": {"released": True},
    "POST /patients/{patient_id}/imaging/studies/{study_uid}/reports": {"text": "clear"},
    "POST /patients/{patient_id}/messages": {"text": "slept well"},
    "POST /patients/{patient_id}/advice": {"text": "drink enough"},
    "POST /me/advice/{advice_id}/confirm": {},
    "POST /patients/{patient_id}/messages/seen": {"upto": str(uuid4())},
    "POST /patients/{patient_id}/observations": {"samples": [{"t": iso(NOW), "hr": 70}]},
    "PATCH /patients/{patient_id}": {"time_zone": "UTC"},
    "POST /patients/{patient_id}/plans": {"title": "A plan", "review_on": "2090-01-01"},
    "POST /patients/{patient_id}/questionnaires/{questionnaire}": {
        "answers": {"now": 3, "where": 0}
    },
    "POST /me/tasks/{task_id}/answer": {"due_at": iso(NOW), "state": "done"},
    "POST /shifts/{shift_id}/absence": {"reason": "sick"},
    "PATCH /users/{user_id}": {"display_name": "N"},
    "POST /users/{user_id}/reset-link": {},
    "PATCH /resources/{resource_id}": {"count": 3},
    "PUT /resources/{resource_id}/patients/{patient_id}": {"wait": True},
    "PUT /wards/{ward}/settings": {"reason": "a trial", "settings": {}},
}
NOT_OF_A_PATIENT = (
    "/models/{model_id}",
    "/calendars/{token}.ics",
    "/me/questionnaires/{questionnaire}",
)
"""A model's card is for all staff; a calendar's address is itself the credential; one's own answers
are one's own."""
AWAY = dict.fromkeys(
    (
        "/patients/{patient_id}/dicomweb/studies",
        "/patients/{patient_id}/dicomweb/studies/{study_uid}",
        "/patients/{patient_id}/dicomweb/studies/{study_uid}/{rest}",
        "/cases/{case_id}/dicomweb/studies/{study_uid}/{rest}",
    ),
    503,
)
"""This ward has no archive: who may see the study is told so, and nobody else."""
QUERIES = {
    "GET /patients/{patient_id}/observations": {"metric": "hr"},
    "GET /patients/{patient_id}/advice/preview": {"template": "pulse"},
    "GET /cases/{case_id}/observations": {"metric": "hr"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What the addresses name: of one patient, and of nobody."""

    real: dict[str, str]
    unreal: dict[str, str]


@pytest.fixture
def house(staffed: Ward) -> tuple[Ward, Things]:
    """A patient with everything that an address can name, and people with and without relation."""
    for who, role, of_ward in (
        ("team doctor", "doctor", "main"),
        ("former doctor", "doctor", "main"),
        ("doctor elsewhere", "doctor", "b"),
        ("free nurse", "nurse", "main"),
        ("other patient", "patient", "main"),
        ("coordinator of b", "coordinator", "b"),
        ("auditor", "auditor", "main"),
        ("expired", "coordinator", "main"),
        ("revoked", "coordinator", "main"),
        ("disabled", "coordinator", "main"),
    ):
        staffed.add(who, role, ward=of_ward)
    patient, other = staffed.take_in(), staffed.take_in(name="Somebody Else")
    account = {"user_id": staffed.ids["other patient"]}
    staffed.sql("UPDATE app_user SET state = 'pending' WHERE username = 'other patient'")
    assert staffed.put("coordinator", f"/patients/{other}/account", account).status_code == 200
    for team in (["team doctor", "former doctor"], ["team doctor"]):
        body = {"clinicians": [staffed.ids[who] for who in team]}
        staffed.put("coordinator", f"/patients/{patient}/care-team", body)
    staffed.sql(
        "UPDATE session_token SET expires_at = now() - interval '1 s' WHERE user_id = %s",
        staffed.ids["expired"],
    )
    staffed.sql(
        "UPDATE session_token SET revoked_at = now() WHERE user_id = %s", staffed.ids["revoked"]
    )
    staffed.sql("UPDATE app_user SET state = 'disabled' WHERE username = 'disabled'")
    return staffed, _things(staffed, patient)


def _things(ward: Ward, patient: str) -> Things:
    no = ward.number(patient)
    device = ward.post("coordinator", f"/patients/{patient}/devices", {"kind": "watch"}).json()
    store(ward, patient, "hr", [70.0])
    ((measured,),) = ward.sql("SELECT time FROM observation WHERE patient_no = %s", no)
    ((alert,),) = ward.sql(
        "INSERT INTO episode (patient_no, condition, kind, priority, state, started_at, "
        "measured_at, raised_at, message) VALUES (%s, 'limit_hr_high', 'clinical', 'medium', "
        "'open', now(), now(), now(), '') RETURNING id::text",
        no,
    )
    ((frame,),) = ward.sql(
        "INSERT INTO quarantine (received, device_no, topic, reason, signed, payload) "
        "SELECT now(), no, 't', 'malformed', true, 'x' FROM device WHERE id = %s RETURNING id",
        device["device"],
    )
    doctor = ward.post("coordinator", "/doctors", {"name": "Dr A"}).json()["id"]
    shift = {"doctor_id": doctor, "start": "2030-01-01T08:00:00Z", "end": "2030-01-01T16:00:00Z"}
    concentrators = {"kind": "equipment", "name": "oxygen concentrator", "count": 2}
    observation = ObservationId(time=measured, patient_no=no, metric=1, frame_id=100)
    nobodys = ObservationId(time=measured, patient_no=no + 5_000, metric=1, frame_id=100)
    ((channel,),) = ward.sql(
        "INSERT INTO notice_channel (user_id, kind, sealed, position, created_at) "
        "VALUES (%s, 'email', '', 1, now()) RETURNING id::text",
        ward.ids["team doctor"],
    )
    job = ward.post("coordinator", "/alerts/what-if", {}).json()["id"]
    trial = ward.post("team doctor", f"/patients/{patient}/limits/what-if", {}).json()["id"]
    ((webhook,),) = ward.sql(
        "INSERT INTO webhook (sealed, created_at) VALUES ('', now()) RETURNING id::text"
    )
    ((link,),) = ward.sql(
        "INSERT INTO calendar_link (doctor_id, token_hash, made_at, made_by) "
        "VALUES (%s, 'x', now(), %s) RETURNING id::text",
        doctor,
        ward.ids["coordinator"],
    )
    ((call,),) = ward.sql(
        "INSERT INTO call_request (patient_no, asked_at, asked_by, due_at) "
        "VALUES (%s, now(), %s, now()) RETURNING id::text",
        no,
        ward.ids["team doctor"],
    )
    ((consultation,),) = ward.sql(
        "INSERT INTO consultation (patient_no, doctor_id, during, wish, booked_at, booked_by) "
        "VALUES (%s, %s, tstzrange(now(), now() + interval '20 min'), 'video', now(), %s) "
        "RETURNING id::text",
        no,
        doctor,
        ward.ids["team doctor"],
    )
    given = {"to": ward.ids["coordinator"], "patients": [{"patient": patient}]}
    body = {"name": "warehouse", "ward": "main", "scopes": ["system/*.rs"]}
    key = ward.post("admin", "/api-keys", body).json()["id"]
    begun = {"patient": patient, "reason": "a trial of the matrix"}
    access = ward.post("nurse", "/emergency-access", begun).json()["id"]
    agreed = {"scope": "monitoring", "version": "1"}
    consent = ward.post("coordinator", f"/patients/{patient}/consents", agreed).json()["id"]
    ((passkey,),) = ward.sql(
        "INSERT INTO passkey (user_id, credential_id, public_key, sign_count, name) "
        "VALUES (%s, 'x', 'x', 0, 'n') RETURNING id::text",
        ward.ids["team doctor"],
    )
    invitation = ward.post("coordinator", "/invitations", {"role": "nurse"}).json()["id"]
    ((session,),) = ward.sql(
        "SELECT id::text FROM session_token WHERE user_id = %s", ward.ids["team doctor"]
    )
    ((message,),) = ward.sql(
        "INSERT INTO hl7_refused (digest, ward, direction, sender, control_id, event, code, reason,"
        " sealed, first_at, last_at, kept_until) VALUES ('x', 'main', 'in', '|', '1', 'ADT^A01',"
        " 'AE', '', '', now(), now(), now() + interval '1 day') RETURNING id::text"
    )
    ((upload,),) = ward.sql(
        "INSERT INTO imaging_upload (patient_no, made_by, made_at, sizes) "
        "VALUES (%s, %s, now(), '{1}') RETURNING id::text",
        no,
        ward.ids["team doctor"],
    )
    ward.sql(
        "INSERT INTO imaging_study (uid, patient_no, modalities, series, instances, bytes, "
        "added_at, added_by) VALUES ('1.2.3', %s, '{CT}', 1, 1, 1, now(), %s)",
        no,
        ward.ids["team doctor"],
    )
    ((case,),) = ward.sql(
        "INSERT INTO expert_case (patient_no, asked_by, asked_at, until, label, question) "
        "VALUES (%s, %s, now(), now() + interval '1 day', '', '') RETURNING id::text",
        no,
        ward.ids["team doctor"],
    )
    ward.sql(
        "INSERT INTO case_item (case_id, patient_no, kind, ref) VALUES (%s, %s, 'study', '1.2.3')",
        case,
        no,
    )
    walk = {"kind": "walk", "words": "a walk", "times": ["08:00"]}
    plan = {"title": "A plan", "review_on": "2090-01-01", "tasks": [walk]}
    plans = f"/patients/{patient}/plans"
    home_plan = ward.post("team doctor", plans, plan).json()["id"]
    [known] = ward.get("team doctor", plans).json()["items"]
    said = {"text": "drink enough"}
    advice = ward.post("team doctor", f"/patients/{patient}/advice", said).json()["id"]
    real = {
        "message_id": message,
        "upload_id": upload,
        "study_uid": "1.2.3",
        "rest": "series",
        "home_plan_id": home_plan,
        "questionnaire": "pain",
        "task_id": known["tasks"][0]["id"],
        "advice_id": advice,
        "consent_id": consent,
        "access_id": access,
        "session_id": session,
        "passkey_id": passkey,
        "invitation_id": invitation,
        "key_id": key,
        "request_id": call,
        "consultation_id": consultation,
        "case_id": case,
        "handover_id": ward.post("team doctor", "/handovers", given).json()["id"],
        "replay_id": job,
        "trial_id": trial,
        "link_id": link,
        "plan_id": str(uuid4()),
        "job_id": str(uuid4()),
        "channel_id": channel,
        "webhook_id": webhook,
        "patient_id": patient,
        "device_id": device["device"],
        "alert_id": alert,
        "observation_id": observation.text(),
        "frame_id": str(frame),
        "doctor_id": doctor,
        "shift_id": ward.post("coordinator", "/shifts", shift).json()["id"],
        "resource_id": ward.post("coordinator", "/resources", concentrators).json()["id"],
        "user_id": ward.ids["nurse"],
        "ward": "main",
    }
    unreal = dict.fromkeys(real, str(uuid4())) | {
        "device_id": "w-nosuchdevice",
        "study_uid": "1.2.4",
        "rest": "series",
        "questionnaire": "mmrc",
        "observation_id": nobodys.text(),
        "frame_id": str(frame + 1_000),
        "ward": "nowhere",
    }
    return Things(real=real, unreal=unreal)


def addresses(ward: Ward) -> list[tuple[str, str]]:
    """Method and path (without the prefix) of every address that names something."""
    document = ward.client.get("/openapi.json").json()
    return [
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in document["paths"].items()
        for method in methods
        if "{" in path and path.removeprefix("/api/v1") not in NOT_OF_A_PATIENT
    ]


def asked(ward: Ward, who: str, method: str, path: str, names: dict[str, str]) -> Any:
    key = f"{method} {path}"
    filled = path.format(**names)
    body = BODIES.get(key) if method in {"POST", "PUT", "PATCH"} else None
    more = {"json": body} if body is not None else {}
    return ward.call(who, method, filled, params=QUERIES.get(key), **more)


def told(answer: Any, names: dict[str, str]) -> str:
    """The answer without the names that the question itself gave."""
    text = json.dumps(answer.json(), sort_keys=True)
    for name in names.values():
        text = text.replace(name, "?")
    return text


def test_what_is_not_yours_is_as_if_it_were_not_there(house: tuple[Ward, Things]) -> None:
    ward, things = house
    routes = addresses(ward)
    assert len(routes) >= 35
    surprises = []
    for method, path in routes:
        for who in OUTSIDERS:
            if who == "coordinator of b" and "{user_id}" in path and "patient" not in path:
                continue  # administrators' alone: a role's matter
            real = asked(ward, who, method, path, things.real)
            unreal = asked(ward, who, method, path, things.unreal)
            if real.status_code not in {403, 404}:
                surprises.append((who, method, path, real.status_code, real.text[:120]))
            elif told(real, things.real) != told(unreal, things.unreal):
                surprises.append((who, method, path, "differs", real.text[:120], unreal.text[:120]))
    assert surprises == []


def test_an_ended_account_opens_nothing(house: tuple[Ward, Things]) -> None:
    ward, things = house
    for method, path in addresses(ward):
        for who in ENDED:
            answer = asked(ward, who, method, path, things.real)
            assert answer.status_code == 401, (who, method, path)


def test_who_is_related_sees_what_is_theirs(house: tuple[Ward, Things]) -> None:
    ward, things = house
    for method, path in addresses(ward):
        if method != "GET" or "{plan_id}" in path or "{job_id}" in path:
            continue  # neither is of a patient: theirs are test_rota_plans and test_api_what_if
        if path.endswith(("/room", "/events")):
            continue  # of those alone who sit in it, and without an end: test_consultations
        for who in INSIDERS:
            answer = asked(ward, who, method, path, things.real)
            role_may = answer.status_code != 403
            assert answer.status_code in {200, 403, AWAY.get(path, 200)}, (
                who,
                path,
                answer.text[:200],
            )
            assert role_may or who == "team doctor", (who, path)


def test_pages_lead_everybody_where_they_may_be(house: tuple[Ward, Things]) -> None:
    ward, things = house
    pages = ("/panel", "/feed", "/handover", "/capacity", "/mine", "/patients", "/people")
    for page in (*pages, "/settings", "/refused", f"/patients/{things.real['patient_id']}"):
        for who in ENDED:
            cookie = {"Cookie": f"homeward={ward.tokens.get(who, 'hw_none')}"}
            answer = ward.client.get(page, headers=cookie)
            assert answer.status_code == 303, (who, page)
            assert answer.headers["location"].startswith("/login"), (who, page)
        for who in OUTSIDERS:
            cookie = {"Cookie": f"homeward={ward.tokens[who]}"}
            answer = ward.client.get(page, headers=cookie)
            assert answer.status_code in {200, 303}, (who, page)
            assert "Ada Byron" not in answer.text, (who, page)


def test_a_stream_tells_nothing_of_who_is_not_yours(house: tuple[Ward, Things]) -> None:
    ward, things = house
    ((since,),) = ward.sql("SELECT value FROM stream_position")
    taken = ward.post("team doctor", f"/alerts/{things.real['alert_id']}/acknowledge")
    assert taken.status_code == 200, taken.text
    assert heard(ward, "team doctor", since, things.real["alert_id"])
    for who in OUTSIDERS:
        if who == "auditor":  # has no stream at all
            assert ward.get(who, "/alerts/stream").status_code == 403
            continue
        assert not heard(ward, who, since, things.real["alert_id"]), who


def heard(ward: Ward, who: str, since: int, alert: str, wait_s: float = 3.0) -> bool:
    """Whether a stream from an event on tells of an alert within some seconds."""
    headers = {"Authorization": f"Bearer {ward.tokens[who]}", "Last-Event-ID": str(since)}
    with ward.client.stream(
        "GET", "/api/v1/alerts/stream", headers=headers, timeout=wait_s
    ) as answer:
        assert answer.status_code == 200, who
        began = time.monotonic()
        try:
            for line in answer.iter_lines():
                if alert in line:
                    return True
                if time.monotonic() - began > wait_s:
                    return False
        except httpx2.ReadTimeout:
            return False
    return False
