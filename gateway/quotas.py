"""How many refused frames are kept of each device, so that junk cannot fill the store.

Unsigned ones: the newest few, and of a flood no more than a sample by time, or a flood in many
names would cost a row each; signed ones: up to a quota that only age empties. Every one is counted,
kept or not. What is here is an estimate between two cleanings of the store, which knows the true
numbers.
"""

from gateway.allowance import Allowance, AllowanceRules
from gateway.rules import Rules


class Quotas:
    """Counts of kept frames by device; number 0 stands for unknown devices."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._signed: dict[int, int] = {}
        self._unsigned = Allowance(
            AllowanceRules(
                per_s=rules.quarantine_unsigned_per_s, burst=rules.quarantine_unsigned_burst
            )
        )

    def load(self, signed: dict[int, int]) -> None:
        """Take the true numbers of signed frames kept, by device."""
        self._signed = dict(signed)

    def may_keep(self, device_no: int | None, now_s: float, *, signed: bool) -> bool:
        """Whether one more may be kept at ``now_s`` (monotonic seconds); counts it if so."""
        number = device_no or 0
        if signed:
            held = self._signed.get(number, 0)
            self._signed[number] = held + 1
            return held < self._rules.quarantine_signed
        self._unsigned.sweep(now_s)
        return self._unsigned.take(str(number), now_s)
