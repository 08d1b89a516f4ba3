"""How many of the fixed groups a worker serves, beside how many others: a pure decision.

The number of groups never changes, so a group's session at the broker, its buckets and its locks
stay what they are while workers come and go. Every worker works its share out by itself from who
is alive; where all see the same, the shares add up to all the groups, and nobody who has its share
moves.
"""

from collections.abc import Collection
from uuid import UUID

from gateway import wire

GROUPS = 16
"""Into so many groups the buckets are divided, for good; so many workers have something to do."""


def buckets_of(groups: int, group: int) -> list[int]:
    """The buckets of one group: every ``groups``-th."""
    return list(range(group, wire.BUCKETS, groups))


def quota(worker: UUID, live: Collection[UUID]) -> int:
    """How many groups are this worker's share.

    Args:
        worker: who asks; it counts as alive.
        live: every worker that is alive.

    Returns:
        An equal share; what is left over goes one each to the first by their ids.
    """
    ranked = sorted({worker, *live})
    share, left = divmod(GROUPS, len(ranked))
    return share + (ranked.index(worker) < left)
