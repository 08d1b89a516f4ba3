"""Recipients of an alert after something happened to it; pure.

A clinical alert that is shown is always somebody's who is at work, or of those above them (the
coordinators, the out-of-hours contact, as the ward has set its rungs): a rung without a person
is skipped at once, a holder who goes home hands on, whoever acknowledges owns it
while at work, and an open alert follows the plan when that gives the patient to somebody else.
What is the coordinator's from the beginning is nobody else's unless they take it on.
The level only rises: what the coordinator has been called for stays at that level.
"""

from dataclasses import replace
from uuid import UUID

from analytics.alerts.escalation import lifted
from analytics.alerts.transitions import EpisodeEvent, EpisodePolicy, Level
from analytics.domain.alerts import Kind, Priority, State, kind_of
from api.alerting.on_call import Duty
from api.store.episodes import EpisodeRow

_SHOWN = frozenset({State.OPEN, State.ACKNOWLEDGED})
_TAKEN = frozenset({EpisodeEvent.ACKNOWLEDGED, EpisodeEvent.PLANNED})


def after(
    record: EpisodeRow, event: EpisodeEvent, actor: UUID | None, duty: Duty, policy: EpisodePolicy
) -> EpisodeRow:
    """Return the record with whom it is for after this event.

    Args:
        record: as the event left it, with the holder and level from before or of the event.
        event: what happened.
        actor: who did it, None for time and findings.
        duty: who is at work.
        policy: what an emergency is.
    """
    if not addressed(record):
        return record
    if record.episode.condition in policy.coordinators:
        taken = event in _TAKEN
        holder = duty.person_of(actor) if taken else _there(record, duty)
        return _above(record, duty, policy, holder)
    if not duty.covers(record.ward):
        return _above(record, duty, policy)
    return _at_rung(record, event, actor, duty, policy)


def _at_rung(
    record: EpisodeRow, event: EpisodeEvent, actor: UUID | None, duty: Duty, policy: EpisodePolicy
) -> EpisodeRow:
    if event is EpisodeEvent.RAISED:
        return _given(record, _first(record, duty, policy), duty)
    kept = _kept(record, duty, policy)
    if event in _TAKEN:
        return replace(record, doctor_id=duty.person_of(actor) or kept)
    if event is EpisodeEvent.ESCALATED and record.episode.level is Level.SECOND:
        other = _second(record, duty, policy, record.doctor_id)
        none_left = other is None
        return _above(record, duty, policy, kept) if none_left else replace(record, doctor_id=other)
    return replace(record, doctor_id=kept)


def handed_over(record: EpisodeRow, duty: Duty, policy: EpisodePolicy) -> EpisodeRow:
    """Return the record with whom it is for now that a shift or the plan has changed."""
    if not addressed(record):
        return record
    if record.episode.condition in policy.coordinators:
        return _above(record, duty, policy, _there(record, duty))
    if not duty.covers(record.ward):
        return _above(record, duty, policy)
    planned = duty.plan_of(record.patient_no)
    moved = duty.there(planned) and planned != record.planned_id
    if moved and not _owned(record, duty):
        keep = record.doctor_id if _suits(record, duty, policy) else None
        return _given(record, _first(record, duty, policy, keep), duty)
    return _given(record, _kept(record, duty, policy), duty)


def taken_over(
    record: EpisodeRow, taker: UUID | None, duty: Duty, policy: EpisodePolicy
) -> EpisodeRow:
    """Return the record with whom it is for after its holder handed the patient over.

    The plan's person is asked first, unless that is who gives; then who took over. Where neither
    may have it (not at work yet, an emergency that nobody has answered and a nurse who took
    over), it stays with the giver, and goes on by the rota when their shift ends.
    """
    giver = record.doctor_id
    if not addressed(record) or not duty.covers(record.ward):
        return record
    if record.episode.condition in policy.coordinators:
        return replace(record, doctor_id=taker) if duty.there(taker) else record
    for wanted in (duty.plan_of(record.patient_no), taker):
        if wanted not in (None, giver) and _suits(replace(record, doctor_id=wanted), duty, policy):
            return _given(record, wanted, duty)
    return record


