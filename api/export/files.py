"""Tables on disk: CSV by the standard library, Parquet by pyarrow where it is installed."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

from typing_extensions import override

from api.patients.readings_csv import without_formula

Format = Literal["csv", "parquet"]
_COMPRESSION = "zstd"


class TableFile(Protocol):
    """A table being written."""

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Finish the file."""


class CsvTable(TableFile):
    """CSV in UTF-8: times in ISO 8601, nothing that a spreadsheet takes for a formula."""

    def __init__(self, file: Path, types: Mapping[str, str]) -> None:
        """Begin a file that its owner alone may read."""
        file.touch(mode=0o600)
        self._columns = list(types)
        self._stream = file.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._writer.writerow(self._columns)

    @override
    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        columns = self._columns
        self._writer.writerows([[_cell(row[name]) for name in columns] for row in rows])

    @override
    def close(self) -> None:
        self._stream.close()


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_formula(value) if isinstance(value, str) else value


class ParquetTable(TableFile):
    """Parquet with the columns' own types; times in microseconds of UTC."""

    def __init__(self, file: Path, types: Mapping[str, str]) -> None:
        """Begin a file that its owner alone may read.

        Raises:
            OSError: pyarrow is not installed.
        """
        try:
            self._arrow: Any = import_module("pyarrow")
            parquet: Any = import_module("pyarrow.parquet")
        except ImportError as error:
            raise OSError("Parquet needs pyarrow: pip install '.[recordings]'") from error
        file.touch(mode=0o600)
        fields = [(name, self._type(of)) for name, of in types.items()]
        self._schema = self._arrow.schema(fields)
        self._writer = parquet.ParquetWriter(str(file), self._schema, compression=_COMPRESSION)

    def _type(self, of: str) -> Any:  # noqa: ANN401 - the library has no types
        if of == "timestamptz":
            return self._arrow.timestamp("us", tz="UTC")
        return self._arrow.type_for_alias(_ARROW[of]) if of in _ARROW else self._arrow.string()

    @override
    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        columns = {name: [row[name] for row in rows] for name in self._schema.names}
        self._writer.write_table(self._arrow.table(columns, schema=self._schema))

    @override
    def close(self) -> None:
        self._writer.close()


_ARROW: Mapping[str, str] = MappingProxyType(
    {
        "bool": "bool",
        "int2": "int16",
        "int4": "int32",
        "int8": "int64",
        "float8": "float64",
        "date": "date32",
    }
)
OPENERS: Mapping[Format, type[CsvTable | ParquetTable]] = MappingProxyType(
    {"csv": CsvTable, "parquet": ParquetTable}
)
