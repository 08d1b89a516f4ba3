"""Which pictures of the pages are kept: each page in each state that must not be mistaken."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playwright.sync_api import Route

from analytics.domain.care import Role
from tests.support import scenes
from tests.support import scenes_of_pages as pages
from tests.support import scenes_of_talks as talks
from tests.support.browsers import PHONE
from tests.support.stage import Scene

WIDE = {"viewport": {"width": 1920, "height": 1080}}
NIGHT = {"color_scheme": "dark"}
SMALL = {"viewport": PHONE, "has_touch": True}


def broken(route: Route) -> None:
    route.fulfill(status=503, json={"title": "The database does not answer."})


def never(_route: Route) -> None:
    """Leave the question open."""


FLOOD = scenes.ward(scenes.FLOOD)
CALM = scenes.ward(scenes.CALM)
EMPTY = scenes.ward([])
OLD = scenes.ward(["stale"] * 9)
CUT_OFF = scenes.ward(scenes.FLOOD, stream=False)
NO_SERVER = scenes.ward(scenes.FLOOD, status=None)
NO_ENGINE = scenes.ward(scenes.FLOOD, status={"engine": False})
GAPS = scenes.ward(["gap"] * 6)
CHART = f"/patients/{pages.SICK}"
EVIDENCE = f"/evidence/{pages.ALERT['id']}"
CHART_API = f"/api/v1{CHART}"


def failing(scene: Scene, path: str, answer: Any = broken) -> Scene:  # noqa: ANN401 - JSON or a callable
    return Scene(answers={**scene.answers, path: answer})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One picture: where, of what, by whom; ``ready`` is what stands there once it is drawn."""

    path: str
    scene: Scene
    ready: str
    role: Role = Role.COORDINATOR
    options: Mapping[str, Any] = field(default_factory=dict)


ROWS, CARDS, TOLD = "#rows [data-patient]", "#open .alert", "#said li.theirs"
AT_HOME = pages.scene(pages.chart() | talks.plans_of(pages.SICK))
SHOTS = {
    "panel-calm": Shot(path="/panel", scene=CALM, ready=ROWS),
    "panel-flood": Shot(path="/panel", scene=FLOOD, ready=".spark"),
    "panel-night": Shot(path="/panel", scene=FLOOD, ready=".spark", options=NIGHT),
    "panel-stale": Shot(path="/panel", scene=OLD, ready=ROWS),
    "panel-empty": Shot(path="/panel", scene=EMPTY, ready=".empty"),
    "panel-loading": Shot(
        path="/panel", scene=failing(FLOOD, "/api/v1/panel", never), ready=".loading"
    ),
    "panel-failing": Shot(path="/panel", scene=failing(FLOOD, "/api/v1/panel"), ready=".trouble"),
    "panel-cut-off": Shot(path="/panel", scene=CUT_OFF, ready="[data-wrong=line]"),
    "panel-no-server": Shot(path="/panel", scene=NO_SERVER, ready="[data-wrong=server]"),
    "panel-no-engine": Shot(path="/panel", scene=NO_ENGINE, ready="[data-wrong=engine]"),
    "panel-phone": Shot(path="/panel", scene=FLOOD, ready=".spark", options=SMALL),
    "panel-wall": Shot(path="/panel?view=wall", scene=FLOOD, ready=ROWS, options=WIDE),
    "feed-calm": Shot(path="/feed", scene=EMPTY, ready="#calm .empty", role=Role.DOCTOR),
    "feed-flood": Shot(path="/feed", scene=FLOOD, ready=CARDS, role=Role.DOCTOR),
    "feed-night": Shot(path="/feed", scene=FLOOD, ready=CARDS, role=Role.DOCTOR, options=NIGHT),
    "feed-phone": Shot(path="/feed", scene=FLOOD, ready=CARDS, role=Role.DOCTOR, options=SMALL),
    "feed-loading": Shot(
        path="/feed",
        scene=failing(FLOOD, "/api/v1/alerts", never),
        ready="#calm .loading",
        role=Role.DOCTOR,
    ),
    "feed-cut-off": Shot(
        path="/feed", scene=NO_SERVER, ready="[data-wrong=server]", role=Role.DOCTOR
    ),
    "round-empty": Shot(path="/round", scene=EMPTY, ready="#round .empty", role=Role.NURSE),
    "round-calm": Shot(path="/round", scene=GAPS, ready="#round form", role=Role.NURSE),
    "round-phone": Shot(
        path="/round", scene=GAPS, ready="#round form", role=Role.NURSE, options=SMALL
    ),
    "login": Shot(path="/login", scene=EMPTY, ready="form"),
}

