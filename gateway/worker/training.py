"""The next version of the population model, learnt beside the readings.

Importing the learner and teaching it takes seconds of CPU. Readings must not wait for that:
examples are read on the committing connection, learnt from on a thread, and what was learnt is
written down on that connection again, if nobody else was faster.
"""

import threading
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import structlog

from analytics.risk.model import Example, PopulationModel
from analytics.risk.warm import shipped
from gateway.admission.samples import DAY_MS
from gateway.ingest.components import Components
from gateway.store import models
from gateway.store.connection import CommitConnection, Row
from gateway.store.models import Stored

if TYPE_CHECKING:
    from psycopg import Connection

EXAMPLES_AT_ONCE = 2_000
LEARNT_AT_ONCE = 12_000
"""So many of the newest examples are looked at again: by the forest, by the nightly boosting, and
to judge by. About 25 MB for the time of a lesson."""
_log = structlog.get_logger()
_examples = msgspec.msgpack.Decoder(Example)


class _Lesson(NamedTuple):
    """New examples with their ids, those learnt from before, and the version to go on from."""

    ids: list[int]
    fresh: list[Stored]
    before: list[Stored]
    previous: PopulationModel
    now_ms: int


class _Learnt(NamedTuple):
    """The next version, its report, and what each model said of the new examples before."""

    model: PopulationModel
    report: dict[str, object]
    said: list[dict[str, float]]


class Trainer:
    """Learns one lesson at a time; a lesson under way is forgotten with the program."""

    def __init__(self, parts: Components, session: CommitConnection, least: int) -> None:
        self._parts, self._session, self._least = parts, session, least
        self._thread: threading.Thread | None = None
        self._learnt: tuple[_Lesson, _Learnt] | None = None

    @property
    def busy(self) -> bool:
        """Whether a lesson is under way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self) -> None:
        """Read what nobody has learnt from yet, and begin to learn if it is enough."""
        if self.busy or self._learnt is not None:
            return
        with self._session.transaction() as connection:
            ids, fresh = models.trainable(connection, EXAMPLES_AT_ONCE)
            if len(ids) < self._least:
                return
            before = models.learnt(connection, LEARNT_AT_ONCE)
            newest = models.newest_version(connection) or 0
            previous = self._parts.models.get(connection, newest)
        lesson = _Lesson(ids, fresh, before, previous, self._parts.now_ms())
        self._thread = threading.Thread(
            target=self._learn, args=(lesson,), name="training", daemon=True
        )
        self._thread.start()

    def _learn(self, lesson: _Lesson) -> None:
        """A model that cannot learn must not cost anybody a reading: the version in force stays."""
        try:
            self._learnt = lesson, learn(lesson)
        except Exception:  # noqa: BLE001 - top of a thread
            self._parts.metrics.failures.labels("training").inc()
            _log.exception("training failed")

    def finish(self) -> None:
        """Write down what was learnt; in vain if another worker has made that version meanwhile."""
        if self._learnt is None:
            return
        (lesson, learnt), self._learnt = self._learnt, None
        model = learnt.model
        with self._session.transaction() as connection:
            if not models.only_trainer(connection):
                return
            if (models.newest_version(connection) or 0) >= model.version:
                return
            now_ms = self._parts.now_ms()
            models.add_model(connection, model.version, model.snapshot(), learnt.report, now_ms)
            models.mark_used(connection, lesson.ids, model.version, learnt.said)
        _log.info("trained", version=model.version, examples=len(lesson.ids))


def learn(lesson: _Lesson) -> _Learnt:
    """Judge, learn, and choose who speaks; a pure function of the lesson.

    The learners are imported here, on the thread: they bring scikit-learn with them.
    """
    from analytics.risk import champions, lessons  # noqa: PLC0415
    from analytics.risk.boosting import boost  # noqa: PLC0415

    fresh = [_examples.decode(one.example) for one in lesson.fresh]
    before = [_examples.decode(one.example) for one in lesson.before]
    said = lessons.judged(lesson.previous, fresh)
    state = lessons.next_version(fresh, lesson.previous, [*before, *fresh]).state
    if lesson.now_ms - state.boosted_ms >= DAY_MS:
        people = [one.patient_no for one in (*lesson.before, *lesson.fresh)]
        steps = boost([*before, *fresh], people) or state.steps
        state = msgspec.structs.replace(state, steps=steps, boosted_ms=lesson.now_ms)
    known = [
        one.said or {"said": example.probability}
        for one, example in zip(lesson.before, before, strict=True)
    ]
    evidence = [
        champions.Judgement(stored.patient_no, one.news2_low, one.deteriorated, one.weight, told)
        for stored, one, told in zip(
            (*lesson.before, *lesson.fresh), (*before, *fresh), (*known, *said), strict=True
        )
    ]
    drifted = state.drifts > lesson.previous.state.drifts
    choice = champions.choose(state, evidence, drifted)
    model = PopulationModel(choice.state)
    report = model.report() | {
        "why": choice.why,
        "rivals": msgspec.to_builtins(choice.rivals),
        "people": len({one.patient_no for one in lesson.fresh}),
    }
    return _Learnt(model, report, said)


def first_versions(connection: "Connection[Row]", now_ms: int) -> None:
    """Have a version to begin with: the prior, and the warm one that is shipped.

    A ward whose own version is proven keeps it; every other one goes on from the shipped version,
    as soon as the program brings one that it has not had.
    """
    prior, newest = PopulationModel.initial(), models.newest_version(connection)
    if newest is None:
        models.add_model(connection, 0, prior.snapshot(), prior.report(), now_ms)
        newest = 0
    warm = shipped()
    if models.has_origin(connection, warm.origin) or models.proven(connection, newest):
        return
    model = warm.version(newest + 1)
    report = model.report() | {"card": warm.card_json()}
    models.add_model(connection, model.version, model.snapshot(), report, now_ms)
