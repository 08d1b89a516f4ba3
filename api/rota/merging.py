"""Plans of several wards told as one, in the shape of what-if's answer."""

from collections.abc import Sequence
from typing import Any

from api.rota.planner import worst

_SUMS = ("cost", "bound", "moves")
_LISTS = ("assignments", "loads", "unmet", "shortage", "emergencies", "relief", "changes")


def merged(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one plan of several wards' answers; with none, a plan in which nothing is to do."""
    told: dict[str, Any] = {"status": worst(one["status"] for one in answers)}
    told |= {name: sum(one[name] for one in answers) for name in _SUMS}
    told |= {name: [each for one in answers for each in one.get(name, [])] for name in _LISTS}
    return told