def in_ward(record: EpisodeRow, ward: str, duty: Duty) -> EpisodeRow:
    """Return the record of a patient who is in another ward now: nobody of the old one has it."""
    keeps = duty.works_in(record.doctor_id, ward)
    return replace(record, ward=ward, doctor_id=record.doctor_id if keeps else None)


def calls(record: EpisodeRow) -> bool:
    """Whether being handed an alert calls: not where it is low, or somebody has taken it on.

    A grave one calls all the same: who took it on has gone home in the middle of it.
    """
    episode = record.episode
    waits = episode.state is State.OPEN and episode.priority is Priority.MEDIUM
    return waits or episode.priority is Priority.HIGH


def addressed(record: EpisodeRow) -> bool:
    """Whether it is for anybody of the rota: shown, clinical, not of the past."""
    episode = record.episode
    shown = episode.raised_ms is not None and episode.state in _SHOWN and not episode.historic
    return shown and kind_of(episode.condition) is Kind.CLINICAL


def _there(record: EpisodeRow, duty: Duty) -> UUID | None:
    return record.doctor_id if duty.there(record.doctor_id) else None


def _first(
    record: EpisodeRow, duty: Duty, policy: EpisodePolicy, keep: UUID | None = None
) -> UUID | None:
    kind = _first_kind(record, policy)
    return duty.first(record.patient_no, record.ward, kind=kind, keep=keep)


def _first_kind(record: EpisodeRow, policy: EpisodePolicy) -> str | None:
    """Return whether a doctor or a nurse comes first for this alert; None: either."""
    episode = record.episode
    return policy.first_kind(policy.response_class(episode.condition, episode.priority))


def _second(
    record: EpisodeRow, duty: Duty, policy: EpisodePolicy, first: UUID | None
) -> UUID | None:
    return duty.second(record.ward, first, policy.second_kind, policy.second_person)


def _kept(record: EpisodeRow, duty: Duty, policy: EpisodePolicy) -> UUID | None:
    """Return the holder if they may have it still, else whoever gets it in their place."""
    if _suits(record, duty, policy):
        return record.doctor_id
    if record.episode.level is Level.SECOND:  # the first was called before
        other = _second(record, duty, policy, duty.plan_of(record.patient_no))
        if other is not None:
            return other
    return _first(record, duty, policy)


def _suits(record: EpisodeRow, duty: Duty, policy: EpisodePolicy) -> bool:
    """Whether its holder may have it: what nobody has answered is for the ward's first rung."""
    episode = record.episode
    unanswered = episode.state is State.OPEN and episode.level is Level.DOCTOR
    kind = _first_kind(record, policy) if unanswered else None
    return duty.suits(record.doctor_id, record.ward, kind)


def _owned(record: EpisodeRow, duty: Duty) -> bool:
    """Whether somebody at work has taken it on: the plan does not take it away."""
    if record.episode.state is not State.ACKNOWLEDGED or record.acknowledged_by is None:
        return False
    return duty.user_of(record.doctor_id) == record.acknowledged_by


def _given(record: EpisodeRow, doctor: UUID | None, duty: Duty) -> EpisodeRow:
    return replace(record, doctor_id=doctor, planned_id=duty.plan_of(record.patient_no))


def _above(
    record: EpisodeRow, duty: Duty, policy: EpisodePolicy, doctor: UUID | None = None
) -> EpisodeRow:
    """Return it for those above the people on shift; the rung only rises."""
    level = policy.last_rung(staffed=duty.covers(record.ward))
    episode = lifted(record.episode, level, policy)
    return replace(record, doctor_id=doctor, episode=episode)
