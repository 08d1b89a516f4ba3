"""Keeping Python's cycle collector away from what a worker holds for long.

Lanes, windows and the registry live for as long as a tenure, hold no cycles and are freed by their
counts. A full collection would still walk all of them, which is a second's pause with 50,000 lanes,
and every growth by a quarter brings one. So what has survived is set aside now and then, where no
collection looks, and there is no full one but at the start of a tenure.
"""

import gc

_OLDER = 20
_NEVER = 1_000_000
_EVERY_S = 1.0


def configure(young: int) -> None:
    """Collect after ``young`` new objects, never fully by itself."""
    gc.set_threshold(young, _OLDER, _NEVER)


def freeze_survivors(settled_s: float, now_s: float) -> float:
    """Set aside what has survived, once a second: seldom would be a pause again.

    Args:
        settled_s: when that was done last; monotonic seconds.
        now_s: now.

    Returns:
        When it was done last.
    """
    if now_s - settled_s < _EVERY_S:
        return settled_s
    gc.collect(1)
    gc.freeze()
    return now_s


def collect_all() -> None:
    """Collect everything, as the memory of the tenure before has been forgotten."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
