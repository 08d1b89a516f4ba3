"""Recordings: anybody's vitals from a CSV file, moved onto the ward clock.

Columns: ``time`` (RFC 3339, or seconds since 1970; without a zone it is UTC), ``patient`` (any
text), and one for each metric by its wire name and unit; an empty cell is not measured. Optional:
``quality``. Columns with other names are refused, so that a misspelt metric is never lost in
silence; so are unreadable cells: the message names line and column.
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from device_sim.errors import RecordingInvalid
from device_sim.sources import Reading
from gateway import wire

_QUALITIES = {quality.value: quality for quality in wire.SampleQuality}
_FIXED = ("time", "patient", "quality")
_EARLIEST_S = datetime(1900, 1, 1, tzinfo=UTC).timestamp()
_LATEST_S = datetime(2200, 1, 1, tzinfo=UTC).timestamp()

Recording = dict[str, list[Reading]]
"""Patient (as the recording names them) to readings, ascending by time; times as recorded, ms."""


def read_csv(path: Path) -> Recording:
    """Read a CSV file.

    Raises:
        RecordingInvalid: it cannot be read, or breaks a rule of this module.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _read_rows(path.name, csv.reader(file, strict=True))
    except OSError as failure:
        raise RecordingInvalid(f"{path}: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise RecordingInvalid(f"{path}: not UTF-8 text") from None


def _read_rows(name: str, rows: Iterable[Sequence[str]]) -> Recording:
    recording: Recording = {}
    columns: list[str] = []
    lines = enumerate(rows, 1)
    try:
        for line, cells in lines:
            if not columns:
                columns = _header(name, cells)
            elif cells:
                patient, reading = _row(f"{name}, line {line}", columns, cells)
                recording.setdefault(patient, []).append(reading)
    except csv.Error as failure:
        raise RecordingInvalid(f"{name}: not CSV: {failure}") from None
    if not recording:
        raise RecordingInvalid(f"{name}: no rows; the first line names the columns")
    for readings in recording.values():
        readings.sort(key=lambda reading: reading.at_ms)
    return recording


def _header(name: str, cells: Sequence[str]) -> list[str]:
    columns = [cell.strip() for cell in cells]
    known = {*_FIXED, *wire.METRIC_NAMES}
    missing = {"time", "patient"} - set(columns)
    wrong = [column for column in columns if column not in known or columns.count(column) > 1]
    if missing:
        raise RecordingInvalid(f"{name}, line 1: no column {' and '.join(sorted(missing))}")
    if wrong:
        choice = ", ".join(wire.METRIC_NAMES)
        raise RecordingInvalid(
            f"{name}, line 1, column {wrong[0]!r}: unknown or repeated; metrics are {choice}"
        )
    return columns


def _row(where: str, columns: Sequence[str], cells: Sequence[str]) -> tuple[str, Reading]:
    if len(cells) != len(columns):
        raise RecordingInvalid(f"{where}: {len(cells)} cells for {len(columns)} columns")
    row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    patient = row["patient"]
    if not patient:
        raise RecordingInvalid(f"{where}, column 'patient': empty")
    quality = row.get("quality") or "ok"
    if quality not in _QUALITIES:
        choice = ", ".join(_QUALITIES)
        raise RecordingInvalid(f"{where}, column 'quality': {quality!r} is none of {choice}")
    values = {
        metric: _number(where, metric, row[metric])
        for metric in wire.METRIC_NAMES
        if row.get(metric)
    }
    return patient, Reading(_time_ms(where, row["time"]), values, _QUALITIES[quality])


def _number(where: str, column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RecordingInvalid(f"{where}, column {column!r}: {cell!r} is not a number")
    return value


def _time_ms(where: str, cell: str) -> int:
    try:
        seconds = float(cell)
    except ValueError:
        try:
            moment = datetime.fromisoformat(cell)
        except ValueError:
            moment = None
        if moment is None:
            raise RecordingInvalid(
                f"{where}, column 'time': {cell!r} is neither RFC 3339 nor seconds since 1970"
            ) from None
        zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        seconds = zoned.timestamp()
    if not _EARLIEST_S <= seconds <= _LATEST_S:  # NaN is not within, either
        raise RecordingInvalid(f"{where}, column 'time': {cell!r} is not a time from 1900 to 2200")
    return round(seconds * 1000)


def shift(
    recording: Mapping[str, Sequence[Reading]],
    start_ms: int,
    *,
    together: bool,
    longest_ms: int | None = None,
) -> Recording:
    """Move a recording onto the ward clock.

    Args:
        recording: readings by patient, ascending.
        start_ms: ward time of the first reading.
        together: keep the patients' distances in time (one ward, one calendar); else each
            patient starts at ``start_ms`` (stays from different years).
        longest_ms: what of a patient's readings lies further from their first is left out.
    """
    first_of_all = min(readings[0].at_ms for readings in recording.values())
    shifted: Recording = {}
    for patient, readings in recording.items():
        first = readings[0].at_ms
        kept = [r for r in readings if longest_ms is None or r.at_ms - first <= longest_ms]
        move = start_ms - (first_of_all if together else first)
        shifted[patient] = [reading._replace(at_ms=reading.at_ms + move) for reading in kept]
    return shifted
