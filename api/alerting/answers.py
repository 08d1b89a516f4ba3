"""Answers of people to an alert, as requests: acknowledged, resolved, passed on.

Visibility is checked before, by a connection that acts for the person; the change is written here
with the engine's rights, together with who did it, the outcome for the risk model and the audit.
A repeat changes nothing; an alert that has ended otherwise is a conflict.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from psycopg.types.json import Jsonb

from analytics.alerts.answers import snooze_left
from analytics.alerts.transitions import Episode, EpisodeEvent, EpisodePolicy
from analytics.domain.alerts import Kind, State, kind_of
from api.alerting import ladder, metrics
from api.alerting.commit import commit_changes, open_ledger
from api.alerting.episode_changes import EpisodeChanges
from api.alerting.patient_changes import clinical
from api.errors import ConflictError, InvalidError, NotFoundError
from api.evidence import audit
from api.services import Services
from api.store import duty, episodes, lane_inputs, notify, patient_alerts, stream
from api.store.episodes import EpisodeRow
from api.store.timestamps import ms_of
from api.store.types import Conn, Row
from api.vault.private_text import PatientText

_PASSED_ON = frozenset({EpisodeEvent.ESCALATED.value, EpisodeEvent.REMINDED.value})


class Action(StrEnum):
    """What a person may do with an alert."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertAnswer:
    """One person's answer to one alert.

    ``text`` seals what they write about its patient; it is put off for so many ``minutes``.
    """

    alert_id: UUID
    action: Action
    actor: UUID
    comment: str | None = None
    outcome: str | None = None
    text: PatientText | None = None
    minutes: int = 0

    def wrote(self, stored: str | None) -> bool:
        """Whether what is stored is what this person says; to say nothing changes nothing."""
        return self.comment in (None, self.text.open(stored) if self.text else stored)

    @property
    def sealed_comment(self) -> str | None:
        """The comment as it is stored."""
        return self.text.seal(self.comment) if self.text else self.comment


async def answer(services: Services, said: AlertAnswer) -> None:
    """Write one answer.

    Args:
        services: the program's shared services.
        said: the answer, of somebody who may see the alert.

    Raises:
        NotFoundError: there is no such alert.
        ConflictError: it is closed, there is nobody to pass it on to, or it was put off already.
        InvalidError: it still holds, and no reason was given for keeping it quiet; or it may not
            be put off for so long.
    """
    now = services.now()
    async with services.engine_pool.connection() as conn, conn.transaction():
        record = await episodes.get(conn, said.alert_id)
        if record is None or record.episode.raised_ms is None:
            raise NotFoundError
        if not record.open:
            _repeat_or_conflict(record, said)
            return
        if await _said_already(conn, now, record, said):
            return
        ledger = await open_ledger(conn, now, EpisodePolicy(), _numbers(record))
        ledger.load([record])
        if record.patient_no is not None and clinical(record):
            numbers = [record.patient_no]
            ledger.patients.know(await patient_alerts.load(conn, numbers, ms_of(now)))
        if said.action is Action.SNOOZE:
            _may_wait(record.episode, said.minutes, ledger, record.ward)
        after = _apply(ledger, record, said)
        if said.outcome is not None and said.outcome != record.outcome:
            await _teach(conn, services, after, said)
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)
        note = audit.Note(
            action=f"alert.{said.action.value}",
            patient_no=record.patient_no,
            detail={"alert": str(record.id), **_noted(said)},
        )
        await audit.append(conn, now, str(said.actor), [note])


def _noted(said: AlertAnswer) -> Row:
    """What the record keeps of an answer."""
    if said.action is Action.SNOOZE:
        return {"minutes": said.minutes}
    return {"outcome": said.outcome}


def _may_wait(episode: Episode, minutes: int, ledger: EpisodeChanges, ward: str) -> None:
    """Refuse to put off what is taken on, or for longer than its priority allows."""
    if episode.state is not State.OPEN:
        raise ConflictError("Somebody has taken it on: it calls nobody meanwhile.")
    policy = ledger.policy_of(ward)
    most, left = policy.snooze_min(episode.priority), snooze_left(episode, ledger.now_ms, policy)
    if left == 0:
        raise ConflictError(f"It has been put off for {most} min, and may not be any longer.")
    if not 0 < minutes <= left:
        raise InvalidError("minutes", f"must be 1 to {left} for this priority")


def _numbers(record: EpisodeRow) -> list[int]:
    return [] if record.patient_no is None else [record.patient_no]


async def _said_already(conn: Conn, now: datetime, record: EpisodeRow, said: AlertAnswer) -> bool:
    """Whether an answer is a repeat that changes nothing; refuse one that cannot be."""
    if said.action is Action.ESCALATE:
        if await _escalated_already(conn, said):
            return True
        await _somebody_above(conn, now, record, said)
    return said.action is Action.RESOLVE and record.episode.holds and _planned(record, said)


async def _escalated_already(conn: Conn, said: AlertAnswer) -> bool:
    """Whether this person passed it on and nothing has happened since: a repeat, not a second."""
    who, what = await stream.last_change(conn, said.alert_id)
    return who == said.actor and what in _PASSED_ON


async def _somebody_above(conn: Conn, now: datetime, record: EpisodeRow, said: AlertAnswer) -> None:
    """Refuse to pass on to nobody."""
    why = ladder.refusal(await ladder.ladder(conn, now), record, said.actor)
    if why is not None:
        raise ConflictError(why)


def _planned(record: EpisodeRow, said: AlertAnswer) -> bool:
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


def _repeat_or_conflict(record: EpisodeRow, said: AlertAnswer) -> None:
    repeated = said.action is Action.RESOLVE and record.closed_by == said.actor
    if not repeated or said.outcome not in (None, record.outcome):
        raise ConflictError("The alert is closed.")


def _apply(ledger: EpisodeChanges, record: EpisodeRow, said: AlertAnswer) -> EpisodeRow:
    if said.action is Action.ESCALATE:
        record = ledger.escalate(record, said.actor)
    elif said.action is Action.RESOLVE:
        record = ledger.resolve(record, said.actor)
    elif said.action is Action.SNOOZE:
        record = ledger.snooze(record, said.minutes, said.actor)
    elif record.episode.state is not State.ACKNOWLEDGED:
        record = ledger.acknowledge(record, said.actor)
    return ledger.annotate(record, outcome=said.outcome, comment=said.sealed_comment)


async def _teach(conn: Conn, services: Services, record: EpisodeRow, said: AlertAnswer) -> None:
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
