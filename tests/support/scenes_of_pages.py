"""Fixed answers for pages beside panel, feed and round: a patient's chart, the rota, the ward."""

from collections.abc import Mapping
from typing import Any, Final

from analytics import settings
from tests.support import scenes
from tests.support.stage import NOW, Scene, ago

SICK: Final = scenes.patient_id(0)
SINGH, LUND = "00000000-0000-0000-0001-000000000001", "00000000-0000-0000-0001-000000000002"
STAFF: Final = ((SINGH, "Dr Amara Singh", "doctor"), (LUND, "Nurse Pia Lund", "nurse"))
UNITS: Final = {"hr": (50, 130), "spo2": (91, None), "rr": (9, 24), "temp": (35.1, 39.0)}
Answers = dict[str, Any]
PARTS: Final = ("limits", "plans", "questionnaires", "messages", "weekly-reports", "advice")
"""Lists of a patient that a chart asks for, of which there is nothing yet."""
NOTHING_REFUSED: Final = {"/api/v1/quarantine": {"items": [], "next": None, "counts": []}}


def scene(answers: Mapping[str, Any], kinds: list[str] | None = None, **more: Any) -> Scene:  # noqa: ANN401 - parts of a scene
    """A ward whose pages get these answers besides."""
    base = scenes.ward(kinds or scenes.FLOOD)
    return Scene(answers={**base.answers, **answers}, **more)


def record(number: int = 0) -> dict[str, Any]:
    """One patient's record, as the chart reads it."""
    row = scenes.row(number, "ill")
    limits = {
        name: {"low": low, "high": high, "origin": {"low": "ward", "high": "ward"}}
        for name, (low, high) in UNITS.items()
    }
    return {
        "id": row["patient"],
        "name": row["name"],
        "identifier": row["identifier"],
        "birth_date": row["birth_date"],
        "age": 96,
        "sex": "female",
        "language": "de",
        "phone": "+49 30 5550101",
        "emergency_contact": {"name": "Jonas", "phone": "+49 170 5551234", "relation": "son"},
        "time_zone": "Europe/Berlin",
        "external_id": "MRN-771",
        "state": "active",
        "until": None,
        "revision": 3,
        "doctor_name": "Dr Amara Singh",
        "care_team": [SINGH],
        "spo2_scale": 2,
        "profile": None,
        "limits": {},
        "limits_in_force": limits,
        "pregnant": None,
        "diabetes": None,
        "statements": {
            "allergies": {"text": "penicillin", "by_name": "Nurse Pia Lund", "at": ago(4000)}
        },
    }


def _reading(metric: str, value: float, minutes: int) -> dict[str, Any]:
    at = ago(minutes)
    quality = "questionable" if minutes == 300 else "ok"
    return {
        "id": f"{metric}-{minutes}",
        "metric": metric,
        "time": at,
        "received": at,
        "value": value,
        "quality": quality,
        "device": "w-1",
    }