_COORDINATOR: dict[str, tuple[str, Scene, str]] = {
    "handover-empty": ("/handover", pages.scene(pages.handover([])), "#list .empty"),
    "handover-flood": ("/handover", pages.scene(pages.handover(scenes.FLOOD)), "#list .card"),
    "handover-failing": ("/handover", failing(FLOOD, "/ui/handover"), ".trouble"),
    "capacity-flood": ("/capacity", pages.scene(pages.rota(scenes.FLOOD)), "#axis .piece"),
    "capacity-failing": ("/capacity", failing(FLOOD, "/api/v1/allocation"), ".trouble"),
    "patients-calm": ("/patients", pages.scene(pages.ward_patients(scenes.CALM)), "tbody tr"),
    "patients-empty": ("/patients", pages.scene(pages.ward_patients([])), ".empty"),
    "admit-empty": ("/patients/new", EMPTY, "#admit .form-body:enabled"),
    "people-calm": ("/people", pages.scene(pages.people()), "tbody tr"),
    "settings-calm": ("/settings", pages.scene(pages.ward_settings()), "#groups [data-group]"),
    "burden-calm": ("/burden", pages.scene(pages.burden()), "#figures .figure"),
    "outcomes-calm": ("/outcomes", pages.scene(pages.outcomes()), "#figures tbody tr"),
    "refused-empty": ("/refused", pages.scene(pages.NOTHING_REFUSED), ".empty"),
    "hl7-calm": ("/hl7", pages.scene(pages.refused_messages()), "tbody tr"),
    "models-calm": ("/models", pages.scene(pages.models()), "#diabetes table"),
    "evidence-flood": (EVIDENCE, pages.scene(pages.evidence()), "#proof table"),
    "start-empty": ("/start", pages.scene(pages.first_steps()), ".step"),
    "keys-calm": ("/keys", pages.scene(talks.keys()), "#keys tbody tr"),
    "log-calm": ("/log", pages.scene(talks.log()), "#rows tbody tr"),
}
_DOCTOR: dict[str, tuple[str, Scene, str]] = {
    "chart-flood": (CHART, pages.scene(pages.chart()), "body[data-charts] .u-over"),
    "chart-news2": (f"{CHART}?view=news2", pages.scene(pages.chart()), "#as-news2 .below"),
    "chart-table": (f"{CHART}?view=table", pages.scene(pages.chart()), "#as-table tbody tr"),
    "chart-events": (f"{CHART}?tab=events", AT_HOME, "#answers li"),
    "chart-plan": (f"{CHART}?tab=plan", AT_HOME, "#care .form-body:enabled"),
    "chart-devices": (f"{CHART}?tab=devices", pages.scene(pages.chart()), ".device"),
    "chart-loading": (CHART, failing(pages.scene(pages.chart()), CHART_API, never), ".loading"),
    "chart-failing": (CHART, failing(pages.scene(pages.chart()), CHART_API), ".trouble"),
    "chart-cut-off": (CHART, pages.scene(pages.chart(), stream=False), "[data-wrong=line]"),
    "today-flood": ("/today", pages.scene(pages.worklist(scenes.FLOOD)), "main li"),
    "emergency-empty": ("/emergency", EMPTY, "main form"),
    "messages-flood": (f"/messages?patient={pages.SICK}", pages.scene(talks.talks()), TOLD),
    "consultations-calm": (
        f"/consultations?patient={pages.SICK}",
        pages.scene(talks.consultations()),
        "#past li",
    ),
    "call-calm": (f"/call/{talks.ROOM}", pages.scene(talks.room()), "#beside dd"),
    "cases-calm": ("/cases", pages.scene(talks.cases()), "#to-me a"),
    "case-calm": (f"/cases/{talks.CASE}", pages.scene(talks.case()), "#readings .u-over"),
    "ask-calm": (f"{CHART}/ask", pages.scene(talks.asking()), "#things .choice"),
    "images-calm": (f"{CHART}/images", pages.scene(talks.images()), "#studies .study"),
    "account-calm": ("/account", pages.scene(talks.account()), "#channels li"),
}
_PATIENT: dict[str, tuple[str, Scene, str]] = {
    "mine-calm": ("/mine", pages.scene(pages.own_day()), "#readings .u-over"),
    "looked-calm": ("/looked", pages.scene(pages.looked()), "#looked li"),
    "register-empty": ("/register", EMPTY, "form"),
    "join-empty": ("/join", EMPTY, "#what.wrong"),
    "talk-calm": ("/messages", pages.scene(talks.own_talk()), TOLD),
    "booking-calm": ("/consultations", pages.scene(talks.consultations()), "#past li"),
    "own-images-calm": ("/images", pages.scene(talks.images()), "#studies .study"),
    "mine-flood": (
        "/mine",
        pages.scene(pages.own_day() | talks.own_tasks()),
        "#tasks button",
    ),
}
for role, some in (
    (Role.COORDINATOR, _COORDINATOR),
    (Role.DOCTOR, _DOCTOR),
    (Role.PATIENT, _PATIENT),
):
    for name, (path, scene, ready) in some.items():
        SHOTS[name] = Shot(path=path, scene=scene, ready=ready, role=role)
for name, options in (
    *((name, NIGHT) for name in ("handover-flood", "capacity-flood", "chart-flood")),
    *(
        (name, NIGHT)
        for name in ("settings-calm", "mine-calm", "messages-flood", "call-calm", "case-calm")
    ),
    *((name, SMALL) for name in ("handover-flood", "capacity-flood", "chart-flood")),
    *((name, SMALL) for name in ("patients-calm", "admit-empty", "outcomes-calm")),
    *((name, SMALL) for name in ("settings-calm", "start-empty", "mine-calm", "today-flood")),
    *((name, SMALL) for name in ("messages-flood", "talk-calm", "booking-calm", "call-calm")),
    *((name, SMALL) for name in ("cases-calm", "case-calm", "ask-calm")),
    *((name, SMALL) for name in ("images-calm", "account-calm", "keys-calm", "mine-flood")),
):
    kind = "night" if options is NIGHT else "phone"
    SHOTS[f"{name}-{kind}"] = replace(SHOTS[name], options=options)
