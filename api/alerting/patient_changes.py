"""What one transaction changes of patients' clinical alerts and of their reasons."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from analytics.alerts import patient
from analytics.alerts.patient import PatientAlert, Reason, Step
from analytics.domain.alerts import CLOSED_BECAUSE, Finding, Kind, State, kind_of
from analytics.domain.episode import Episode, EpisodeEvent, EpisodePolicy
from api.alerting import recipients
from api.alerting.changes import CLOSED, Changes
from api.alerting.subjects import Subject
from api.store.episodes import EpisodeRow
from api.store.patient_alerts import PatientRecord, ReasonRow

RETRACTED = "The reading that this rests on was entered in error."
_RESPONSES = frozenset({EpisodeEvent.ACKNOWLEDGED, EpisodeEvent.PLANNED})

Decision = Callable[[PatientAlert, int, EpisodePolicy], list[Step]]
"""What a person says to an alert."""


def clinical(record: EpisodeRow) -> bool:
    """Whether an alert is a patient's, with reasons: not the equipment's, nor of the past."""
    episode = record.episode
    return kind_of(episode.condition) is Kind.CLINICAL and not episode.historic


@dataclass(slots=True, kw_only=True)
class PatientChanges:
    """The patients' alerts in question.

    Attributes:
        changes: where what changes is noted.
    """

    changes: Changes
    _known: dict[int, PatientRecord] = field(default_factory=dict)

    def know(self, records: Mapping[int, PatientRecord]) -> None:
        """Take in what the database holds."""
        self._known.update(records)

    def of(self, patient_no: int) -> PatientRecord:
        """Return a patient's alert as it is now."""
        return self._known.get(patient_no) or PatientRecord(patient_no=patient_no)

    def find(self, subject: Subject, finding: Finding) -> None:
        """Apply one finding to its patient's alert."""
        if subject.patient_no is None:
            raise ValueError("a clinical finding is about a patient")
        case = self.of(subject.patient_no).case
        policy = self.changes.policy_of(subject.ward)
        steps = patient.apply(case, finding, self.changes.now_ms, policy)
        self._all(subject, steps)

    def due(self, patient_no: int, ward: str) -> None:
        """Let time act on what is due of a patient's alert and reasons."""
        self.changes.by = "time"
        case, policy = self.of(patient_no).case, self.changes.policy_of(ward)
        steps = patient.tick(case, self.changes.now_ms, policy)
        self._all(Subject(ward=ward, patient_no=patient_no), steps)

    def answer(self, record: EpisodeRow, actor: UUID, said: Decision) -> EpisodeRow:
        """Note what a person says to an alert; it answers all its reasons."""
        number, policy = _number(record), self.changes.policy_of(record.ward)
        if number not in self._known:
            self._known[number] = PatientRecord(patient_no=number, alert=record)
        steps = said(self.of(number).case, self.changes.now_ms, policy)
        return self._all(_subject(record), steps, actor) or record

    def end(self, patient_no: int, why: str) -> None:
        """End all of a patient who is not watched any more: what waits, and what is shown."""
        known = self.of(patient_no)
        now = self.changes.now_ms
        for row in list(known.reasons.values()):
            if row.reason.living:
                over = replace(
                    row.reason,
                    state=State.EXPIRED,
                    due_ms=None,
                    cleared_ms=row.reason.cleared_ms or now,
                )
                self._keep(patient_no, replace(row, reason=over))
        alert = known.alert
        if alert is None or not alert.open:
            return
        ended = replace(
            alert.episode,
            state=State.EXPIRED,
            due_ms=None,
            closed_ms=now,
            detail={**alert.episode.detail, CLOSED_BECAUSE: why},
        )
        self._write(replace(alert, episode=ended))
        self.changes.tell(
            alert, "alert.closed", EpisodeEvent.EXPIRED.value, notify=False, actor=None
        )

    def stop_waiting(self, patient_no: int) -> None:
        """Drop what waits for persistence: the patient is not watched for a while."""
        known = self.of(patient_no)
        for row in list(known.reasons.values()):
            if row.reason.state is State.PENDING:
                state = State.RESOLVED if row.reason.shown else State.EXPIRED
                over = replace(row.reason, state=state, due_ms=None)
                self._keep(patient_no, replace(row, reason=over))

    def retract(
        self, patient_no: int, ward: str, conditions: Collection[str], actor: UUID | None
    ) -> None:
        """Note that reasons rest on a reading entered in error; alone, the alert was false."""
        known = self.of(patient_no)
        policy = self.changes.policy_of(ward)
        steps = patient.retract(known.case, frozenset(conditions), self.changes.now_ms, policy)
        closes = any(step.shown and step.after.living is None for step in steps)
        if closes and known.alert is not None:
            false = replace(
                known.alert,
                outcome="false",
                comment=known.alert.comment or RETRACTED,
                closed_by=actor,
            )
            self._known[patient_no] = replace(known, alert=false)
        subject = Subject(ward=ward, patient_no=patient_no)
        self._all(subject, steps, actor, said="retracted" if closes else None)

    def _all(
        self,
        subject: Subject,
        steps: Iterable[Step],
        actor: UUID | None = None,
        said: str | None = None,
    ) -> EpisodeRow | None:
        record = None
        for step in steps:
            record = self._take(subject, step, actor, said)
        return record

    def _take(
        self, subject: Subject, step: Step, actor: UUID | None, said: str | None
    ) -> EpisodeRow | None:
        number = subject.patient_no or 0
        before = self.of(number)
        alert = self._alert(before, subject, step, actor)
        for name, reason in step.after.reasons.items():
            self._reason(before, subject, name, reason, alert)
        if alert is None or not step.shown:
            return alert
        former = before.alert
        self.changes.tell(
            alert,
            _told(step),
            said or step.event.value,
            notify=step.notify,
            actor=actor,
            former=former.doctor_id if former is not None and former.id == alert.id else None,
            skipped=step.after.alert is not None
            and alert.episode.level is not step.after.alert.level,
        )
        return alert

    def _alert(
        self, before: PatientRecord, subject: Subject, step: Step, actor: UUID | None
    ) -> EpisodeRow | None:
        """Continue the row of the alert, or begin another, addressed to whom it is for now."""
        episode = step.after.alert
        if episode is None or (before.alert is not None and episode == before.alert.episode):
            return before.alert
        record = self._row(before, subject, episode)
        if actor is not None:
            record = _by(record, step.event, actor)
        policy = self.changes.policy_of(record.ward)
        record = recipients.after(record, step.event, actor, self.changes.duty, policy)
        self._write(record)
        return record

    def _row(self, before: PatientRecord, subject: Subject, episode: Episode) -> EpisodeRow:
        if before.alert is not None and before.alert.open:
            return replace(before.alert, episode=episode)
        row = before.reasons.get(episode.condition)
        return EpisodeRow(
            episode=episode,
            ward=subject.ward,
            patient_no=subject.patient_no,
            device_no=subject.device_no,
            frame_id=subject.frame_id or (None if row is None else row.frame_id),
        )

    def _reason(
        self,
        before: PatientRecord,
        subject: Subject,
        name: str,
        reason: Reason,
        alert: EpisodeRow | None,
    ) -> None:
        """Continue the row of a reason, or begin another."""
        row, same = before.reasons.get(name), before.case.goes_on(name)
        if row is not None and row.reason == reason:
            return
        shown = alert.id if alert is not None and reason.shown else None
        if row is None or same is None:
            made = ReasonRow(
                reason=reason,
                patient_no=before.patient_no,
                alert_id=shown,
                frame_id=subject.frame_id,
            )
        else:
            raised = reason.holds and not row.reason.holds
            frame = subject.frame_id if raised and subject.frame_id else row.frame_id
            made = replace(row, reason=reason, alert_id=row.alert_id or shown, frame_id=frame)
        self._keep(before.patient_no, made)

    def _keep(self, patient_no: int, row: ReasonRow) -> None:
        known = self.of(patient_no)
        reasons = {**known.reasons, row.reason.condition: row}
        self._known[patient_no] = replace(known, reasons=reasons)
        self.changes.reasons[row.id] = row

    def _write(self, record: EpisodeRow) -> None:
        number = _number(record)
        self._known[number] = replace(self.of(number), alert=record)
        self.changes.changed[record.id] = record


def _told(step: Step) -> str:
    if step.event is EpisodeEvent.RAISED:
        return "alert.raised"
    closed = step.after.alert is not None and step.after.alert.state in CLOSED
    return "alert.closed" if closed else "alert.changed"


def _by(record: EpisodeRow, event: EpisodeEvent, actor: UUID) -> EpisodeRow:
    if event in _RESPONSES:
        return replace(record, acknowledged_by=actor)
    return replace(record, closed_by=actor) if record.episode.state in CLOSED else record


def _number(record: EpisodeRow) -> int:
    if record.patient_no is None:
        raise ValueError("a clinical alert is a patient's")
    return record.patient_no


def _subject(record: EpisodeRow) -> Subject:
    return Subject(ward=record.ward, patient_no=record.patient_no, device_no=record.device_no)
