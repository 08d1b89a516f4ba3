"""Cases: a patient shown to several doctors, also of other wards, for a time, with a question."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from analytics.domain.care import Role
from analytics.domain.vitals import Metric
from analytics.rules.patient_report import in_words
from api.consult import cases as desk
from api.consult.case_label import label_of
from api.errors import ConflictError
from api.forms.cases import Case, CaseHead, CaseWindow, DoctorToAsk, NewCase, OwnCase
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.http.deps import CLINICIANS, COORDINATORS, UnitOfWork, Work, allow
from api.patients.record_access import own_record, record_of
from api.store import case_record, cases
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText

router = APIRouter(tags=["cases"])
_STAFF = allow(*CLINICIANS, *COORDINATORS)


@router.get("/cases/colleagues", dependencies=[allow(Role.DOCTOR)])
async def colleagues(work: Work) -> Page[DoctorToAsk]:
    """The doctors of all wards to whom a case can be opened, the own ward's first."""
    rows = await cases.doctors(work.conn)
    return Page(items=[DoctorToAsk(**row) for row in rows], next=None)


@router.get("/cases", dependencies=[_STAFF])
async def listed(
    work: Work, side: cases.Side | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[CaseHead]:
    """Cases, the newest first: asked of oneself, by oneself, or all that one may look into."""
    return await _page(work, cursor, limit, {"side": side})


@router.get("/patients/{patient_id}/cases", dependencies=[_STAFF])
async def of_patient(
    work: Work, patient_id: UUID, cursor: Cursor = None, limit: Limit = 50
) -> Page[CaseHead]:
    """A patient's cases, the newest first, with what was concluded."""
    row = await record_of(work, patient_id)
    return await _page(work, cursor, limit, {"patient_no": row["no"]})


async def _page(
    work: UnitOfWork, cursor: str | None, limit: int, wanted: dict[str, Any]
) -> Page[CaseHead]:
    key: Any = read_cursor(cursor, int)
    rows = await cases.page(work.conn, **wanted, before=key[0] if key else None, limit=limit + 1)
    shown, following = cut(rows, limit, lambda row: [row["no"]])
    work.saw("cases.list", (row["patient_no"] for row in shown))
    return Page(items=await desk.heads(work, shown), next=following)


@router.get("/me/cases", dependencies=[allow(Role.PATIENT)])
async def own(work: Work) -> Page[OwnCase]:
    """To whom one's own case was shown, by whom, and until when."""
    row = await own_record(work)
    found = await cases.own(work.conn, row["no"])
    work.note("cases.own", row["no"])
    return Page(items=[OwnCase(**one) for one in found], next=None)


@router.post("/patients/{patient_id}/cases", status_code=201, dependencies=[allow(Role.DOCTOR)])
async def ask(request: Request, work: Work, patient_id: UUID, body: NewCase) -> Case:
    """Open a case to experts; of another ward only where the patient agreed to sharing (409)."""
    row = await record_of(work, patient_id)
    desk.demand_within(body, desk.settings_of(request))
    personal = personal_data.open_personal(work.services.vault, row)
    if row["state"] == "discharged" or personal is None:
        raise ConflictError("The ward does not care for this person now.")
    text = personal_data.text_of(work.services.vault, row)
    label = label_of(personal, row["sex"], body.naming, work.civil_now.date())
    values = {
        "no": row["no"],
        "by": work.caller.user_id,
        "now": work.now,
        "hours": body.hours,
        "label": text.seal(label),
        "question": text.seal(body.question),
    }
    made = await cases.add(work.conn, values)
    await desk.fill(work, made, row, body)
    work.note(
        "case.open",
        row["no"],
        case=str(made),
        experts=[str(one) for one in dict.fromkeys(body.experts)],
    )
    return await _whole(work, await desk.found(work, made))


@router.get("/cases/{case_id}", dependencies=[_STAFF])
async def read(work: Work, case_id: UUID) -> Case:
    """One case with all that it shows; who was asked sees it until it ends."""
    row = await desk.found(work, case_id)
    work.note("case.read", row["patient_no"], case=str(case_id))
    return await _whole(work, row)


@router.post("/cases/{case_id}/close", dependencies=[allow(Role.DOCTOR, *COORDINATORS)])
async def close(work: Work, case_id: UUID) -> Case:
    """Close a case: the experts see nothing of it from now on. A repeat changes nothing."""
    row = await desk.found(work, case_id)
    if row["state"] != "closed":
        if not await cases.close(work.conn, case_id, work.caller.user_id, work.now):
            raise ConflictError("Only the patient's own ward closes a case.")
        work.note("case.close", row["patient_no"], case=str(case_id))
    return await _whole(work, await desk.found(work, case_id))


async def _whole(work: UnitOfWork, row: Row) -> Case:
    text = desk.text_of(work, row)
    [head] = await desk.heads(work, [row])
    shown = _opened(await case_record.shown(work.conn, row["id"]), text)
    findings = shown.pop("findings")
    for study in shown["studies"]:
        study["findings"] = [one for one in findings if one["study_uid"] == study["uid"]]
    for report in shown["reports"]:
        report["said"] = in_words(report["answers"])
    written = await cases.written(work.conn, row["id"])
    windows = await case_record.windows(work.conn, row["id"])
    told: dict[str, Any] = {
        **head.model_dump(),
        **shown,
        "readings": [_window(one) for one in windows],
        "entries": [one | {"text": text.open(one["text"])} for one in written],
    }
    return Case(**told)


def _opened(shown: dict[str, list[Row]], text: PatientText) -> dict[str, list[Row]]:
    sealed = ("text", "message", "words", "summary", "description")
    return {
        name: [row | {part: text.open(row[part]) for part in sealed if part in row} for row in rows]
        for name, rows in shown.items()
    }


def _window(row: Row) -> CaseWindow:
    return CaseWindow(metric=Metric(row["metric"]).wire_name, start=row["since"], end=row["till"])
