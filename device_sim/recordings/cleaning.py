"""Cleaning of bedside rows into readings; each rule has a name and counts what it took away.

A replay should show what a ward would have received, artefacts included: only what a home device
could never send is taken out. What is merely strange stays, for the gateway to judge.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from analytics.domain.acceptance import CODES, ValueVerdict, verdict
from device_sim.patients.sources import SourceReading

WHOLE = ("hr", "spo2", "rr", "sbp", "dbp")


class Cell(NamedTuple):
    """One recorded value: ms since 1970, wire metric, value in the wire's unit."""

    at_ms: int
    metric: str
    value: float


def clean(cells: Iterable[Cell], counts: Counter[str]) -> list[SourceReading]:
    """One patient's cells as readings, ascending; ``counts`` grows by rule.

    Rules:
        ``impossible``: refused by the rule of every door (typing errors, disconnected transducers).
        ``repeated``: the same metric at the same moment again; the last one entered stays.
        ``crossed_pressure``: diastolic not below systolic, both taken out.
        ``empty``: nothing was left at that moment.
    """
    at: dict[int, dict[str, float]] = {}
    for cell in sorted(cells, key=lambda cell: cell.at_ms):
        if verdict(CODES[cell.metric], cell.value) is ValueVerdict.REFUSED:
            counts["impossible"] += 1
            continue
        values = at.setdefault(cell.at_ms, {})
        counts["repeated"] += cell.metric in values
        digits = 0 if cell.metric in WHOLE else 1
        values[cell.metric] = round(cell.value, digits)
    for values in at.values():
        _uncross(values, counts)
    counts["empty"] += sum(1 for values in at.values() if not values)
    return [SourceReading(at_ms, values) for at_ms, values in at.items() if values]


def _uncross(values: dict[str, float], counts: Counter[str]) -> None:
    if "sbp" in values and "dbp" in values and values["dbp"] >= values["sbp"]:
        counts["crossed_pressure"] += 1
        del values["sbp"], values["dbp"]


def acvpu_of_gcs(eye: float, verbal: float, motor: float) -> int | None:
    """The ACVPU letter that a Glasgow Coma Scale triple stands for; None if it cannot be told.

    A proposed reading, since no published table maps the two one to one: eyes open by themselves
    and orientated is alert, confused words with open eyes is confusion; eyes opening to speech is
    voice, to pain is pain, not at all is unresponsive. A verbal score of 1 with open eyes and
    obeyed commands is a breathing tube, not a state of mind: it cannot be told.
    """
    tube, obeys, orientated, spontaneous = 1, 6, 5, 4
    if eye < spontaneous:
        return {3: 2, 2: 3, 1: 4}.get(int(eye))
    if verbal >= orientated:
        return 0
    return None if verbal == tube and motor == obeys else 1
