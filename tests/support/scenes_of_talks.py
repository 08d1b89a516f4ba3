"""Fixed answers for pages on which people talk, and on which they look after accounts and plans."""

from typing import Any, Final

from tests.support import scenes
from tests.support.scenes_of_pages import SICK, SINGH, Answers, readings, record
from tests.support.stage import ago

NONE: Final[Answers] = {"items": [], "next": None}
UNREAD: Final = {
    "unread": 2,
    "calls": 1,
    "overdue": 0,
    "patients": [{"patient": SICK, "unread": 2}],
}
CASE: Final = "50000000-0000-0000-0000-000000000001"
WEISS: Final = "00000000-0000-0000-0001-000000000003"
ROOM: Final = "40000000-0000-0000-0000-000000000001"
EVERY_DAY: Final = [1, 2, 3, 4, 5, 6, 7]


def _person(number: int) -> dict[str, Any]:
    row = scenes.row(number, "calm")
    return {"patient": row["patient"], "name": row["name"], "identifier": row["identifier"]}


def _said(number: int, text: str, minutes: float, by: str | None = None) -> dict[str, Any]:
    seen = [{"name": "Nurse Pia Lund", "role": "nurse", "at": ago(minutes - 3)}]
    told = {"id": f"m{number}", "text": text, "written_at": ago(minutes), "by_patient": by is None}
    name = by or scenes.PEOPLE[0]
    return told | {"written_by_name": name, "seen": seen if minutes > 60 else []}


THREAD: Final = [
    _said(4, "They are a little better. I sleep with two pillows.", 12),
    _said(
        3, "Please weigh yourself tomorrow before breakfast, and write the number here.", 65, "lund"
    ),
    _said(2, "My ankles are swollen since this morning, more on the left than on the right.", 95),
    _said(1, "Good evening. Is there something that I should know?", 1500, "Dr Amara Singh"),
]


def _threads() -> list[dict[str, Any]]:
    last = ("They are a little better.", "Thank you.", "Which pill do I leave out tomorrow?")
    return [
        _person(n)
        | {"unread": 2 if n == 0 else 0, "by_patient": n != 1, "text": text}
        | {"written_at": ago(12 + 300 * n)}
        for n, text in enumerate(last)
    ]


def talks() -> Answers:
    """Messages with patients, and a call that is asked for and one that is taken."""
    call = {"state": "open", "asked_at": ago(9), "about": "My water pills", "due_at": ago(-21)}
    call |= {"overdue": False, "taken_by_name": None, "taken_at": None}
    taken = {"state": "taken", "taken_by_name": "Nurse Pia Lund", "taken_at": ago(5)}
    calls = [_person(0) | {"id": "c0"} | call, _person(2) | {"id": "c1"} | call | taken]
    own = f"/api/v1/patients/{SICK}"
    return {
        own: record(),
        f"{own}/messages": {"items": THREAD, "next": None},
        f"{own}/messages/seen": UNREAD,
        "/api/v1/messages": {"items": _threads(), "next": None},
        "/api/v1/messages/unread": UNREAD,
        "/api/v1/call-requests": {"items": calls, "next": None},
    }


def own_talk() -> Answers:
    """A patient's own messages; a call is asked for."""
    told = talks()
    told["/api/v1/call-requests"]["items"] = told["/api/v1/call-requests"]["items"][:1]
    return told | {"/api/v1/messages/unread": UNREAD | {"unread": 1, "calls": 0}}


