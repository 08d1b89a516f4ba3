"""The fold of one patient's readings: one frame in, one assessment and its findings out.

A lane is pure: what comes out depends on the readings, the care plan, the population model and
the state, never on a clock. From a snapshot the same readings give the same state and the same
outcomes bit for bit (law 5), so the running state is a function of what is stored.
"""

from collections.abc import Iterable, Iterator
from typing import Self

from msgspec import Struct

from analytics.domain.alerts import Finding, FindingChange
from analytics.domain.care import CarePlan
from analytics.glucose.forecast import shipped
from analytics.lane.assess import assess
from analytics.lane.assessment import Assessment, assessment_json
from analytics.lane.intake import take
from analytics.lane.reading_context import Sight, Visit
from analytics.lane.set_aside import refuse
from analytics.lane.state import LaneState, decode, encode
from analytics.news2.eligibility import policy_for
from analytics.news2.score import PARAMETERS
from analytics.policy import DEFAULT, Policy
from analytics.readings import Measurement, Reading
from analytics.risk import labels, model
from analytics.rules import patient_rules
from analytics.rules.hysteresis import HISTORY_MS, UNCONFIRMED, ActiveCondition, Scene
from analytics.rules.ranges import ranges_of

__all__ = ["Assessment", "Measurement", "Outcome", "PatientLane", "Reading", "assessment_json"]

_SCORED = sum(1 << metric for metric in PARAMETERS)
_NEWS2 = 1


class Outcome(Struct, frozen=True, gc=False):
    """What one reading led to.

    Attributes:
        assessment: of the newest moment in the reading; None if nothing new was scored.
        findings: in event order, for the outbox.
        examples: matured risk examples, for the population model.
        changed: whether the lane's state may have changed (else no snapshot is due).
        doubted: samples of the reading that evidence speaks against: they counted for nothing.
    """

    assessment: Assessment | None
    findings: list[Finding]
    examples: list[model.Example]
    changed: bool
    doubted: tuple[Measurement, ...] = ()


