"""Fixed people in fixed states, for pictures of pages: a calm ward, a flood, an empty one."""

from collections.abc import Sequence
from typing import Any

from tests.support.stage import Scene, ago

PEOPLE = (
    "Margarete Schröder",
    "Ahmed El-Sayed",
    "Ingrid Nowak",
    "Tomás Ferreira",
    "Yuki Tanaka",
    "Wolfgang Achterberg-Hohenfels",
    "Aoife O'Brien",
    "Pavel Dvořák",
    "Rosa Lindgren",
    "Kwame Mensah",
    "Helena Varga",
    "Johannes Bakker",
    "Lucía Romero",
    "Erik Sandström",
    "Fatou Diallo",
    "George Papadakis",
    "Nadia Petrova",
    "Oskar Wiśniewski",
    "Beatriz Costa",
    "Henrik Olsen",
)
URGENCY = {"ill": 336, "taken": 332, "watched": 220, "stale": 106}
OLD_MINUTES = 60
NAMES = ("spo2", "rr", "hr", "sbp", "dbp", "temp")
USUAL = (96, 16, 74, 128, 78, 36.8)
ILL = (89, 27, 118, 96, 58, 38.6)
ILL_POINTS = (3, 3, 2, 2, None, 1)
WATCHED = (94, 21, 92, 108, 64, 37.2)
WATCHED_POINTS = (1, 2, 1, 1, None, 0)


def patient_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def vitals(
    values: Sequence[float], points: Sequence[int | None], age: float
) -> list[dict[str, Any]]:
    counts = age < OLD_MINUTES
    return [
        {
            "metric": name,
            "value": value,
            "time": ago(age + at),
            "quality": "ok",
            "counts": counts,
            "until": ago(-60) if counts else None,
            "points": point if counts else None,
            "usual": usual,
            "deviation": 3.0 * ((value > usual) - (value < usual)) * bool(point),
        }
        for at, (name, value, usual, point) in enumerate(
            zip(NAMES, values, USUAL, points, strict=True)
        )
    ]


