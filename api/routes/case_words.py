"""What is said in a case: opinions, the discussion, and what each expert signs."""

from uuid import UUID

from fastapi import APIRouter

from analytics.domain.care import Role
from api.consult import cases as desk
from api.consult.signature import concluded_hash
from api.errors import ConflictError, ForbiddenError
from api.forms.cases import CaseEntry, CaseExpert, Conclusion, NewCaseEntry
from api.http.deps import Work, allow
from api.store import cases

router = APIRouter(tags=["cases"], dependencies=[allow(Role.DOCTOR)])


@router.post("/cases/{case_id}/entries", status_code=201)
async def write(work: Work, case_id: UUID, body: NewCaseEntry) -> CaseEntry:
    """Write an opinion (who was asked) or a remark (who was asked, and the patient's doctors)."""
    row = await desk.found(work, case_id)
    if body.kind == "opinion" and not row["asked_of_me"]:
        raise ForbiddenError("Only who was asked gives an opinion.")
    desk.demand_open(row)
    text = desk.text_of(work, row)
    by, now = work.caller.user_id, work.now
    values = {"no": row["patient_no"], "kind": body.kind, "now": now, "by": by}
    made = await cases.write(work.conn, case_id, {**values, "text": text.seal(body.text)})
    work.note("case.write", row["patient_no"], case=str(case_id), kind=body.kind)
    [entry] = [one for one in await cases.written(work.conn, case_id) if one["id"] == made]
    return CaseEntry(**entry | {"text": body.text})


@router.post("/cases/{case_id}/sign")
async def sign(work: Work, case_id: UUID, body: Conclusion) -> CaseExpert:
    """Sign what one concludes, in one's own name; it is not changed any more.

    The hash of question and conclusion stands with it and in the audit's chain.
    """
    row = await desk.found(work, case_id)
    if not row["asked_of_me"]:
        raise ForbiddenError("Only who was asked concludes.")
    text = desk.text_of(work, row)
    by, now = work.caller.user_id, work.now
    question = text.open(row["question"]) or ""
    signature = concluded_hash(case_id, by, now, question=question, conclusion=body.conclusion)
    sealed = {"conclusion": text.seal(body.conclusion), "signature": signature}
    if not await cases.sign(work.conn, case_id, {"by": by, "now": now, **sealed}):
        raise ConflictError("It is signed, and is not changed any more.")
    work.note("case.sign", row["patient_no"], case=str(case_id), sha256=signature.hex())
    [head] = await desk.heads(work, [row])
    [mine] = [one for one in head.experts if one.user == by]
    return mine
