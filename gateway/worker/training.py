"""The next version of the population model, learnt beside the readings.

Importing the learner and teaching it takes seconds of CPU. Readings must not wait for that:
examples are read on the committing connection, learnt from on a thread, and what was learnt is
written down on that connection again, if nobody else was faster.
"""

import threading
from typing import NamedTuple

import msgspec
import structlog

from analytics.risk.model import Example, PopulationModel
from gateway.ingest.components import Parts
from gateway.store import models
from gateway.store.connection import Session

EXAMPLES_AT_ONCE = 2_000
_log = structlog.get_logger()
_examples = msgspec.msgpack.Decoder(Example)


class _Lesson(NamedTuple):
    """Examples by id and bytes, and the version that is to learn from them."""

    ids: list[int]
    packed: list[bytes]
    previous: PopulationModel


class Trainer:
    """Learns one lesson at a time; a lesson under way is forgotten with the program."""

    def __init__(self, parts: Parts, session: Session, least: int) -> None:
        self._parts, self._session, self._least = parts, session, least
        self._thread: threading.Thread | None = None
        self._learnt: tuple[_Lesson, PopulationModel] | None = None

    @property
    def busy(self) -> bool:
        """Whether a lesson is under way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self) -> None:
        """Read what nobody has learnt from yet, and begin to learn if it is enough."""
        if self.busy or self._learnt is not None:
            return
        with self._session.transaction() as connection:
            ids, packed = models.trainable(connection, EXAMPLES_AT_ONCE)
            if len(ids) < self._least:
                return
            newest = models.newest_version(connection) or 0
            previous = self._parts.models.get(connection, newest)
        lesson = _Lesson(ids, packed, previous)
        self._thread = threading.Thread(
            target=self._learn, args=(lesson,), name="training", daemon=True
        )
        self._thread.start()

    def _learn(self, lesson: _Lesson) -> None:
        """A model that cannot learn must not cost anybody a reading: the version in force stays."""
        try:
            examples = [_examples.decode(one) for one in lesson.packed]
            self._learnt = lesson, PopulationModel.trained_on(examples, lesson.previous)
        except Exception:  # noqa: BLE001 - top of a thread
            self._parts.metrics.failures.labels("training").inc()
            _log.exception("training failed")

    def finish(self) -> None:
        """Write down what was learnt; in vain if another worker has made that version meanwhile."""
        if self._learnt is None:
            return
        (lesson, model), self._learnt = self._learnt, None
        with self._session.transaction() as connection:
            if not models.only_trainer(connection):
                return
            if (models.newest_version(connection) or 0) >= model.version:
                return
            now_ms = self._parts.now_ms()
            models.add_model(connection, model.version, model.snapshot(), model.report(), now_ms)
            models.mark_used(connection, lesson.ids, model.version)
        _log.info("trained", version=model.version, examples=len(lesson.ids))