def alert(number: int, priority: str, condition: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - parts of an alert
    return {
        "id": f"10000000-0000-0000-0000-{number:012d}",
        "patient": patient_id(number),
        "name": PEOPLE[number % len(PEOPLE)],
        "identifier": f"19{30 + number % 40}-04-{1 + number % 28:02d}",
        "condition": condition,
        "kind": "clinical",
        "priority": priority,
        "state": "open",
        "raised_at": ago(4 + number),
        "measured_at": ago(4 + number),
        "respond_by": ago(number - 20),
        "cleared_at": None,
        "acknowledged_by": None,
        "acknowledged_until": None,
        "doctor": None,
        "doctor_name": "Dr Amara Singh" if number % 2 else None,
        "message": "NEWS2 9 (limit 7)" if priority == "high" else "SpO2 91 % (limit 92 %)",
        "count": 3,
        "level": "doctor",
        "holds": True,
        "reasons": [],
        **more,
    }


def row(number: int, kind: str) -> dict[str, Any]:
    """One row of the panel: ``ill``, ``taken``, ``watched``, ``gap``, ``stale`` or ``calm``."""
    low = {"ill": 9, "taken": 8, "watched": 5, "gap": 1, "stale": 1, "calm": 1}[kind]
    values, points = {
        "ill": (ILL, ILL_POINTS),
        "taken": (ILL, ILL_POINTS),
        "watched": (WATCHED, WATCHED_POINTS),
    }.get(kind, (USUAL, (0, 0, 0, 0, None, 0)))
    whole = kind not in {"gap", "stale"}
    news2 = {
        "score": low if whole else None,
        "low": low,
        "high": low if whole else 6,
        "band": "high" if low >= 7 else "medium" if low >= 5 else "low",
        "single_3": kind == "ill",
        "missing": [] if whole else ["acvpu", "o2"],
        "assumed": ["acvpu", "o2"] if whole else [],
        "settles": None if whole else "acvpu",
        "reason": None,
        "stale": kind == "stale",
    }
    alerts = {
        "ill": [alert(number, "high", "news2_emergency")],
        "taken": [
            alert(
                number,
                "high",
                "news2_emergency",
                state="acknowledged",
                acknowledged_by="Nurse Pia Lund",
                acknowledged_until=ago(-22),
            )
        ],
        "watched": [alert(number, "medium", "limit_spo2_low")],
    }.get(kind, [])
    return {
        "patient": patient_id(number),
        "name": PEOPLE[number % len(PEOPLE)],
        "identifier": f"19{30 + number % 40}-04-{1 + number % 28:02d}",
        "birth_date": f"19{30 + number % 40}-04-{1 + number % 28:02d}",
        "time_zone": "Europe/Berlin",
        "urgency": URGENCY.get(kind, 4) - number / 1e3,
        "news2": news2,
        "risk": 0.42 if low >= 5 else 0.04,
        "freshness_s": 9_000 if kind == "stale" else 20 + number,
        "coverage": 0.4 if kind == "stale" else 1.0,
        "open_alerts": len(alerts),
        "alerts": alerts,
        "doctor": None,
        "doctor_name": ("Dr Amara Singh", "Nurse Pia Lund", None)[number % 3],
        "state": "active",
        "until": None,
        "measured": ago(150 if kind == "stale" else 2),
        "worst_alert": alerts[0]["priority"] if alerts else None,
        "refused": [],
        "spo2_scale": 2 if number % 7 == 3 else 1,
        "vitals": vitals(values, points, 150 if kind == "stale" else 1 + number % 9),
        "due": {"at": None, "metrics": ["acvpu", "o2"]}
        if kind == "gap"
        else {"at": ago(-35 - number), "metrics": ["sbp"]},
        "quality": {"share": 0.97, "doubts": []},
    }


def panel(kinds: Sequence[str]) -> dict[str, Any]:
    rows = [row(number, kind) for number, kind in enumerate(kinds)]
    tally = {"high": kinds.count("ill"), "medium": kinds.count("watched")}
    act = kinds.count("ill") + kinds.count("taken")
    review = kinds.count("watched") + kinds.count("stale")
    return {
        "items": rows,
        "next": None,
        "at": ago(0),
        "total": len(rows),
        "matched": len(rows),
        "counts": tally,
        "bands": {
            "act": act,
            "review": review,
            "steady": len(rows) - act - review,
            "unowned": kinds.count("ill"),
            "round": kinds.count("gap"),
            "overdue": 0,
            "unheard": kinds.count("stale"),
            "active": len(rows),
        },
    }


COURSE = [1, 1, 2, None, None, 1, 1, 2, 3, 3, 2, 1, 1, 2, 4, 5, 5, 4, 3, 5, 6, 7, 8, 9] * 2
CALM = ["watched", "stale", *["gap"] * 5, *["calm"] * 7]
FLOOD = [*["ill"] * 6, *["taken"] * 2, *["watched"] * 6, *["gap"] * 3, *["calm"] * 3]


def courses(number: int) -> dict[str, Any]:
    items = {patient_id(n): COURSE[n:] + COURSE[:n] for n in range(number)}
    return {"from": ago(1440), "slot_s": 1800, "items": items}


def card_lines(n: int) -> dict[str, Any]:
    """What a card says besides of the n-th person."""
    last = {"what": "observed", "outcome": None, "by": "Nurse Pia Lund", "at": ago(200 + 7 * n)}
    return {"patient": patient_id(n), "phone": f"+49 30 55501{n:02}", "last": last}


def ward(kinds: Sequence[str], **more: Any) -> Scene:  # noqa: ANN401 - parts of a scene
    """A ward of people in these states."""
    told = panel(kinds)
    alerts = [one for line in told["items"] for one in line["alerts"]]
    closed = {"items": [], "next": None}

    def listed(route: Any) -> None:  # noqa: ANN401 - Playwright's route
        asks = "state=open" in route.request.url
        route.fulfill(json={"items": alerts, "next": None, "stream": 1} if asks else closed)

    answers: dict[str, Any] = {
        "/api/v1/panel": told,
        "/api/v1/alerts": listed,
        "/api/v1/me": {"id": "me"},
        "/api/v1/me/panel": {"columns": None, "sort": None, "show": None},
        "/ui/day-courses": courses(len(kinds)),
        "/ui/cards": {"items": [card_lines(n) for n in range(len(kinds))]},
    }
    return Scene(answers=answers, **more)
