"""Unit of work of the alert engine: the episodes that one transaction changes, in memory.

Findings, due times and people's answers all go through here, so that alerts change by the pure
functions of ``analytics.alerts`` and nothing else: a patient's clinical alert by those of
``patient``, a technical one and what late data showed by those of ``transitions``. The ledger knows
which row an alert is, who holds it, and which changes the feed must tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from analytics.alerts import patient, transitions
from analytics.alerts.transitions import EpisodeEvent, Transition
from analytics.domain.alerts import Finding, Kind, State, kind_of
from api.alerting import recipients
from api.alerting.changes import CLOSED, Changes
from api.alerting.patient_changes import RETRACTED, PatientChanges, clinical
from api.alerting.subjects import NOBODY_ON_SHIFT, Subject
from api.store.episodes import EpisodeRow

_SILENT = frozenset({EpisodeEvent.PENDING, EpisodeEvent.REPEATED, EpisodeEvent.HISTORIC})
Key = tuple[int | None, str, str]


@dataclass(slots=True, kw_only=True)
class EpisodeChanges(Changes):
    """The technical episodes in question, what late data showed, and the patients' alerts."""

    _known: dict[Key, EpisodeRow] = field(default_factory=dict)
    _past: dict[Key, EpisodeRow] = field(default_factory=dict)
    _patients: PatientChanges | None = None

    @property
    def patients(self) -> PatientChanges:
        """The patients' clinical alerts."""
        if self._patients is None:
            self._patients = PatientChanges(changes=self)
        return self._patients

    def load(self, records: Iterable[EpisodeRow]) -> None:
        """Take in what the database holds: for each subject and condition the newest episode."""
        for record in records:
            self._known[self._key(record)] = record

    def recall(self, records: Iterable[EpisodeRow]) -> None:
        """Take in what back-fill told lately: for each patient and condition the newest."""
        for record in records:
            self._past[self._key(record)] = record

    def current(self, subject: Subject, condition: str) -> EpisodeRow | None:
        """Return the newest episode of a condition, None if there is none of interest."""
        ward = subject.ward if subject.patient_no is None else ""
        return self._known.get((subject.patient_no, ward, condition))

    def open_episodes(self) -> list[EpisodeRow]:
        """Return the known episodes that are not closed, as they are now."""
        return [record for record in self._known.values() if record.open]

    def apply_finding(self, subject: Subject, finding: Finding) -> None:
        """Apply one finding to the patient's alert, or to the episode of that condition."""
        self.by = "finding"
        late = finding.late and finding.condition not in self.policy_of(subject.ward).coordinators
        if kind_of(finding.condition) is Kind.CLINICAL and not late:
            self.patients.find(subject, finding)
            return
        before = self.current(subject, finding.condition)
        told = self._past.get((subject.patient_no, "", finding.condition))
        past = before.episode if before else None
        history, policy = told.episode if told else None, self.policy_of(subject.ward)
        for made in transitions.apply(past, finding, self.now_ms, policy, history):
            again = made.episode.historic and made.episode.count > 1
            self._take(told if again else before, made, subject)
            before = self.current(subject, finding.condition)

    def tick(self, record: EpisodeRow) -> None:
        """Let time act on a technical episode whose stored moment has come."""
        self.by = "time"
        self._all(
            record, transitions.tick(record.episode, self.now_ms, self.policy_of(record.ward)), None
        )

    def acknowledge(self, record: EpisodeRow, actor: UUID) -> EpisodeRow:
        """Note that a person has taken the alert on."""
        if clinical(record):
            return self.patients.answer(record, actor, patient.acknowledge)
        made = transitions.acknowledge(record.episode, self.now_ms, self.policy_of(record.ward))
        return self._all(replace(record, acknowledged_by=actor), made, actor)

    def resolve(self, record: EpisodeRow, actor: UUID) -> EpisodeRow:
        """Close the alert for a person; while it holds, it becomes theirs with a plan."""
        if clinical(record):
            return self.patients.answer(record, actor, patient.resolve)
        made = transitions.resolve(record.episode, self.now_ms, self.policy_of(record.ward))
        holds = record.episode.holds
        by = replace(record, acknowledged_by=actor) if holds else replace(record, closed_by=actor)
        return self._all(by, made, actor)

    def escalate(self, record: EpisodeRow, actor: UUID) -> EpisodeRow:
        """Pass the alert on to the next level for a person."""
        if clinical(record):
            return self.patients.answer(record, actor, patient.escalate)
        made = transitions.escalate(record.episode, self.now_ms, self.policy_of(record.ward))
        return self._all(record, made, actor)

    def snooze(self, record: EpisodeRow, minutes: int, actor: UUID) -> EpisodeRow:
        """Put the alert off for a person; then it calls again."""
        if clinical(record):
            return self.patients.answer(
                record, actor, lambda case, now, policy: patient.snooze(case, minutes, now, policy)
            )
        policy = self.policy_of(record.ward)
        return self._all(
            record, transitions.snooze(record.episode, minutes, self.now_ms, policy), actor
        )

    def close(self, record: EpisodeRow, reason: str) -> None:
        """End an episode that has lost its subject (a pause, a discharge), saying why."""
        if clinical(record) and record.patient_no is not None:
            self.patients.end(record.patient_no, reason)
            return
        shown = record.episode.raised_ms is not None
        ended = replace(
            record.episode,
            state=State.EXPIRED,
            due_ms=None,
            closed_ms=self.now_ms,
            detail={**record.episode.detail, "closed_because": reason},
        )
        self._keep(replace(record, episode=ended))
        if shown:
            self.tell(record, "alert.closed", EpisodeEvent.EXPIRED.value, notify=False, actor=None)

    def retract(self, record: EpisodeRow, actor: UUID | None) -> None:
        """Note that an episode rests on a reading entered in error: it is false, and over."""
        was = record.episode
        shown = was.raised_ms is not None
        detail = {**was.detail, "closed_because": "entered_in_error"}
        after = replace(
            record,
            episode=replace(was, detail=detail),
            outcome="false" if record.open else record.outcome or "false",
            comment=record.comment or RETRACTED,
        )
        if record.open:
            state = State.RESOLVED if shown else State.EXPIRED
            ended = replace(after.episode, state=state, due_ms=None, closed_ms=self.now_ms)
            after = replace(after, episode=ended, closed_by=actor)
        self._keep(after)
        if record.open and shown:
            self.tell(after, "alert.closed", "retracted", notify=False, actor=actor)

    def hand_over(self, record: EpisodeRow, ward: str | None = None) -> None:
        """Address an alert anew: its holder is not at work, or the plan names somebody else.

        Args:
            record: the alert.
            ward: where its patient is now, if they have left the alert's ward.
        """
        there = record if ward is None else recipients.in_ward(record, ward, self.duty)
        after = recipients.handed_over(there, self.duty, self.policy_of(there.ward))
        if after == record:
            return
        held = (after.doctor_id, after.episode.level) != (record.doctor_id, record.episode.level)
        moved = held or (ward is not None and record.episode.raised_ms is not None)
        if moved:
            self.readdress(record, after, call=recipients.calls(after))
        else:
            self._keep(after)

    def readdress(
        self, record: EpisodeRow, after: EpisodeRow, *, call: bool, actor: UUID | None = None
    ) -> None:
        """Note that an alert is for somebody else now, and tell both."""
        calls = after.episode.calls + call
        after = self._keep(replace(after, episode=replace(after.episode, calls=calls)))
        nobody = after.doctor_id is None and recipients.addressed(after)
        self.tell(
            after,
            "alert.changed",
            NOBODY_ON_SHIFT if nobody else "handed_over",
            notify=call,
            actor=actor,
            former=record.doctor_id,
            skipped=nobody,
        )

    def annotate(
        self, record: EpisodeRow, *, outcome: str | None, comment: str | None
    ) -> EpisodeRow:
        """Add what a person said about the alert."""
        kept = replace(record, outcome=outcome or record.outcome, comment=comment or record.comment)
        return self._keep(kept)

    def _all(self, record: EpisodeRow, made: list[Transition], actor: UUID | None) -> EpisodeRow:
        subject = Subject(
            ward=record.ward,
            patient_no=record.patient_no,
            device_no=record.device_no,
            frame_id=record.frame_id,
        )
        for one in made:
            record = self._take(record, one, subject, actor)
        return record

    def _take(
        self,
        before: EpisodeRow | None,
        made: Transition,
        subject: Subject,
        actor: UUID | None = None,
    ) -> EpisodeRow:
        after = self._row(before, made, subject)
        level, policy = after.episode.level, self.policy_of(after.ward)
        after = self._keep(recipients.after(after, made.event, actor, self.duty, policy))
        event = self._event(before, made)
        if event:
            self.tell(
                after,
                event,
                made.event.value,
                notify=made.notify,
                actor=actor,
                former=before.doctor_id if before and before.id == after.id else None,
                skipped=after.episode.level is not level,
            )
        return after

    def _row(self, before: EpisodeRow | None, made: Transition, subject: Subject) -> EpisodeRow:
        """Continue the row, or begin another: for a new episode, or for one of back-fill."""
        after = made.episode
        if before is not None and before.episode.historic == after.historic:
            reopened = not before.open and after.state not in CLOSED
            if not reopened:
                raised_now = made.event is EpisodeEvent.RAISED and subject.frame_id is not None
                frame = subject.frame_id if raised_now else before.frame_id
                return replace(before, episode=after, frame_id=frame)
        return EpisodeRow(
            episode=after,
            ward=subject.ward,
            patient_no=subject.patient_no,
            device_no=subject.device_no,
            frame_id=subject.frame_id,
        )

    def _event(self, before: EpisodeRow | None, made: Transition) -> str | None:
        if made.event in _SILENT:
            return None
        if made.event is EpisodeEvent.RAISED:
            return "alert.raised"
        if made.episode.state in CLOSED:
            shown = before is not None and before.episode.raised_ms is not None
            return "alert.closed" if shown else None
        return "alert.changed"

    def _keep(self, record: EpisodeRow) -> EpisodeRow:
        self.changed[record.id] = record
        known = self._past if record.episode.historic else self._known
        known[self._key(record)] = record
        return record

    @staticmethod
    def _key(record: EpisodeRow) -> Key:
        ward = record.ward if record.patient_no is None else ""
        return (record.patient_no, ward, record.episode.condition)
