"""Answers to questionnaires: judged, sealed, kept once, and told to the alert engine.

The structured call enters what it asks of consciousness and oxygen as readings of the staff, in
the same transaction: so NEWS2 becomes complete by the way that every reading takes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from analytics.domain.alerts import FindingChange, Priority
from analytics.ward.answers import CONDITION, RULE, AnsweredForm, WrongAnswerError, answered
from analytics.ward.questionnaires import QUESTIONNAIRES
from api.errors import ConflictError, InvalidError
from api.forms.entries import EntryForm
from api.forms.questionnaires import GivenAnswers, ResponseShown, RuleTold, SaidAnswer
from api.http.deps import UnitOfWork
from api.language import noted
from api.patients.entering import Entry, entry_key, take
from api.store import questionnaires
from api.store.timestamps import ms_of
from api.store.types import Row
from api.vault import personal_data
from api.vault.private_text import PatientText

_OLDEST, _AHEAD, _LATE = timedelta(days=7), timedelta(minutes=5), timedelta(minutes=15)
_NOT_WATCHED = noted(
    "The ward does not watch this person now, so nobody would be told: call the ward."
)
CALL = "structured_call"
_ENTERED = ("acvpu", "o2")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenAnswers:
    """Answers that were taken; ``entry``: that of their readings, None: there are none."""

    id: UUID
    came: AnsweredForm
    entry: int | None = None


async def take_answers(
    work: UnitOfWork, row: Row, name: str, body: GivenAnswers, sent_as: str | None
) -> TakenAnswers:
    """Keep answers of a patient in the caller's name.

    Raises:
        ConflictError: the patient is not watched.
        InvalidError: an answer that does not belong, or a time.
    """
    if row["state"] == "discharged" or _paused(work, row):
        raise ConflictError(_NOT_WATCHED)
    came = _judged(name, body.answers)
    key = None if sent_as is None else entry_key("answers", name, work.caller.user_id, sent_as)
    known = key and await questionnaires.by_key(work.conn, row["no"], key)
    if known:
        return TakenAnswers(id=known["id"], came=came)
    at = body.at or work.now
    if not work.now - _OLDEST <= at <= work.now + _AHEAD:
        raise InvalidError("at", "must be of the last 7 days")
    entry = await _enter(work, row, body, key) if name == CALL else None
    priority = came.told[0].priority if came.told else None
    hours = timedelta(hours=work.services.settings.report_hours)
    text = personal_data.text_of(work.services.vault, row)
    values = {
        "no": row["no"],
        "form": name,
        "version": QUESTIONNAIRES[name].version,
        "given_at": at,
        "received": work.now,
        "answers": text.seal(json.dumps(body.answers)),
        "score": came.score,
        "priority": None if priority is None else priority.value,
        "key": key,
        "ends_at": work.now + hours if priority else None,
        "finding": _finding(work, name, body, came) if priority else None,
    }
    made = await questionnaires.add(work.conn, values)
    if made is None:
        raise ConflictError("The same answers are being taken: ask again.")
    work.note("questionnaire.answer", row["no"], response=str(made), questionnaire=name)
    return TakenAnswers(id=made, came=came, entry=entry)


def _paused(work: UnitOfWork, row: Row) -> bool:
    return bool(row["state"] == "paused" and row["paused_until"] > work.now)


def _judged(name: str, answers: Mapping[str, int]) -> AnsweredForm:
    try:
        return answered(name, answers)
    except WrongAnswerError as wrong:
        raise InvalidError(f"answers.{wrong.field}", str(wrong)) from wrong


async def _enter(work: UnitOfWork, row: Row, body: GivenAnswers, key: bytes | None) -> int:
    told = {name: body.answers[name] for name in _ENTERED}
    at = body.at or work.now
    form = EntryForm.model_validate({"samples": [{"t": at.isoformat(), **told}]})
    taken = await take(work, Entry(patient=row["id"], form=form, key=key))
    return taken.entry_id


def _finding(work: UnitOfWork, name: str, body: GivenAnswers, came: AnsweredForm) -> Row:
    """What the alert engine is told; never back-fill: somebody is to look, however late it came."""
    late = body.at is not None and work.now - body.at > _LATE
    minutes = 0 if body.at is None else int((work.now - body.at).total_seconds() // 60)
    said = "; ".join(one.words for one in came.told)
    return {
        "condition": f"{CONDITION}_{name}",
        "change": FindingChange.STARTED.value,
        "priority": came.told[0].priority.value,
        "measured_ms": ms_of(work.now),
        "received_ms": ms_of(work.now),
        "message": f"{QUESTIONNAIRES[name].title}: {said}"
        + (f", said {minutes} min before it came" if late else ""),
        "rule": RULE,
        "detail": {"sources": [one.source for one in came.told], "score": came.score},
    }


def grave(came: AnsweredForm) -> bool:
    """Whether somebody is told to get help at once."""
    return bool(came.told) and came.told[0].priority is Priority.HIGH


def answers_of(text: PatientText, row: Row) -> dict[str, int]:
    """Return the answers of a row, opened; nothing of an erased person is left to open."""
    said = text.open(row["answers"])
    told: dict[str, int] = {} if said is None else json.loads(said)
    return told


def shown(text: PatientText, row: Row) -> ResponseShown:
    """Return answers as they are told, in words and with what the rules say of them."""
    form = QUESTIONNAIRES[row["questionnaire"]]
    answers = answers_of(text, row)
    came = answered(row["questionnaire"], answers) if answers else None
    return ResponseShown(
        id=row["id"],
        questionnaire=row["questionnaire"],
        version=row["version"],
        given_at=row["given_at"],
        received=row["received"],
        given_by_name=row["given_by_name"],
        by_staff=row["given_by_role"] != "patient",
        score=row["score"],
        most=came.most if came else None,
        priority=row["priority"],
        reasons=[
            RuleTold(priority=one.priority.value, words=one.words, source=one.source)
            for one in (came.told if came else ())
        ],
        said=[
            SaidAnswer(
                link=link,
                question=form.items[link].asked,
                value=value,
                answer=form.items[link].options[value],
            )
            for link, value in answers.items()
        ],
    )
