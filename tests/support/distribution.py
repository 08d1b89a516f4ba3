"""Which tests share a worker when several run at once (``make test``).

A worker has a database server and a broker of its own and gets a module at a time, so that what
a module's tests share is started once. What watches the clock (whole wards, kills and cuts, a
browser) is one piece of work: no two of those tests run beside each other. It comes first, since
it takes longest, and the browser's tests last in it, as without workers.
"""

from xdist.scheduler import LoadScopeScheduling

WATCHES_THE_CLOCK = ("tests/e2e/", "tests/faults/")


def piece_of(nodeid: str) -> str:
    """The piece of work that a test belongs to."""
    if nodeid.startswith(WATCHES_THE_CLOCK):
        return "watches the clock"
    return nodeid.partition("::")[0]


class ByPiece(LoadScopeScheduling):
    """Hands out pieces in the order of collection: long ones first, the quick unit tests last."""

    def _split_scope(self, nodeid: str) -> str:
        return piece_of(nodeid)