class PatientLane:
    """The running state of one patient.

    Attributes:
        policy: what the next reading is judged by; given with each fold, and no part of the state.
        forecaster: of glucose; the shipped one but where another is judged.
    """

    __slots__ = ("_state", "forecaster", "policy")

    def __init__(self, policy: Policy = DEFAULT) -> None:
        self.policy = policy
        self.forecaster = shipped()
        self._state = LaneState()

    def fold(
        self,
        reading: Reading,
        plan: CarePlan,
        population: model.PopulationModel | None,
        in_episode: bool,  # noqa: FBT001 - named at every call site by the gateway's pipeline
    ) -> Outcome:
        """Fold one reading into the state.

        Args:
            reading: verified, mapped to event time.
            plan: the care plan in force, as read in the batch's transaction.
            population: the population model's version in force; None: the rules alone.
            in_episode: whether baselines rest (an alert of the patient, not a baseline's own, is
                open at medium or high priority, and not for longer than the policy allows).
        """
        findings: list[Finding] = []
        visit = Visit(reading, plan, population, in_episode, self.policy, [])
        doubted: list[Measurement] = []
        assessment = self._refused(visit, findings) if reading.refused else None
        for t_ms, samples in _moments(reading):
            if t_ms < self._state.since_ms:
                continue  # of an earlier stay: kept in the record, no part of this one
            made = self._moment(visit, t_ms, samples, findings, doubted)
            assessment = made or assessment
        if plan.paused:
            findings = []
            self._state.doubtful, self._state.unconfirmed = 0, False
        changed = bool(reading.samples or reading.refused)
        return Outcome(assessment, findings, visit.examples, changed, tuple(doubted))

    def outcome(self, at_ms: int, *, deteriorated: bool) -> list[model.Example]:
        """Label the waiting examples by a clinician's outcome at ``at_ms`` (event time).

        Returns:
            The examples that matured by it: those before a deterioration; else those whose horizon
            has mostly passed, since a clinician has seen that the patient was well.
        """
        state = self._state
        state.pending, ready = labels.mature(
            *(state.pending, at_ms, state.assessed_ms, self.policy),
            deteriorated=deteriorated,
            source=labels.CLINICIAN,
        )
        for one in ready:
            state.trajectory.learn(deteriorated=one.deteriorated)
        return ready

    @property
    def since_ms(self) -> int:
        """Beginning of the stay (event time); 0: the lane was never begun anew."""
        return self._state.since_ms

    def begin(self, at_ms: int) -> None:
        """Begin anew with a stay at ``at_ms``: nothing that was learnt before counts."""
        self._state = LaneState(since_ms=at_ms)

    @property
    def conditions(self) -> dict[str, ActiveCondition]:
        """The conditions that are on, by name."""
        return self._state.on

    @property
    def unconfirmed(self) -> bool:
        """Whether it was said that the newest of back-fill is bad, and nothing has followed."""
        return self._state.unconfirmed

    def as_it_stands(self, visit: Visit) -> Assessment | None:
        """Assess the newest moment again, of a copy: nothing is learnt and nothing remembered.

        Args:
            visit: plan and model in force; its reading gives the number and the arrival.

        Returns:
            None if no reading that is scored has come yet.
        """
        copy = self.restore(self.snapshot(), visit.policy)
        state = copy._state  # noqa: SLF001 - of the same class
        if not state.assessed_ms:
            return None
        scene = copy._scene(visit, state.asof_ms, [])  # noqa: SLF001
        scene.late = False
        assessment, _ = assess(state, scene, visit, fresh=0)
        return assessment

    @property
    def state(self) -> LaneState:
        """What is remembered; changed besides the fold by :mod:`analytics.lane.quiet` alone."""
        return self._state

    def snapshot(self) -> bytes:
        """Return the whole state as bytes, with the format's version."""
        return encode(self._state)

    @classmethod
    def restore(cls, data: bytes, policy: Policy = DEFAULT) -> Self:
        """Return the lane that :meth:`snapshot` wrote.

        Raises:
            SnapshotError: if the bytes are damaged or of another format.
        """
        lane = cls(policy)
        lane._state = decode(data)
        return lane

    def _refused(self, visit: Visit, findings: list[Finding]) -> Assessment | None:
        """Take note of what was refused; what was measured in the same frame comes after it."""
        assessment, reading = None, visit.reading
        for refused in reading.refused:
            t_ms = min(refused.t_ms, reading.received_ms)
            if t_ms < self._state.since_ms:
                continue
            scene = self._scene(visit, t_ms, findings)
            refuse(self._sight(visit, scene), refused)
            self._state.shares.note(t_ms, 0, 1)
            if scene.reassess:
                assessment = self._reassess(visit, scene)
        return assessment

    def _moment(
        self,
        visit: Visit,
        t_ms: int,
        samples: tuple[Measurement, ...],
        findings: list[Finding],
        doubted: list[Measurement],
    ) -> Assessment | None:
        state = self._state
        scene = self._scene(visit, t_ms, findings)
        fresh = take(self._sight(visit, scene), samples)
        state.shares.note(t_ms, fresh.bit_count(), scene.bad)
        if scene.doubted:
            doubted += scene.doubted
        if not fresh:
            if scene.late and state.doubtful:
                self._confirm(scene)
            return self._reassess(visit, scene) if scene.reassess else None
        if t_ms > state.asof_ms:  # noqa: PLR1730 - a call of max costs 0.1 us
            state.asof_ms = t_ms
        scene.time_ms = state.asof_ms
        assessment, calls = None, False
        if fresh & _SCORED or scene.reassess:
            assessment, calls = assess(state, scene, visit, fresh)
        if scene.late or state.doubtful:
            self._doubt(scene, fresh, calls=calls)
        if scene.late or state.unconfirmed:
            self._confirm(scene)
        return assessment

    def _doubt(self, scene: Scene, fresh: int, *, calls: bool) -> None:
        """Keep which metrics, or all of NEWS2, are bad by what came late and by nothing fresh."""
        state = self._state
        if fresh & _SCORED:
            state.doubtful = state.doubtful & ~_NEWS2 | (_NEWS2 if scene.late and calls else 0)
        if not scene.late:
            state.doubtful &= ~(fresh | (_SCORED if calls else 0))

    def _reassess(self, visit: Visit, scene: Scene) -> Assessment:
        """Assess anew without a reading that counts: a metric was lost."""
        state = self._state
        state.asof_ms = scene.time_ms = max(scene.time_ms, state.asof_ms)
        return assess(state, scene, visit, 0)[0]

    def _sight(self, visit: Visit, scene: Scene) -> Sight:
        reading = visit.reading
        learn, device, plan = not visit.in_episode, reading.device, visit.plan
        ranges = ranges_of(scene.policy, plan.spo2_scale)
        staff, forecaster = reading.staff, self.forecaster
        return Sight(self._state, scene, plan, device, staff, learn, ranges, forecaster)

    def _scene(self, visit: Visit, t_ms: int, findings: list[Finding]) -> Scene:
        reading, state, scoring = visit.reading, self._state, visit.plan.scoring
        unscored = scoring.unscored_at(t_ms)
        policy = self.policy if unscored is None else policy_for(self.policy, scoring, t_ms)
        sure = not reading.clock_uncertain
        late = sure and (reading.late or reading.received_ms - t_ms > policy.late_ms)
        on = {} if visit.plan.paused else state.on
        return Scene(
            time_ms=t_ms,
            received_ms=reading.received_ms,
            late=late,
            policy=policy,
            on=on,
            history=state.history,
            findings=findings,
            uncertain=not sure,
            starts=state.starts,
            scored=unscored is None,
        )

    def _confirm(self, scene: Scene) -> None:
        """After back-fill: is the newest reading bad, with nothing fresh to confirm it?

        What is fresh confirms its own metric, or all of NEWS2 by calling somebody itself. More
        bad back-fill is said again: a person may have closed the first alert meanwhile.
        """
        state = self._state
        bad = state.doubtful != 0
        said = state.history.get(UNCONFIRMED, 0)
        if bad != state.unconfirmed:
            state.unconfirmed = bad
            patient_rules.unconfirmed(
                scene, FindingChange.STARTED if bad else FindingChange.CLEARED
            )
        elif bad and scene.late and scene.received_ms - said >= HISTORY_MS:
            patient_rules.unconfirmed(scene, FindingChange.PERSISTS)
        else:
            return
        state.history[UNCONFIRMED] = scene.received_ms


def _moments(reading: Reading) -> Iterable[tuple[int, tuple[Measurement, ...]]]:
    """Give the samples moment by moment, in event order.

    A device whose clock is not known counts by arrival: its newest sample is of the moment it
    was received, the others keep their distance to it. A clock set back would otherwise look
    like delay and silence the patient. Nothing was measured after it was received: a time ahead
    of that would make history of the readings that follow.
    """
    samples, received_ms = reading.samples, reading.received_ms
    if not samples:
        return ()
    first = samples[0].t_ms
    for sample in samples:
        if sample.t_ms != first:
            return _several(reading)
    return ((received_ms if reading.clock_uncertain else min(first, received_ms), samples),)


def _several(reading: Reading) -> Iterator[tuple[int, tuple[Measurement, ...]]]:
    """Give samples of more than one moment."""
    samples, received_ms = reading.samples, reading.received_ms
    newest = max(sample.t_ms for sample in samples)
    shift = received_ms - newest if reading.clock_uncertain else 0
    moments: dict[int, list[Measurement]] = {}
    for sample in samples:
        moments.setdefault(sample.t_ms, []).append(sample)
    for t_ms in sorted(moments):
        yield min(t_ms + shift, received_ms), tuple(moments[t_ms])
