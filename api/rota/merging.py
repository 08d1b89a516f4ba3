"""Plans of several wards told as one, in the shape of what-if's answer."""

from collections.abc import Sequence
from typing import Any

from api.rota.planner import worst

_SUMS = ("cost", "bound", "moves")
_LISTS = (
    "assignments",
    "loads",
    "unmet",
    "shortage",
    "emergencies",
    "relief",
    "changes",
    "late",
    "overfull",
    "overfull_at_most",
    "resources",
)


def merged(answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one plan of several wards' answers; with none, a plan in which nothing is to do."""
    told: dict[str, Any] = {"status": worst(one["status"] for one in answers)}
    told |= {name: sum(one[name] for one in answers) for name in _SUMS}
    told |= {name: [each for one in answers for each in one.get(name, [])] for name in _LISTS}
    told["hours"] = _hours([one.get("hours", []) for one in answers])
    return told


def _hours(wards: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the hours of all wards together."""
    told: dict[str, dict[str, Any]] = {}
    for one in (each for ward in wards for each in ward):
        known = told.setdefault(one["from"], {"from": one["from"], "to": one["to"]})
        for name, value in one.items():
            if name not in {"from", "to"}:
                known[name] = round(known.get(name, 0.0) + value, 1)
    return [told[start] for start in sorted(told)]
