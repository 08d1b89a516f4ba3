"""What a piece of work of a plan asks besides minutes: skills, and by when it should be done; pure.

A plan keeps who has what; what was asked of the solver is kept beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from api.store.timestamps import rfc3339


def tell_needs(
    told: Iterable[dict[str, Any]], asked: Sequence[Mapping[str, Any]], made_at: datetime
) -> None:
    """Write ``skills``, ``deadline`` (null: none) and ``must`` into assignments and unmet work.

    Args:
        told: of a plan, changed in place.
        asked: what the solver was given for each ward.
        made_at: when.
    """
    demands = {one["patient"]: one for ward in asked for one in ward.get("demands", ())}
    for one in told:
        demand = demands.get(one["patient"], {})
        minutes = demand.get("deadline_minutes")
        one["skills"] = list(demand.get("skills", ()))
        one["must"] = demand.get("must", False)
        one["deadline"] = None if minutes is None else rfc3339(made_at + timedelta(minutes=minutes))
