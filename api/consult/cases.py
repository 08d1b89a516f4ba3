"""A case as its people may see it: found, told, opened to experts with what the asker chose."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import Request

from analytics.domain.vitals import METRIC_BY_NAME, Metric
from api.consult.case_settings import CaseSettings
from api.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from api.forms.cases import CaseExpert, CaseHead, ChosenReadings, NewCase
from api.http.deps import UnitOfWork
from api.store import case_record, cases
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText

OPEN = "open"
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "alerts": "alert",
        "notes": "note",
        "reports": "report",
        "consultations": "consultation",
        "studies": "study",
    }
)
"""What a case may show beside readings: the form's member, and how the table calls it."""
_OVER = "This case is over: nothing is added to it any more."
_NO_CONSENT = (
    "The patient has not agreed to sharing, so the case stays in the ward: the consent "
    "'sharing' is given by the patient or told to the coordinator."
)


def settings_of(request: Request) -> CaseSettings:
    """Return the site's settings of cases."""
    found: CaseSettings = request.app.state.cases
    return found


async def found(work: UnitOfWork, case_id: UUID) -> Row:
    """Return a case that the caller may look into now.

    Raises:
        NotFoundError: there is none.
    """
    row = await cases.one(work.conn, case_id)
    if row is None:
        raise NotFoundError
    return row


def demand_open(row: Row) -> None:
    """Refuse to add to a case that is over.

    Raises:
        ConflictError: it was closed, its time is over, or the stay is.
    """
    if row["state"] != OPEN:
        raise ConflictError(_OVER)


def demand_part(work: UnitOfWork, row: Row) -> None:
    """Refuse everybody but the asker and the experts.

    Raises:
        ForbiddenError: the caller is neither.
    """
    if not (row["asked_of_me"] or row["asked_by"] == work.caller.user_id):
        raise ForbiddenError("Only who asked and who was asked take part in a case.")


def text_of(work: UnitOfWork, row: Row) -> PatientText:
    """Return what opens and seals the words of a case."""
    key = {"id": row["key_of"], "master_version": row["master_version"], "wrapped": row["wrapped"]}
    return personal_data.text_of(work.services.vault, key)


async def heads(work: UnitOfWork, rows: Sequence[Row]) -> list[CaseHead]:
    """Return cases as a list tells them."""
    asked: dict[UUID, list[Row]] = {}
    for one in await cases.experts(work.conn, [row["id"] for row in rows]):
        asked.setdefault(one["case_id"], []).append(one)
    return [head(row, asked.get(row["id"], []), text_of(work, row)) for row in rows]


def head(row: Row, experts: Sequence[Row], text: PatientText) -> CaseHead:
    """Return a case without what it shows."""
    opened = {"label": text.open(row["label"]), "question": text.open(row["question"])}
    told = [
        CaseExpert(
            **one
            | {
                "conclusion": text.open(one["conclusion"]),
                "signature": None if one["signature"] is None else bytes(one["signature"]).hex(),
            }
        )
        for one in experts
    ]
    return CaseHead(**row | opened, experts=told)


async def fill(work: UnitOfWork, case_id: UUID, patient: Row, body: NewCase) -> None:
    """Write whom a new case is opened to, and what it shows.

    Raises:
        ConflictError: the patient has not agreed to sharing with another ward.
        InvalidError: somebody or something of it is none that can be chosen.
    """
    no = patient["no"]
    try:
        await cases.add_experts(work.conn, case_id, no, list(dict.fromkeys(body.experts)))
    except cases.NotAskedError as unknown:
        raise InvalidError("experts", "must be doctors with an account, and not oneself") from (
            unknown
        )
    except cases.NoConsentError as refused:
        raise ConflictError(_NO_CONSENT) from refused
    await case_record.choose_readings(work.conn, case_id, no, _windows(body.readings))
    for member, kind in KINDS.items():
        refs = [str(one) for one in dict.fromkeys(getattr(body, member))]
        if refs and await case_record.missing(work.conn, no, kind, refs):
            raise InvalidError(member, "names something that is not in this record")
        await case_record.choose(work.conn, case_id, no, kind, refs)


def demand_within(body: NewCase, settings: CaseSettings) -> None:
    """Refuse more experts, time or days than the site allows.

    Raises:
        InvalidError: it is too much of one of them.
    """
    if body.hours > settings.most_hours:
        raise InvalidError("hours", f"must be at most {settings.most_hours}")
    if len(body.experts) > settings.most_experts:
        raise InvalidError("experts", f"must be at most {settings.most_experts}")
    longest = timedelta(days=settings.window_days)
    for one in body.readings:
        if not one.start < one.end <= one.start + longest:
            raise InvalidError(
                "readings", f"`to` must follow `from` by at most {settings.window_days} days"
            )


def metric_named(name: str, field: str = "metric") -> Metric:
    """Return a metric by its name.

    Raises:
        InvalidError: there is none of this name.
    """
    if name not in METRIC_BY_NAME:
        raise InvalidError(field, f"must be one of {', '.join(METRIC_BY_NAME)}")
    return METRIC_BY_NAME[name]


def _windows(chosen: Sequence[ChosenReadings]) -> list[case_record.Reading]:
    by_metric: dict[int, Any] = {}
    for one in chosen:
        metric = metric_named(one.metric, "readings")
        if metric in by_metric:
            raise InvalidError("readings", f"name {one.metric} once")
        by_metric[metric] = (int(metric), one.start, one.end)
    return list(by_metric.values())
