"""Transactions of people's entries, apart from those of frames.

A reading of a person that cannot be stored is nobody's fault among those whose devices send just
then: no frame waits for it, none is set aside and no device pays. It is found by halving, as a
frame is, marked with the reason, and somebody is told to look.
"""

from typing import TYPE_CHECKING

import structlog

from analytics.domain.alerts import Finding, FindingChange, Priority
from gateway.errors import BatchRejected, StoreUnavailable
from gateway.ingest.technical_findings import RULE, outbox_row
from gateway.store import batch_reads, batch_writer
from gateway.store.write_set import BatchWrites

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.ingest.components import Components
    from gateway.store.batch_reads import Waiting
    from gateway.store.connection import CommitConnection

_log = structlog.get_logger()
_WHY_CHARS = 200


class Entries:
    """Takes people's inputs into their lanes.

    Args:
        parts: what is held in memory.
        session: the committing connection.
        enter: folds and writes some of them in one transaction.
    """

    def __init__(
        self,
        parts: "Components",
        session: "CommitConnection",
        enter: "Callable[[Sequence[Waiting]], None]",
    ) -> None:
        self._parts = parts
        self._session = session
        self._enter = enter

    def commit(self, waiting: "Sequence[Waiting]") -> None:
        """Fold these, in order; what cannot be stored is marked and waits no more.

        Raises:
            StoreUnavailable: nothing is lost; all memory must be read anew.
        """
        try:
            self._enter(waiting)
        except StoreUnavailable:
            self._parts.drop_state()  # what was folded is not stored, and must never be saved
            raise
        except Exception as error:  # noqa: BLE001 - a defect must not stop every patient's readings
            self._parts.forget_lanes()
            if len(waiting) > 1:
                half = len(waiting) // 2
                self.commit(waiting[:half])
                self.commit(waiting[half:])
            else:
                _log.error("an input cannot be stored", input=waiting[0].id, error=str(error))
                self._refuse(waiting[0], error)

    def _refuse(self, waiting: "Waiting", error: Exception) -> None:
        self._parts.metrics.failures.labels("input").inc()
        work = BatchWrites(at_ms=self._parts.now_ms())
        finding = Finding(
            condition="sensor",
            change=FindingChange.STARTED,
            priority=Priority.HIGH,
            measured_ms=work.at_ms,
            received_ms=work.at_ms,
            message="What was entered by hand could not be stored: look, and enter it again",
            rule=RULE,
            detail={"input": waiting.id, "kind": waiting.kind},
        )
        row = outbox_row(finding, patient_no=waiting.patient_no, device_no=None, frame_id=None)
        work.outbox.append(row)
        why = f"{type(error).__name__}: {error}".replace("\x00", "")[:_WHY_CHARS]
        try:
            with self._session.transaction() as connection:
                batch_reads.refuse_input(connection, waiting.id, why)
                batch_writer.write(connection, work)
        except BatchRejected as worse:
            raise StoreUnavailable(f"an input cannot even be refused: {worse}") from worse