def readings() -> list[dict[str, Any]]:
    """A day that ends badly, with a gap, for curves, the printed chart and the table."""
    found = []
    for minutes in range(1440, 0, -20):
        if 700 < minutes < 900:
            continue
        worse = max(0.0, 1 - minutes / 400)
        values = {
            "spo2": 95 - minutes // 20 % 2 - 6 * worse,
            "rr": 16 + minutes // 20 % 3 + 9 * worse,
            "hr": 78 + minutes // 20 % 7 + 36 * worse,
            "temp": 36.8 + 0.1 * (minutes // 20 % 3) + 1.5 * worse,
        }
        found += [_reading(name, round(value, 1), minutes) for name, value in values.items()]
    return found


def scores() -> list[dict[str, Any]]:
    """The course of NEWS2 over the same day."""
    lows = [1, 1, 2, 1, 1, 2, 3, 2, 1, 2, 4, 5, 5, 4, 5, 6, 7, 8, 9, 9]
    return [
        {"time": ago(1400 - 70 * at), "score": low, "low": low, "high": low, "risk": 0.1}
        | {"band": "high" if low >= 7 else "medium" if low >= 5 else "low"}
        for at, low in enumerate(lows)
    ]


def chart(**more: Any) -> Answers:  # noqa: ANN401 - answers by path
    """What the page of the sickest patient asks for."""
    api, ui = f"/api/v1/patients/{SICK}", f"/ui/patients/{SICK}"
    row = scenes.row(0, "ill")

    def listed(route: Any) -> None:  # noqa: ANN401 - Playwright's route
        late = "state=historic" in route.request.url
        route.fulfill(json={"items": [] if late else row["alerts"], "next": None})

    event = {"until": None, "answered": None, "by_name": None, "priority": None}
    events = [
        event
        | {"at": ago(1300), "kind": "device", "what": "enrolled", "text": "oximeter", "id": "w"},
        event | {"at": ago(400), "kind": "note", "what": "note", "text": "Slept badly", "id": "n"},
    ]
    device = {"id": "w-1", "kind": "oximeter", "serial": "A 113", "expected": {"spo2": 300}}
    device |= {"state": "enrolled", "online": True, "missing_frames": 0, "bound_to": None}
    device |= {"last_received": ago(1), "certificate_until": None, "certificate_days": None}
    return {
        api: record(),
        f"{api}/assessment": {
            "time": ago(1),
            "news2": row["news2"],
            "risk": {"probability": None},
            "freshness_s": 20,
            "baselines": [],
            "drivers": [],
        },
        f"{api}/observations": {"items": readings(), "next": None},
        **{f"{api}/{part}": {"items": [], "next": None} for part in PARTS},
        f"{ui}/history": {"items": scores()},
        f"{ui}/events": {"items": events, "cut": False},
        f"{ui}/devices": {"items": [device | {"battery": 81.0, "silent": False}]},
        "/api/v1/alerts": listed,
        "/api/v1/panel": {**scenes.panel(["ill"])},
        **more,
    }


def handover(kinds: list[str]) -> Answers:
    """The list of a shift, the sickest first."""
    lines = []
    for number, kind in enumerate(kinds):
        row = scenes.row(number, kind)
        latest = {
            one["metric"]: {
                "v": one["value"],
                "t": int(NOW.timestamp() * 1000) - 120_000,
                "q": "ok",
            }
            for one in row["vitals"]
        }
        theirs = SINGH if row["doctor_name"] else None
        told = {"state": "active", "doctor": theirs, "received": ago(2), "latest": latest}
        lines.append(row | told)
    people = [
        {"id": user, "name": name, "role": role, "on_shift": True} for user, name, role in STAFF
    ]
    told = {"items": lines, "total": len(lines), "shown": len(lines), "people": people}
    return {"/ui/handover": told}


def rota(kinds: list[str]) -> Answers:
    """The capacity board: a plan, who is there, whose turn it is."""
    people = [
        {"patient": row["patient"], "name": row["name"], "identifier": row["identifier"]}
        for row in (scenes.row(number, kind) for number, kind in enumerate(kinds))
    ]
    works = [
        {
            **one,
            "minutes": 30.0,
            "start": ago(-40 * at),
            "end": ago(-40 * at - 30),
            "deadline": ago(-240),
            "late": False,
            "acuity": 8 - at,
            "why": "emergency: within 30 min" if at == 0 else "to be seen today",
        }
        for at, one in enumerate(people[:5])
    ]
    plan = {
        "id": "00000000-0000-0000-0002-000000000001",
        "made_at": ago(3),
        "cause": "alert",
        "status": "optimal",
        "cost": 203.6,
        "bound": 203.6,
        "moves": 1,
        "assignments": [
            {"doctor": STAFF[at % 2][0], "minutes": 30.0, "later_minutes": 0.0, **one}
            for at, one in enumerate(people)
        ],
        "loads": [
            {"doctor": user, "minutes": 192.0, "patients": 4, "load_minutes": load}
            | {"over_minutes": 0.0, "reserve_minutes": 48.0}
            for (user, _, _), load in zip(STAFF, (75.0, 33.6), strict=True)
        ],
        "worklists": [
            {"doctor": user, "from": ago(0), "until": ago(-240), "minutes": 240.0}
            | {"later_minutes": 0.0, "items": works[at::2]}
            for at, (user, _, _) in enumerate(STAFF)
        ],
        "hours": [
            {
                "from": ago(-60 * at),
                "to": ago(-60 * at - 60),
                "open": 60.0 - 10 * at,
                "there": 120.0,
            }
            | {"expected": 12.0, "scheduled": 20.0, "with_reserve": 150.0}
            for at in range(6)
        ],
        **{
            name: []
            for name in ("unmet", "shortage", "emergencies", "relief", "changes", "overfull")
        },
        **{name: [] for name in ("resources", "pinned", "call_in")},
    }
    shift = {"absent_from": None, "absence_reason": None, "removed_at": None}
    shifts = [
        {"id": f"s{at}{day}", "doctor_id": user, "doctor_name": name, "kind": kind, **shift}
        | {"start": ago(120 - 1440 * day), "end": ago(-480 - 1440 * day)}
        for at, (user, name, kind) in enumerate(STAFF)
        for day in range(5 - at)
    ]
    return {
        "/api/v1/allocation": plan,
        "/api/v1/doctors": {"items": doctors(), "next": None},
        "/api/v1/shifts": {"items": shifts, "next": None},
        "/ui/patients": {"items": [], "matched": 0, "total": 0},
    }


def doctors() -> list[dict[str, Any]]:
    """The clinicians of the ward."""
    return [
        {"id": user, "name": name, "kind": kind, "skills": [], "user_id": user, "ward": "main"}
        | {"cost_per_hour": 90.0, "max_patients": None, "phone": None, "revision": 1}
        for user, name, kind in STAFF
    ]


def people() -> Answers:
    """Who works here, and their accounts."""
    users = [
        {"id": user, "username": name.split()[-1].lower(), "display_name": name, "role": role}
        | {"state": "active", "ward": "main", "totp": True, "created_at": ago(9000), "revision": 1}
        for user, name, role in STAFF
    ]
    listed = {"items": users, "next": None}
    return {
        "/api/v1/doctors": {"items": doctors(), "next": None},
        "/api/v1/clinicians": listed,
        "/api/v1/users": listed,
    }


def refused_messages() -> Answers:
    """Messages of hospital systems: one that waits to be tried again, one of ours refused there."""
    kinds = (
        ("ADT^A02", "in", "AE", "no ward of this feed lies at C9", 3),
        ("ADT^A01", "in", "AE", "the date of birth is no date", 1),
        ("ORU^R01", "out", "AR", "unknown identifier", 12),
    )
    items = [
        {"id": f"00000000-0000-0000-0000-00000000000{number}", "ward": "main", "event": event}
        | {"direction": way, "code": code, "reason": reason, "times": times}
        | {"sender": "ADT1|GENERAL", "control_id": f"MSG0000{number}"}
        | {"first_at": ago(600 + number), "last_at": ago(20 * number + 1)}
        | {"patient": None, "retry_asked_at": ago(0) if number == 1 else None}
        for number, (event, way, code, reason, times) in enumerate(kinds)
    ]
    return {"/api/v1/hl7/refused": {"items": items, "next": None}}


def ward_patients(kinds: list[str]) -> Answers:
    """Everybody of the ward by name."""
    items = [
        {"id": row["patient"], "name": row["name"], "identifier": row["identifier"]}
        | {"birth_date": row["birth_date"], "external_id": None, "state": "active", "until": None}
        | {"spo2_scale": row["spo2_scale"], "own_limits": number % 3}
        | {"doctor_name": row["doctor_name"]}
        for number, row in ((n, scenes.row(n, kind)) for n, kind in enumerate(kinds))
    ]
    return {"/ui/patients": {"items": items, "matched": len(items), "total": len(items)}}


def burden() -> Answers:
    """What alerts cost a week."""
    share = {"value": 0.86, "ci95": [0.78, 0.92], "n": 96}
    line = {"alerts": 96, "high": 11, "medium": 52, "low": 33, "calls": 131}
    line |= {"alerts_a_patient_day": 0.69, "calls_a_patient_day": 0.94, "in_time": share}
    line |= {"acknowledged_s": {"median": 210.0, "p90": 900.0}}
    line |= {"resolved_s": {"median": 2400.0, "p90": 9000.0}}
    outcomes = {"actionable": 31, "not_actionable": 40, "false": 12, "unknown": 13}
    line |= {"outcomes": outcomes, "ppv": {"value": 0.37, "ci95": [0.28, 0.48], "n": 83}}
    groups = [line | {"condition": name} for name in ("limit_spo2_low", "news2_urgent", "single_3")]
    top = [
        {"patient": scenes.patient_id(n), "name": scenes.PEOPLE[n], "identifier": "1948-03-12"}
        | {"condition": "limit_spo2_low", "calls": 14 - n, "alerts": 6 - n}
        for n in range(4)
    ]
    budget = {"calls_a_nurse_hour": 2.0, "hours_with_calls": 61, "hours_broken": 0, "broken": []}
    told = {"from": ago(10080), "to": ago(0), "ward": "main", "time_zone": "Europe/Berlin"}
    told |= {"patient_days": 140.0, "total": line, "technical": {"alerts": 9, "calls": 11}}
    told |= {"conditions": groups, "groups": groups, "top": top, "budget": budget}
    return {"/api/v1/alerts/burden": told}


def _outcome(name: str, unit: str, now: tuple[float, ...], before: tuple[float, ...]) -> Answers:
    names = ("value", "low", "high", "count", "of")
    sides = [dict(zip(names, side, strict=True)) | {"withheld": False} for side in (now, before)]
    value = now[0] - before[0]
    spread = abs(now[2] - now[1])
    change = {"value": value, "low": value - spread, "high": value + spread}
    change |= {"certain": abs(value) > spread}
    return {"name": name, "unit": unit, "now": sides[0], "before": sides[1], "change": change}


def outcomes() -> Answers:
    """Four weeks against four: better in some, too few to tell in others."""
    days = "a patient-day"
    figures = [
        _outcome(
            "measurements", "share", (0.88, 0.85, 0.9, 1820, 2068), (0.7, 0.66, 0.74, 1400, 2000)
        ),
        _outcome("repeats", "share", (0.6, 0.5, 0.69, 54, 90), (0.58, 0.47, 0.68, 46, 79)),
        _outcome("tasks", "share", (0.8, 0.76, 0.84, 760, 950), (0.79, 0.75, 0.83, 740, 937)),
        _outcome("left_out", "share", (0.06, 0.04, 0.08, 57, 950), (0.05, 0.04, 0.07, 47, 937)),
        _outcome("alerts", days, (0.42, 0.36, 0.49, 235, 560), (0.69, 0.6, 0.79, 373, 540)),
        _outcome("calls", days, (0.55, 0.46, 0.65, 308, 560), (0.94, 0.81, 1.08, 508, 540)),
        _outcome("answer", "seconds", (240, 200, 290, 231, 231), (300, 250, 420, 361, 361)),
        _outcome("readmissions", "share", (0.1, 0.03, 0.3, 2, 20), (0.2, 0.08, 0.42, 4, 20)),
        _outcome("minutes", days, (5.1, 0, 0, 2856, 560), (7.9, 0, 0, 4266, 540)),
    ]
    for side in ("now", "before"):
        figures[-1][side] |= {"low": None, "high": None}
    figures[-1]["change"] = None
    work = {"high": 20, "medium": 160, "low": 51, "calls": 9, "consultations": 12}
    work |= {"consultation_minutes": 210.0, "minutes": 2856.0}
    span = {"people": 20, "patient_days": 560.0, "work": work}
    told = {"ward": "main", "weeks": 4, "readmission_days": 30, "figures": figures}
    told |= {"now": span | {"start": ago(40320), "end": ago(0)}}
    told |= {"before": span | {"start": ago(80640), "end": ago(40320), "patient_days": 540.0}}
    told |= {"minutes": {"high": 30.0, "medium": 12.0, "low": 10.0, "call": 10.0}}
    return {"/api/v1/outcomes": told}


def ward_settings() -> Answers:
    """What the ward decides by: the real catalogue, with one setting changed."""
    at = "/api/v1/wards/main/settings"
    described = [
        {"name": one.path, "group": one.group, "kind": "number", "choices": [], "pattern": None}
        | {"unit": one.unit, "default": one.default, "lowest": one.low, "highest": one.high}
        | {"usual": None, "whole": False, "none": False, "patient": True, "source": one.source}
        for one in settings.CATALOG.values()
        if one.group in {"limits", "delays"} and isinstance(one.default, float | int)
    ]
    now: dict[str, Any] = {"ward": "main", "revision": 2, "profile": "standard", "changed": []}
    for one in described:
        group, *path, last = str(one["name"]).split(".")
        inner = now.setdefault(group, {})
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = one["default"]
    schema = {"settings": described, "groups": dict(settings.GROUPS), "fixed": {}}
    schema |= {"profiles": {"standard": {}, "copd": {}}, "former_profiles": []}
    schema |= {"about_profiles": {"standard": "For most adults.", "copd": "For chronic lungs."}}
    return {at: now, f"{at}/schema": schema, f"{at}/history": {"items": [], "next": None}}


def own_day() -> Answers:
    """A patient's own page on a usual evening."""
    row = scenes.row(3, "calm")
    told = {"vitals": row["vitals"], "limits": record()["limits_in_force"], "alerted": False}
    told |= {"todo": [], "watched": True, "phone": "+49 30 5550000", "out_of_hours": "116117"}
    own = "/api/v1/patients/"
    calm = [one for one in readings() if one["time"] < ago(400)]
    return {
        "/ui/mine": told,
        "/ui/messages": {"items": [{"id": "m", "text": "Please rest today.", "issued": ago(90)}]},
        own: record(),
        "/api/v1/me/tasks": {"items": [], "next": None},
        f"{own}{SICK}/plans": {"items": [], "next": None},
        f"{own}{SICK}/advice": {"items": own_advice(), "next": None},
        f"{own}{SICK}/weekly-reports": {"items": weeks(), "next": None},
        f"{own}{SICK}/imaging/studies": {"items": [], "next": None},
        f"{own}{SICK}/observations": {"items": calm, "next": None},
    }


def own_advice() -> list[dict[str, Any]]:
    """Advice that is to be confirmed, and advice that is."""
    text = "Your weight was 84 kg (24 Oct 07:30). Weigh yourself every morning before breakfast."
    one = {"id": "a2", "template": "weight_up", "text": text, "sent_at": ago(120)}
    one |= {"sent_by": SINGH, "sent_by_name": "Dr Amara Singh", "due_at": ago(-1320)}
    one |= {"confirmed_at": None, "overdue": False}
    read = one | {"id": "a1", "text": "Please drink enough today.", "sent_at": ago(2000)}
    return [one, read | {"confirmed_at": ago(1900)}]


def weeks() -> list[dict[str, Any]]:
    """Two weeks of a person: one as it was told, and one of which there is no report."""
    pulse = {"metric": "hr", "unit": "/min", "days": 7, "count": 14, "low": 62.0, "high": 88.0}
    pulse |= {"mean": 71.4, "before": 66.2, "trend": "higher"}
    weight = {"metric": "weight", "unit": "kg", "days": 0, "count": 0}
    weight |= dict.fromkeys(("low", "high", "mean", "before", "trend"))
    report = {"measured_days": 7, "vitals": [pulse, weight], "questionnaires": 2}
    report |= {"measurements": {"asked": 14, "done": 12, "left_out": 0}}
    report |= {"tasks": {"asked": 7, "done": 5, "left_out": 1}}
    report |= {"messages": {"written": 1, "received": 2, "unread": 1}}
    report |= {"coming": [{"what": "consultation", "at": ago(-2880), "day": None}]}
    first = {"id": "w2", "week": "2026-10-12", "until": "2026-10-18", "made_at": ago(7200)}
    first |= {"missing": None, "told_at": ago(7200), "told_by": ["push"], "report": report}
    gone = {"id": "w1", "week": "2026-10-05", "until": "2026-10-11", "made_at": ago(7200)}
    gone |= {"missing": "late", "told_at": None, "told_by": [], "report": None}
    return [first, gone]


def looked() -> Answers:
    """Who looked at one's record."""
    items = [
        {"at": ago(30 + 400 * n), "who": name, "role": role, "what": "read your readings"}
        | {"why": "care team"}
        for n, (_, name, role) in enumerate(STAFF * 3)
    ]
    case = {"id": "c1", "asked_at": ago(300), "asked_by_name": "Dr Amara Singh", "closed_at": None}
    case |= {"until": ago(-9000), "open": True}
    case |= {"experts": [{"name": "Dr Cora Weiss", "ward": "pulm", "signed": True}]}
    return {
        "/api/v1/audit/me": {"items": items, "next": None},
        "/api/v1/me/cases": {"items": [case], "next": None},
    }


def first_steps(**more: Any) -> Answers:  # noqa: ANN401 - counts
    """How far an empty ward has come."""
    none = dict.fromkeys(("clinicians", "on_rota", "shifts", "patients", "devices", "enrolled"), 0)
    return {"/ui/first-steps": {**none, "heard": 0, "simulated": None, "empty": True, **more}}


def worklist(kinds: list[str]) -> Answers:
    """A doctor's own list in working order."""
    plan = rota(kinds)["/api/v1/allocation"]
    items = [one for each in plan["worklists"] for one in each["items"]]
    none = {"items": [], "next": None}
    return {
        "/api/v1/me/worklist": {"made_at": ago(3), "items": items},
        "/api/v1/me/calendars": none,
    }


ALERT: Final = scenes.alert(0, "high", "news2_emergency")


def evidence() -> Answers:
    """The proof of one alert."""
    raised = {"at": ago(4), "change": "raised", "call": True, "level": "doctor", "by": None}
    read = {"time": ago(5), "metric": "hr", "value": 118.0, "device": "w-1", "frame": 7}
    frame = {"frame": 7, "device": "w-1", "boot": 1, "seq": 6, "public_key": "lz6U57xi"}
    course = [one for one in readings() if one["metric"] == "hr"][-12:]
    told = {
        "alert": ALERT
        | {"patient_code": "06", "closed_at": None, "outcome": None, "comment": None},
        "rule": "news2-rcp-2017/1",
        "assessment": {"news2": {"score": 9, "low": 9, "high": 9}, "risk": 0.4, "model": None}
        | {"care_plan_revision": 1},
        "settings": {"revision": 0},
        "curve": [{"metric": "hr", "points": course}],
        "observations": [read | {"signature_holds": True, "contains_reading": True}],
        "history": [raised | {"role": None, "doctor": "Dr Amara Singh"}],
        "frames": [frame | {"signed_frame": "AY0/jIZ1zIFZO6"}],
        "notices": [],
        "seen": [{"by": "singh", "role": "doctor", "first": ago(3), "last": ago(2), "times": 2}],
    }
    return {f"/api/v1/alerts/{ALERT['id']}/evidence": told}


def models() -> Answers:
    """What is learnt: nothing that has proved itself yet, and groups that do not hold."""
    diabetes = {"outcome": "diabetes", "data": "NHANES 2013-2014", "people": 4200, "events": 610}
    diabetes |= {"auroc": 0.82, "auroc_ci95": [0.8, 0.84], "slope": 1.0, "asks_for": ["age"]}
    card = diabetes | {"caution": "Not for a person who has diabetes already."}
    items = [{"id": "diabetes-1", "kind": "diabetes", "card": [card]}]
    groups = {"items": [], "why": "too few patients for groups", "tried": []}
    return {"/api/v1/models": {"items": items}, "/api/v1/cohorts": groups}
