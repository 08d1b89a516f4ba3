"""Every reason for which the gateway refuses a frame or one sample of it.

A refusal is a value: hostile or broken input is expected on this path, so nothing here raises. The
words are on the wire (``refused`` in ``acks/1``) and in the quarantine; never rename one.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a frame, or one sample, was not accepted; the value is the word on the wire."""

    OVERSIZED = "oversized"
    MALFORMED = "malformed"
    UNKNOWN_DEVICE = "unknown_device"
    UNSEALABLE = "unsealable"
    BAD_SIGNATURE = "bad_signature"
    REVOKED_KEY = "revoked_key"
    TOPIC_MISMATCH = "topic_mismatch"
    CONFLICT = "conflict"
    REPLAYED = "replayed"
    RATE_LIMITED = "rate_limited"
    OUT_OF_RANGE = "out_of_range"
    TOO_OLD = "too_old"
    FROM_THE_FUTURE = "from_the_future"
    NOT_BOUND = "not_bound"


SAMPLE_REFUSALS: frozenset[Refusal] = frozenset(
    {Refusal.OUT_OF_RANGE, Refusal.TOO_OLD, Refusal.FROM_THE_FUTURE, Refusal.NOT_BOUND}
)
"""Reasons that concern one sample; the rest of its frame stands."""

FRAME_REFUSALS: frozenset[Refusal] = frozenset(Refusal) - SAMPLE_REFUSALS
"""Reasons that concern a whole frame."""

NEVER_COVERED: frozenset[Refusal] = frozenset(
    {
        Refusal.UNKNOWN_DEVICE,
        Refusal.UNSEALABLE,
        Refusal.BAD_SIGNATURE,
        Refusal.REVOKED_KEY,
        Refusal.RATE_LIMITED,
    }
)
"""Frames refused for these are never covered by ``acks``: nobody valid has vouched for them, or
(rate) the device must send them again later."""