def _meeting(number: int, minutes: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a consultation
    one = _person(number) | {"id": f"4{number}{ROOM[2:]}", "state": "booked", "wish": "video"}
    one |= {"doctor": SINGH, "doctor_name": "Dr Amara Singh", "mine": True, "about": None}
    one |= {"start": ago(minutes), "end": ago(minutes - 15), "opens_at": ago(minutes + 10)}
    one |= {"waiting_at": None, "admitted_at": None, "signed_at": None, "signed_by_name": None}
    return one | {"summary": None, "notes": None, "follow_up": [], "signature": None} | more


def consultations() -> Answers:
    """One who waits, one to be signed, one to come; slots; one that was."""
    coming = [
        _meeting(0, -4, waiting_at=ago(2), about="My ankles"),
        _meeting(1, 40, state="ended", wish="voice"),
        _meeting(2, -900, wish="text"),
    ]
    was = {"state": "ended", "signed_at": ago(9000), "signed_by_name": "Dr Amara Singh"}
    was |= {"summary": "The lungs are clear.", "follow_up": ["Weigh yourself each morning."]}
    past = _meeting(3, 9050, **was, signature="5d41402abc4b2a76b9719d911017c592")
    slots = [
        {"doctor": SINGH, "doctor_name": "Dr Amara Singh", "start": ago(-45 * n), "end": ago(0)}
        for n in range(1, 4)
    ]
    own = f"/api/v1/patients/{SICK}"
    return {
        own: record(),
        f"{own}/consultations": {"items": [past], "next": None},
        f"{own}/consultation-slots": {"items": slots, "next": None},
        "/api/v1/consultations": {"items": coming, "next": None},
        "/api/v1/messages/unread": UNREAD,
    }


def room() -> Answers:
    """The room of a consultation before the doctor has sat down."""
    told = talks()
    told |= {f"/api/v1/consultations/{ROOM}": _meeting(0, -4, waiting_at=ago(2), id=ROOM)}
    return told | {"/api/v1/panel": scenes.panel(["ill"])}


def _case(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of a case
    okoro = {"user": "u2", "name": "Dr Ben Okoro", "ward": "main", "conclusion": None}
    okoro |= {"signed_at": None, "signature": None}
    signed = {"conclusion": "Treat as pneumonia, film again in six weeks.", "signed_at": ago(40)}
    weiss = okoro | {"user": WEISS, "name": "Dr Cora Weiss", "ward": "pulm"} | signed
    weiss["signature"] = "5d41402abc4b2a76b9719d911017c592"
    one = {"id": f"5{number}{CASE[2:]}", "patient": SICK, "label": "M. S., 96 years, female"}
    one |= {"question": "Is it the heart or the lungs? She has had swollen ankles for a week."}
    one |= {"asked_by": SINGH, "asked_by_name": "Dr Amara Singh", "asked_by_ward": "main"}
    one |= {"asked_at": ago(300), "until": ago(-9000), "state": "open", "closed_at": None}
    return one | {"asked_of_me": False, "experts": [okoro, weiss]} | more


def cases() -> Answers:
    """Cases asked of oneself and by oneself, and one of the ward that is closed."""
    asked = _case(0, label="SIMULATED, A. M., 64 years, male", asked_of_me=True, patient=None)
    asked |= {"asked_by": WEISS, "asked_by_name": "Dr Cora Weiss", "asked_by_ward": "pulm"}
    mine = _case(1)
    closed = _case(2, state="closed", closed_at=ago(90), asked_by_name="Dr Ben Okoro")

    def listed(route: Any) -> None:  # noqa: ANN401 - Playwright's route
        items = [mine] if "side=by_me" in route.request.url else [asked, mine, closed]
        route.fulfill(json={"items": items, "next": None})

    return {"/api/v1/cases": listed, "/api/v1/messages/unread": UNREAD}


def case() -> Answers:
    """One case of one's own patient, with what was chosen, an opinion and a conclusion."""
    curves = ("spo2", "rr", "hr")
    windows = [{"metric": name, "from": ago(1440), "to": ago(0)} for name in curves]
    alert = {"id": "a1", "condition": "news2_emergency", "kind": "clinical", "priority": "high"}
    alert |= {"state": "acknowledged", "raised_at": ago(320), "measured_at": ago(321), "count": 1}
    note = {"id": "n1", "kind": "note", "written_at": ago(400), "text": "Slept with two pillows."}
    said = {"id": "e1", "kind": "opinion", "written_at": ago(60), "written_by": WEISS}
    said |= {"written_by_name": "Dr Cora Weiss", "ward": "pulm", "text": "The lungs, I think."}
    why = said | {"id": "e2", "kind": "remark", "written_at": ago(50), "written_by": SINGH}
    why |= {"written_by_name": "Dr Amara Singh", "ward": "main", "text": "What makes you think so?"}
    none: dict[str, Any] = {"reports": [], "consultations": [], "studies": []}
    told = _case(0, **none, readings=windows, entries=[said, why])
    told |= {"alerts": [alert | {"message": "NEWS2 9: breathing, oxygen"}]}
    told |= {"notes": [note | {"written_by_name": "Nurse Pia Lund"}]}

    def read(route: Any) -> None:  # noqa: ANN401 - Playwright's route
        found = [one for one in readings() if f"metric={one['metric']}&" in route.request.url]
        route.fulfill(json={"items": found, "next": None})

    path = f"/api/v1/cases/{CASE}"
    own = {f"/api/v1/patients/{SICK}": record(), "/api/v1/me": {"id": SINGH}}
    return own | {path: told, f"{path}/observations": read}


def asking() -> Answers:
    """What is there to choose from when a case is opened."""
    doctors = (("Dr Ben Okoro", "main", ["cardiology"]), ("Dr Cora Weiss", "pulm", ["pneumology"]))
    items = [
        {"id": f"u{number}", "name": name, "ward": ward, "skills": skills}
        for number, (name, ward, skills) in enumerate(doctors)
    ]
    own = f"/api/v1/patients/{SICK}"
    note = {"id": "n1", "kind": "note", "written_at": ago(400), "text": "Slept with two pillows."}
    return {
        own: record(),
        f"{own}/consents": {"items": [{"scope": "sharing", "withdrawn_at": None}], "next": None},
        f"{own}/notes": {"items": [note | {"written_by_name": "Nurse Pia Lund"}], "next": None},
        **{f"{own}/{part}": NONE for part in ("reports", "consultations", "imaging/studies")},
        "/api/v1/alerts": {"items": scenes.row(0, "ill")["alerts"], "next": None},
        "/api/v1/cases/colleagues": {"items": items, "next": None},
    }


def keys() -> Answers:
    """Keys of other systems: in use, never used, ended."""
    key = {"ward": "main", "created_by": "admin", "created_at": ago(60_000), "revoked_at": None}
    some = (
        ("Hospital record", ["system/*.rs"], ago(3), ago(-90_000), None),
        ("Warehouse", ["api/patients.read", "api/alerts.read"], None, ago(-40_000), None),
        ("Old dashboard", ["api/patients.read"], ago(9000), ago(-40_000), ago(8000)),
    )
    items = [
        key
        | {"id": f"k{n}", "name": name, "scopes": scopes, "last_used": used}
        | {"expires_at": until, "revoked_at": ended}
        for n, (name, scopes, used, until, ended) in enumerate(some)
    ]
    return {"/api/v1/api-keys": {"items": items, "next": None}}


def log() -> Answers:
    """Lines of the audit, and the chain that holds."""
    acts = (
        ("patient.read", "singh", "care team", {"address": "10.1.4.7", "machine": "Firefox"}),
        ("alert.acknowledge", "lund", "alert", {"address": "10.1.4.9", "machine": "Chromium"}),
        ("panel.list", "carla", "ward", {"address": "10.1.4.2", "machine": "Chromium"}),
        ("session.open", None, None, {"address": "10.1.4.7"}),
    )
    items = [
        {"id": 900 - n, "at": ago(2 + 3 * n), "actor": who or "gateway", "username": who}
        | {"action": action, "patient_number": None if n > 1 else 6, "login": "homeward_api_login"}
        | {"name": scenes.PEOPLE[0] if n < 2 else None, "patient": None}
        | {"detail": {"why": why, "from": where, "patients": [1, 2, 3] if n == 2 else None}}
        for n, (action, who, why, where) in enumerate(acts * 3)
    ]
    held = {"ok": True, "rows": 900, "first_broken": None, "anchors": 4, "first_unanchored": None}
    return {"/api/v1/audit": {"items": items, "next": "c", "verification": held}}


def account() -> Answers:
    """One's own account: a second factor, a passkey, two sessions, two channels."""
    session = {"kind": "cookie", "created_at": ago(400), "used_at": ago(1), "proved_by": "password"}
    session |= {"expires_at": ago(-400), "address": "10.1.4.7", "machine": "Firefox on Linux"}
    other = {"machine": "Safari on iPhone", "address": "10.9.0.4", "proved_by": "passkey"}
    channel = {"label": "", "quiet": None, "failure": None, "last": None, "works": None}
    mail = channel | {"id": "c1", "kind": "email", "address": "amara@example.org", "works": False}
    mail |= {"failure": "the mail server refused the address"}
    push = channel | {"id": "c0", "kind": "push", "address": "this browser", "label": "Phone"}
    push |= {"last": {"state": "sent", "sent_at": ago(9), "called_at": ago(9)}}
    push["last"] |= {"opened_at": ago(8), "delivered_at": ago(9)}
    kinds = ["push", "email", "sms"]
    channels = {"items": [push, mail], "kinds": kinds, "time_zone": "Europe/Berlin"}
    passkey = {"id": "p", "name": "my phone", "created_at": ago(90_000), "used_at": ago(400)}
    sessions = [session | {"id": "s0", "current": True}]
    sessions += [session | other | {"id": "s1", "current": False}]
    return {
        "/api/v1/me": {"id": SINGH, "totp": True, "recovery_codes": 7},
        "/api/v1/me/passkeys": {"items": [passkey], "next": None},
        "/api/v1/me/sessions": {"items": sessions, "next": None},
        "/api/v1/me/channels": channels,
    }


def images() -> Answers:
    """Studies of a patient; their pictures are not on this stage."""
    own = f"/api/v1/patients/{SICK}"
    study = {"added_at": ago(3000), "added_by_name": "Dr Amara Singh", "bytes": 8_400_000}
    items = [
        study
        | {"uid": f"1.2.3.{n}", "taken_on": day, "modalities": [kind], "description": words}
        | {"series": 1, "instances": pictures}
        for n, (kind, day, words, pictures) in enumerate(
            (
                ("DX", "2026-10-20", "Chest, lateral and PA", 2),
                ("CT", "2026-08-02", "Thorax without contrast", 180),
            )
        )
    ]
    return {
        own: record(),
        f"{own}/imaging/studies": {"items": items, "next": None},
        f"{own}/dicomweb": [],
        "/api/v1/messages/unread": UNREAD,
    }


def _task(number: int, words: str, times: list[str], done: float | None) -> dict[str, Any]:
    task = {"id": f"t{number}", "kind": "measure", "subject": "weight", "words": words}
    return task | {"times": times, "days": EVERY_DAY, "adherence": done}


def home_plan() -> dict[str, Any]:
    """A plan of care at home as it stands."""
    tasks = [
        _task(0, "Weigh yourself before breakfast", ["07:30:00"], 0.93),
        _task(1, "Ramipril 5 mg", ["08:00:00", "20:00:00"], 0.71),
        _task(2, "Walk a little", ["15:00:00"], None),
    ]
    words = {"title": "Living with heart failure", "goals": ["Climb one floor without a rest"]}
    words |= {"education": ["Two kilograms more within three days: tell us."]}
    words |= {"medicines": [{"text": "Ramipril 5 mg", "times": ["08:00:00", "20:00:00"]}]}
    plan = {"id": "p1", "condition": "heart_failure", "review_on": "2026-10-23"} | words
    plan |= {"tasks": tasks, "review_due": True, "begun_at": ago(30_000), "ended_at": None}
    return plan | {"begun_by_name": "Nurse Pia Lund"}


def plans_of(patient: str) -> Answers:
    """A patient with a plan, and with an answered questionnaire that asked for care."""
    own = f"/api/v1/patients/{patient}"
    reason = {"words": "Breathless at rest", "source": "own, proposed"}
    said = {"id": "q1", "questionnaire": "structured_call", "given_at": ago(200), "by_staff": True}
    said |= {"given_by_name": "Nurse Pia Lund", "score": None, "most": None, "priority": "medium"}
    said |= {"reasons": [reason], "said": [{"question": "How is the breath?", "answer": "short"}]}
    form = {"name": "structured_call", "title": "Structured call", "items": []}
    return {
        f"{own}/plans": {"items": [home_plan()], "next": None},
        f"{own}/questionnaires": {"items": [said], "next": None},
        "/api/v1/questionnaires": {"items": [form], "next": None},
    }


def own_tasks() -> Answers:
    """What is to do today by a patient's own plan: done, due, left out, later."""
    due = {"kind": "measure", "subject": None}
    some = (
        ("Weigh yourself before breakfast", 810, "done"),
        ("Walk a little", 360, "missed"),
        ("Ramipril 5 mg", 30, "due"),
        ("How is the breath tonight?", -90, "due"),
    )
    items = [
        due | {"task": f"t{n}", "words": words, "due_at": ago(minutes), "state": state}
        for n, (words, minutes, state) in enumerate(some)
    ]
    own = "00000000-0000-0000-0000-000000000000"
    return {"/api/v1/me/tasks": {"items": items, "next": None}} | plans_of(own)
