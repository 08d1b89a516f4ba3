"""Quota of refused frames kept of each device, so that junk cannot fill the store.

Unsigned ones: the newest few, and of a flood no more than a sample by time, or a flood in many
names would cost a row each; signed ones: up to a quota, in frames and in bytes, that only age
empties. Every one is counted, kept or not. What is here is an estimate between two cleanings of
the store, which knows the true numbers.
"""

from dataclasses import dataclass

from gateway.admission.rate_limit import RateLimiter, RateRules

Held = tuple[int, int]
"""(frames, bytes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRules:
    """How much may be kept of one device; see ``gateway.settings`` for the meanings."""

    unsigned_burst: float
    unsigned_per_s: float
    signed: int
    signed_bytes: int


class QuarantineQuota:
    """Counts of kept frames by device; number 0 stands for unknown devices."""

    def __init__(self, rules: QuotaRules) -> None:
        self._rules = rules
        self._signed: dict[int, Held] = {}
        self._unsigned = RateLimiter(
            RateRules(per_s=rules.unsigned_per_s, burst=rules.unsigned_burst)
        )

    def set_counts(self, signed: dict[int, Held]) -> None:
        """Take the true numbers of signed frames kept, by device."""
        self._signed = dict(signed)

    def may_keep(self, device_no: int | None, size: int, now_s: float, *, signed: bool) -> bool:
        """Whether one more of ``size`` bytes may be kept; counts it if so.

        Args:
            device_no: whose it is, if that is known.
            size: bytes.
            now_s: monotonic seconds.
            signed: whether a key that counts vouches for it.
        """
        number = device_no or 0
        if signed:
            return self._may_keep_signed(number, size)
        self._unsigned.sweep(now_s)
        return self._unsigned.try_acquire(str(number), now_s)

    def _may_keep_signed(self, number: int, size: int) -> bool:
        frames, held = self._signed.get(number, (0, 0))
        rules = self._rules
        if frames >= rules.signed or held + size > rules.signed_bytes:
            return False
        self._signed[number] = (frames + 1, held + size)
        return True
