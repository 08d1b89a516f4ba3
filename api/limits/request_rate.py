"""Rate limit of one caller: a token bucket for each account, in this process's memory.

What is signed in is known, so the bound is a fair share and not a defence by itself: high enough
for any person and for a program that asks one thing after another, low enough that a runaway loop
or a stolen token leaves room for the rest of the ward.
"""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from api.errors import ThrottledError

_ACCOUNTS_KEPT = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float


class CallerRates:
    """The buckets of the accounts that asked last; one that is forgotten starts full."""

    def __init__(self, per_second: float = 200.0, burst: int = 4_000) -> None:
        """Begin with nobody known.

        Args:
            per_second: requests a second that one account may make for long.
            burst: requests that it may make at once.
        """
        self._per_second = per_second
        self._burst = float(burst)
        self._buckets: OrderedDict[UUID, _Bucket] = OrderedDict()

    def demand(self, account: UUID, now_s: float) -> None:
        """Take one request off an account's bucket.

        Args:
            account: who asks.
            now_s: seconds of a clock that never goes back.

        Raises:
            ThrottledError: the bucket is empty; it says when the next request passes.
        """
        bucket = self._buckets.get(account)
        if bucket is None:
            bucket = self._buckets[account] = _Bucket(self._burst, now_s)
            if len(self._buckets) > _ACCOUNTS_KEPT:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(account)
        filled = bucket.tokens + (now_s - bucket.at_s) * self._per_second
        bucket.tokens, bucket.at_s = min(filled, self._burst), now_s
        if bucket.tokens < 1:
            raise ThrottledError(int((1 - bucket.tokens) / self._per_second) + 1)
        bucket.tokens -= 1
