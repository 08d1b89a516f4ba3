"""The panel: every patient whom the caller may see, most urgent first."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from analytics.domain.care import Role, scoring_of
from analytics.policy import DEFAULT
from analytics.settings import WardPolicy
from analytics.ward import urgency as panel
from analytics.ward import vitals
from api.errors import InvalidError
from api.forms.paging import Cursor, Page, cut, read_cursor
from api.forms.panel import Show, Sort
from api.http.deps import CLINICIANS, UnitOfWork, Work, allow
from api.patients.identifiers import identifier_of
from api.patients.search import find_people
from api.patients.ward_policy import WardPolicies
from api.store import panel as sql
from api.store import wards
from api.store.timestamps import ms_of
from api.store.types import Row
from api.vault import personal_data

router = APIRouter(tags=["patients"])
Policies = Mapping[str, WardPolicy]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Search = Annotated[
    str, Query(max_length=200, description="words of name, birth date, external id, doctor, state")
]


class ObservationTold(BaseModel):
    """The next observation by the schedule of the score's band; ``overdue`` past its grace.

    ``reminders``: how often the patient was reminded of it.
    """

    at: datetime
    metrics: list[str]
    band: Literal["low", "raised", "single_3", "urgent", "emergency"]
    every_minutes: int
    overdue: bool
    reminders: int


class PanelRow(BaseModel):
    """One patient; ``freshness_s`` in ward seconds, ``coverage`` the share that is up to date.

    ``refused``: metrics whose newest readings count for nothing, as in the assessment.
    ``vitals``: the newest of each, with the NEWS2 points that it alone scores; ``due``: what has to
    be measured next for the score to stay whole (``at`` null: it is missing already);
    ``observation``: by when somebody is to be observed next by the schedule, null for who is not.
    ``quality``: the ``share`` of the readings of the last hours that counted, 0 to 1, and the
    ``doubts`` about the equipment in words; null until something was assessed.
    """

    patient: UUID
    name: str | None
    identifier: str | None
    birth_date: date | None
    simulated: bool
    time_zone: str
    urgency: float
    news2: dict[str, Any]
    risk: float | None
    freshness_s: float | None
    coverage: float | None
    open_alerts: int
    alerts: list[dict[str, Any]]
    doctor: UUID | None
    doctor_name: str | None
    state: str
    until: datetime | None
    measured: datetime | None
    worst_alert: str | None
    refused: list[dict[str, Any]]
    spo2_scale: int
    vitals: list[dict[str, Any]]
    due: dict[str, Any] | None
    observation: ObservationTold | None
    quality: dict[str, Any] | None


class Panel(Page[PanelRow]):
    """A page of the panel: ``total`` may be seen, ``matched`` were asked for, ``at`` ward time.

    ``counts`` are alerts that nobody has answered, by priority, in all that may be seen; ``bands``
    are patients: ``act`` now, ``review``, ``steady``; ``unowned`` are those in ``act`` whom nobody
    has taken on, ``round`` those who lack nothing but consciousness or oxygen, ``overdue`` those
    whose observation by the schedule was not made in time; of the ``active`` the ``unheard`` are
    those of whom nothing was heard for an hour.
    """

    at: datetime
    total: int
    matched: int
    counts: dict[str, int]
    bands: dict[str, int]


_WORST = {3: "high", 2: "medium", 1: "low"}


def _age_s(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else max((now - at).total_seconds(), 0.0)


def _shown(work: UnitOfWork, row: Row, rules: Policies) -> PanelRow:
    now_ms = ms_of(work.now)
    personal = personal_data.open_personal(work.services.vault, row)
    score_age_s = _age_s(row["measured"], work.now)
    worn = _worn(row, rules, now_ms)
    return PanelRow(
        patient=row["id"],
        name=personal.name if personal else None,
        identifier=identifier_of(personal),
        birth_date=personal.birth_date if personal else None,
        simulated=personal.simulated if personal else False,
        time_zone=row["time_zone"],
        urgency=row["urgency"],
        news2=panel.news2_now(row["news2"], score_age_s, scoring_of(row["scoring"]), now_ms),
        risk=row["risk"],
        freshness_s=_age_s(row["received"], work.now),
        coverage=panel.coverage(row["latest"] or {}, row["expected"], now_ms),
        open_alerts=row["open_alerts"],
        alerts=row["alerts"],
        doctor=row["doctor"],
        doctor_name=row["doctor_name"],
        state=row["state"],
        until=row["paused_until"],
        measured=row["measured"],
        worst_alert=_WORST.get(row["worst"]),
        refused=row["refused"] or [],
        spo2_scale=row["spo2_scale"],
        vitals=vitals.vitals_now(worn, now_ms),
        due=vitals.next_due(worn, now_ms),
        observation=_observation(row, work.now),
        quality=row["quality"],
    )


def _observation(row: Row, now: datetime) -> ObservationTold | None:
    if row["due_at"] is None or row["state"] != "active":
        return None
    return ObservationTold(
        at=row["due_at"],
        metrics=row["observation_metrics"],
        band=row["observation_band"],
        every_minutes=row["every_min"],
        overdue=row["overdue_at"] <= now,
        reminders=row["reminders"],
    )


def _worn(row: Row, rules: Policies, now_ms: int) -> vitals.Worn:
    return vitals.Worn(
        latest=row["latest"] or {},
        baselines=vitals.baselines_of(row["baselines"]),
        scale=row["spo2_scale"],
        scored=scoring_of(row["scoring"]).unscored_at(now_ms) is None,
        policy=rules[row["ward"]].clinical if row["ward"] in rules else DEFAULT,
    )


async def _found(work: UnitOfWork, search: str, sort: str) -> list[int] | None:
    if not search.strip() and sort != "name":
        return None
    return [row["no"] for row in await find_people(work, search)]


def _after(cursor: str | None, sort: str) -> tuple[float, int] | None:
    """Return where a page begins: behind the key and the number of the last row before it."""
    read = read_cursor(cursor, str, float, int)
    if read is None:
        return None
    by, key, no = read
    if by != sort:
        raise InvalidError("cursor", "is of another order")
    return float(str(key)), int(str(no))


@router.get("/panel", dependencies=[allow(Role.COORDINATOR, *CLINICIANS)])
async def read_panel(
    *,
    work: Work,
    show: Show = "all",
    sort: Sort = "urgency",
    search: Search = "",
    patient: Annotated[list[UUID] | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    offset: Offset = 0,
    limit: Limit = 200,
) -> Panel:
    """Read the panel: most urgent first; equal ones in the order they were taken in.

    ``sort``: ``score`` by NEWS2, ``waiting`` who has waited longest for an answer, ``silent`` who
    was not heard of for longest, or by ``name``. Ranked over everybody, then cut: ``cursor`` goes
    on from a page, ``offset`` goes to a place.
    """
    asked = sql.PanelQuery(
        show=show,
        sort=sort,
        found=await _found(work, search, sort),
        ids=patient,
        after=_after(cursor, sort),
        offset=offset,
        limit=limit + 1,
    )
    ranked = await sql.page(work.conn, asked, panel.THRESHOLDS, work.now)
    shown, following = cut(ranked.rows, limit, lambda row: (sort, row["key"], row["no"]))
    rules = WardPolicies().by_ward(await wards.every(work.conn))
    work.saw("panel.read", (row["no"] for row in shown))
    return Panel(
        items=[_shown(work, row, rules) for row in shown],
        next=following,
        at=work.now,
        total=ranked.total,
        matched=ranked.matched,
        counts=await sql.counts(work.conn),
        bands=ranked.bands,
    )
