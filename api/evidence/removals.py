"""What was removed by its age, and whether the proofs of it agree with what is stored."""

from dataclasses import dataclass
from datetime import datetime

from api.store import retention
from api.store.types import Conn, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRemoved:
    """One kind of data, as the newest run left it.

    Attributes:
        kind: of what is kept, as the settings name it.
        cut_off: what was older went.
        removed: rows of this kind that any run removed, as the proofs tell.
        over: rows that are over this cut-off now: none, if the run did what it says.
    """

    kind: str
    cut_off: datetime
    removed: int
    over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """What the audit tells of removals by age.

    Attributes:
        at: the newest run (ward time); None: there was none yet.
        kinds: each as that run left it.
        unproved: rows of the audit by which less was removed than was over the period.
    """

    at: datetime | None
    kinds: tuple[KindRemoved, ...]
    unproved: tuple[int, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is over its period, and every proof says so."""
        return not self.unproved and all(one.over == 0 for one in self.kinds)


def _unproved(row: Row) -> bool:
    detail = row["detail"]
    return bool(detail["left"] or detail["removed"] != detail["before"])


async def check(conn: Conn) -> Removals:
    """Hold the newest run, and every proof, against what is stored now.

    Args:
        conn: of a login that may read the audit and count rows over their period.
    """
    run = await retention.newest_run(conn)
    proofs = await retention.proofs(conn)
    unproved = tuple(row["id"] for row in proofs if _unproved(row))
    if run is None:
        return Removals(at=None, kinds=(), unproved=unproved)
    kinds = []
    for kind, told in sorted(run["detail"]["kinds"].items()):
        cut_off = datetime.fromisoformat(told["cut_off"])
        kinds.append(
            KindRemoved(
                kind=kind,
                cut_off=cut_off,
                removed=sum(
                    row["detail"]["removed"] for row in proofs if row["detail"]["kind"] == kind
                ),
                over=await retention.over(conn, kind, cut_off),
            )
        )
    return Removals(at=run["at"], kinds=tuple(kinds), unproved=unproved)
