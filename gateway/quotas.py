"""How many refused frames are kept of each device, so that junk cannot fill the store.

Unsigned ones: the newest few, and only some of each batch; signed ones: up to a quota that only
age empties. Every one is counted, kept or not. What is here is an estimate between two cleanings
of the store, which knows the true numbers.
"""

from gateway.batch import Batch
from gateway.rules import Rules


class Quotas:
    """Counts of kept frames by device; number 0 stands for unknown devices."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._signed: dict[int, int] = {}
        self._in_batch: dict[int, int] = {}
        self._batch: Batch | None = None

    def load(self, signed: dict[int, int]) -> None:
        """Take the true numbers of signed frames kept, by device."""
        self._signed = dict(signed)

    def may_keep(self, device_no: int | None, batch: Batch, *, signed: bool) -> bool:
        """Whether one more may be kept; counts it if so."""
        if self._batch is not batch:
            self._batch, self._in_batch = batch, {}
        number = device_no or 0
        if signed:
            held = self._signed.get(number, 0)
            self._signed[number] = held + 1
            return held < self._rules.quarantine_signed
        held = self._in_batch.get(number, 0)
        self._in_batch[number] = held + 1
        return held < self._rules.quarantine_unsigned_batch
