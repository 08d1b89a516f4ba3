"""Recordings: anybody's vitals from a CSV file, moved onto the ward clock.

Columns: ``time`` (RFC 3339, or seconds or milliseconds since 1970; without a zone it is UTC, and
then a person's rows must go one way in time: a repeated hour of a local clock cannot be told from
the first), ``patient`` (any text), and one for each metric by its wire name and unit; an empty cell
is not measured. Optional: ``quality``. Values are judged by the rule of every other door
(``analytics.domain.acceptance``): what can be no reading is refused here, where it can be mended,
what is questionable is sent, for the gateway to judge. Every refusal names line and column and what
to do.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from analytics.domain.acceptance import CODES, NAMES, refusals
from device_sim.errors import RecordingInvalid
from device_sim.patients.sources import SourceReading
from device_sim.recordings import cells, columns
from gateway import wire

_QUALITIES = {quality.value: quality for quality in wire.SampleQuality}
_TRUSTED = (wire.SampleQuality.OK, wire.SampleQuality.MANUAL)

Recording = dict[str, list[SourceReading]]
"""Patient (as the recording names them) to readings, ascending by time; times as recorded, ms."""


class _Rows(Protocol):
    """A reader of ``csv``: rows, and the file's line that the last one ended in."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> "_Rows": ...

    def __next__(self) -> list[str]: ...


def read_csv(path: Path) -> Recording:
    """Read a CSV file.

    Raises:
        RecordingInvalid: it cannot be read, or breaks a rule of this module.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _Reader(path.name).read(csv.reader(file, strict=True))
    except OSError as failure:
        raise RecordingInvalid(f"{path}: {failure.strerror}") from None
    except UnicodeDecodeError:
        raise RecordingInvalid(f"{path}: not UTF-8 text: save it as CSV UTF-8") from None


class _Reader:
    """Reads one file; what it remembers is what one row says of another."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._recording: Recording = {}
        self._columns: list[str] = []
        self._values: dict[str, dict[int, float]] = {}
        self._courses: dict[str, _Course] = {}

    def read(self, rows: _Rows) -> Recording:
        """Read all rows, then judge the columns."""
        try:
            for row in rows:
                if not self._columns:
                    self._header(row)
                elif row:
                    self._row(rows.line_num, row)
        except csv.Error as failure:
            where = f"{self._name}, line {rows.line_num}"
            raise RecordingInvalid(f"{where}: not CSV: {failure}") from None
        if not self._recording:
            raise RecordingInvalid(f"{self._name}: no rows; the first line names the columns")
        self._judge_columns()
        for readings in self._recording.values():
            readings.sort(key=lambda reading: reading.at_ms)
        return self._recording

    def _header(self, row: Sequence[str]) -> None:
        wrong = columns.faults(row)
        if wrong:
            raise RecordingInvalid(f"{self._name}, line 1, " + "; ".join(wrong))
        self._columns = [cell.strip() for cell in row]

    def _row(self, line: int, row: Sequence[str]) -> None:
        if len(row) != len(self._columns):
            counted = f"{len(row)} cells for {len(self._columns)} columns"
            advice = "a cell with a comma in it needs quotation marks"
            raise RecordingInvalid(f"{self._name}, line {line}: {counted}: {advice}")
        cell = {name: one.strip() for name, one in zip(self._columns, row, strict=True)}
        patient = cell["patient"]
        if not patient:
            raise self._wrong(line, "patient", "empty: name the person, by any text")
        quality = self._quality(line, cell)
        at_ms = self._moment(line, patient, cell["time"])
        values = {m: self._number(line, m, cell[m]) for m in wire.METRIC_NAMES if cell.get(m)}
        self._judge(line, values, trusted=quality in _TRUSTED)
        self._recording.setdefault(patient, []).append(SourceReading(at_ms, values, quality))

    def _wrong(self, line: int, column: str, why: str) -> RecordingInvalid:
        return RecordingInvalid(f"{self._name}, line {line}, column {column!r}: {why}")

    def _quality(self, line: int, cell: Mapping[str, str]) -> wire.SampleQuality:
        word = cell.get("quality") or "ok"
        if word not in _QUALITIES:
            raise self._wrong(line, "quality", f"{word!r} is none of {', '.join(_QUALITIES)}")
        return _QUALITIES[word]

    def _moment(self, line: int, patient: str, cell: str) -> int:
        try:
            read = cells.moment(cell)
        except cells.CellError as error:
            raise self._wrong(line, "time", str(error)) from None
        if not read.zoned and self._courses.setdefault(patient, _Course()).turns(read.at_ms):
            why = f"{cell!r} has no zone and time turns back here: an hour that a clock repeated?"
            advice = "give the times an offset (2026-10-25T01:30:00+01:00), or sort the rows"
            raise self._wrong(line, "time", f"{why} {advice}")
        return read.at_ms

    def _number(self, line: int, metric: str, cell: str) -> float:
        try:
            return cells.number(metric, cell)
        except cells.CellError as error:
            raise self._wrong(line, metric, str(error)) from None

    def _judge(self, line: int, values: Mapping[str, float], *, trusted: bool) -> None:
        """Refuse what can be no reading; remember the rest by column."""
        measured = [(CODES[metric], value) for metric, value in values.items()]
        for refused in refusals(measured, together=trusted):
            metric = NAMES[refused.metric]
            foreign = columns.looks_like(metric, values[metric])
            advice = f"; {_of_unit(foreign)}" if foreign else ""
            raise self._wrong(line, metric, f"{values[metric]:g} {refused.why}{advice}")
        for metric, value in values.items():
            self._values.setdefault(metric, {})[line] = value

    def _judge_columns(self) -> None:
        for metric, values in self._values.items():
            found = columns.foreign_column(metric, values)
            if found is not None:
                line, foreign = found
                raise self._wrong(line, metric, f"{values[line]:g}: {_of_unit(foreign)}")


class _Course:
    """Which way a person's times go that have no zone."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._way = 0

    def turns(self, at_ms: int) -> bool:
        """Whether this time goes the other way than those before it."""
        last, self._last = self._last, at_ms
        if last is None or at_ms == last:
            return False
        way = 1 if at_ms > last else -1
        turned = self._way not in (0, way)
        self._way = way
        return turned


def _of_unit(foreign: columns.Foreign) -> str:
    return f"this looks like {foreign.unit}: {foreign.advice}"


def shift(
    recording: Mapping[str, Sequence[SourceReading]],
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
