"""Scripts: which patient of a simulated ward meets what, and when, written down before the run."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from device_sim.errors import ScriptInvalid
from device_sim.patients.scenarios import Kind, ScenarioEvent


class ScriptLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line: which patient (numbers from 0), what, and the ward time of its onset."""

    patient: int
    kind: Kind
    at: datetime


def write_script(path: Path, lines: Iterable[ScriptLine]) -> None:
    """Write a script, one JSON object a line."""
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in lines))


def read_script(path: Path, patients: int) -> dict[int, ScenarioEvent]:
    """Return the scenarios of a script by the patient's number.

    Args:
        path: a JSON object a line, see :class:`ScriptLine`; ``at`` is RFC 3339 with its zone.
        patients: how many there are.

    Raises:
        ScriptInvalid: a line cannot be read, or names a patient twice or one that there is not.
    """
    found: dict[int, ScenarioEvent] = {}
    try:
        rows = path.read_bytes().splitlines()
    except OSError as failure:
        raise ScriptInvalid(f"{path}: {failure.strerror}") from None
    for number, row in enumerate(rows, 1):
        try:
            line = msgspec.json.decode(row, type=ScriptLine)
        except msgspec.DecodeError as failure:
            raise ScriptInvalid(f"{path}, line {number}: {failure}") from None
        if line.at.tzinfo is None:
            raise ScriptInvalid(f"{path}, line {number}: the time names no zone")
        if not 0 <= line.patient < patients or line.patient in found:
            raise ScriptInvalid(
                f"{path}, line {number}: patient {line.patient} is named twice, or there is no such"
            )
        found[line.patient] = ScenarioEvent(
            kind=line.kind, onset_ms=int(line.at.timestamp() * 1000)
        )
    return found
