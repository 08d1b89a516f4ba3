"""What people say to an alert: acknowledged, resolved, passed on.

Visibility is checked before, by a connection that acts for the person; the change is written here
with the engine's rights, together with who did it, the outcome for the risk model and the audit.
A repeat changes nothing; an alert that has ended otherwise is a conflict.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy, Event
from analytics.domain.alerts import Kind, State, kind_of
from api.alerting import ladder, metrics
from api.alerting.commit import open_ledger, post
from api.alerting.episode_changes import Ledger
from api.errors import ConflictError, InvalidError, NotFoundError
from api.evidence import audit
from api.services import Services
from api.store import duty, episodes, lane_inputs, notify, stream
from api.store.episodes import Record
from api.store.types import Conn
from api.vault.private_text import PatientText

_PASSED_ON = frozenset({Event.ESCALATED.value, Event.REMINDED.value})


class Action(StrEnum):
    """What a person may do with an alert."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One person's answer to one alert; ``text`` seals what they write about its patient."""

    alert_id: UUID
    action: Action
    actor: UUID
    comment: str | None = None
    outcome: str | None = None
    text: PatientText | None = None

    def wrote(self, stored: str | None) -> bool:
        """Whether what is stored is what this person says; to say nothing changes nothing."""
        return self.comment in (None, self.text.open(stored) if self.text else stored)

    @property
    def sealed_comment(self) -> str | None:
        """The comment as it is stored."""
        return self.text.seal(self.comment) if self.text else self.comment


async def answer(services: Services, said: Answer) -> None:
    """Write one answer.

    Args:
        services: the program's shared services.
        said: the answer, of somebody who may see the alert.

    Raises:
        NotFoundError: there is no such alert.
        ConflictError: it is closed, or there is nobody to pass it on to.
        InvalidError: it still holds, and no reason was given for keeping it quiet.
    """
    now = services.now()
    async with services.engine_pool.connection() as conn, conn.transaction():
        record = await episodes.get(conn, said.alert_id)
        if record is None or record.episode.raised_ms is None:
            raise NotFoundError
        if not record.open:
            _repeat_or_conflict(record, said)
            return
        if said.action is Action.ESCALATE and await _escalated_already(conn, said):
            return
        if said.action is Action.ESCALATE:
            await _somebody_above(conn, now, record, said)
        if said.action is Action.RESOLVE and record.episode.holds and _planned(record, said):
            return
        ledger = await open_ledger(conn, now, EpisodePolicy(), _numbers(record))
        ledger.know([record])
        after = _apply(ledger, record, said)
        if said.outcome is not None and said.outcome != record.outcome:
            await _teach(conn, services, after, said)
        await post(conn, ledger)
        metrics.count(ledger.news)
        note = audit.Note(
            action=f"alert.{said.action.value}",
            patient_no=record.patient_no,
            detail={"alert": str(record.id), "outcome": said.outcome},
        )
        await audit.append(conn, now, str(said.actor), [note])


def _numbers(record: Record) -> list[int]:
    return [] if record.patient_no is None else [record.patient_no]


async def _escalated_already(conn: Conn, said: Answer) -> bool:
    """Whether this person passed it on and nothing has happened since: a repeat, not a second."""
    who, what = await stream.last_change(conn, said.alert_id)
    return who == said.actor and what in _PASSED_ON


async def _somebody_above(conn: Conn, now: datetime, record: Record, said: Answer) -> None:
    """Refuse to pass on to nobody."""
    why = ladder.refusal(await ladder.ladder(conn, now), record, said.actor)
    if why is not None:
        raise ConflictError(why)


def _planned(record: Record, said: Answer) -> bool:
    """Whether this person has made this plan already: a repeat does not make it longer.

    Raises:
        InvalidError: a new plan without its reason.
    """
    episode = record.episode
    standing = episode.planned and episode.lapsed_ms is None
    mine = standing and record.acknowledged_by == said.actor
    if mine and said.wrote(record.comment) and said.outcome in (None, record.outcome):
        return True
    if not said.comment or not said.comment.strip():
        raise InvalidError(
            "comment", "is required: the condition still holds, so say what is planned"
        )
    return False


def _repeat_or_conflict(record: Record, said: Answer) -> None:
    repeated = said.action is Action.RESOLVE and record.closed_by == said.actor
    if not repeated or said.outcome not in (None, record.outcome):
        raise ConflictError("The alert is closed.")


def _apply(ledger: Ledger, record: Record, said: Answer) -> Record:
    if said.action is Action.ESCALATE:
        record = ledger.escalate(record, said.actor)
    elif said.action is Action.RESOLVE:
        record = ledger.resolve(record, said.actor)
    elif record.episode.state is not State.ACKNOWLEDGED:
        record = ledger.acknowledge(record, said.actor)
    return ledger.annotate(record, outcome=said.outcome, comment=said.sealed_comment)


async def _teach(conn: Conn, services: Services, record: Record, said: Answer) -> None:
    """Hand the outcome of a clinical alert to the patient's lane, where the risk model learns."""
    if record.patient_no is None or kind_of(record.episode.condition) is not Kind.CLINICAL:
        return
    patient = (await duty.patients(conn, [record.patient_no])).get(record.patient_no)
    if patient is None:
        return
    payload = {
        "alert": str(record.id),
        "condition": record.episode.condition,
        "outcome": said.outcome,
        "deteriorated": said.outcome == "actionable",
        "at": record.episode.started_ms,
    }
    await lane_inputs.add_outcome(
        conn,
        record.patient_no,
        patient["bucket"],
        now=services.now(),
        entered_by=said.actor,
        payload=Jsonb(payload),
    )
    await notify.wake_gateway(conn, "lane_input")
