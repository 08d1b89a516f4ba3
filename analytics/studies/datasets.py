"""Reading recordings from the folder that the user gave: the one place here that opens files.

Folders are laid out as ``homeward evaluate --help`` describes. Nothing is written, and nothing
of the recordings is part of the product.
"""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.errors import DatasetError
from analytics.studies.diabetes import Table

Row = Mapping[str, str]


def rows(path: Path, *needed: str) -> Iterator[Row]:
    """Give the rows of a CSV file, packed or not.

    Raises:
        DatasetError: if the file or one of the needed columns is not there.
    """
    if not path.is_file():
        raise DatasetError(f"{path.name} is not in {path.parent}")
    unpack = gzip.open if path.suffix == ".gz" else open
    with unpack(path, "rt", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        lacking = set(needed) - set(reader.fieldnames or ())
        if lacking:
            raise DatasetError(f"{path.name} lacks the columns {', '.join(sorted(lacking))}")
        yield from reader


def number(text: str | None) -> float:
    """Return a cell's number, NaN if it is empty or none."""
    try:
        return float(text) if text else float("nan")
    except ValueError:
        return float("nan")


def moment_ms(text: str) -> int:
    """Return an ISO date and time (UTC if it has no zone) in milliseconds since 1970."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def numbered(names: Sequence[str]) -> NDArray[np.int64]:
    """Return a number for each name, the same for the same name."""
    _, index = np.unique(np.asarray(names), return_inverse=True)
    return index.astype(np.int64)


def vanderbilt(folder: Path) -> Table:
    """Return the Vanderbilt (Schorling) table: is HbA1c 6.5 % or more?"""
    columns = ("age", "stab_glu", "chol", "hdl", "bp_1s", "bp_1d", "weight", "height", "waist")
    path = folder / "vanderbilt_schorling.csv"
    found = [row for row in rows(path, "id", "gender", "glyhb", *columns) if row["glyhb"]]
    return Table(
        name="vanderbilt",
        columns=(*columns, "male"),
        rows=np.array(
            [[*(number(row[c]) for c in columns), float(row["gender"] == "male")] for row in found]
        ),
        bad=np.array([number(row["glyhb"]) >= 6.5 for row in found]),  # noqa: PLR2004 - ADA
        people=numbered([row["id"] for row in found]),
    )


def nhanes(folder: Path) -> Table:
    """Return the NHANES 2011-2012 table of adults: was diabetes ever diagnosed?"""
    columns = ("Age", "BMI", "BPSys", "BPDia", "Pulse", "HDLChol", "TotChol")
    path = folder / "nhanes_2011_2012.csv"
    found = [
        row
        for row in rows(path, "id", "Gender", "Diabetes", *columns)
        if row["Diabetes"] in ("Yes", "No") and number(row["Age"]) >= 18  # noqa: PLR2004 - adults
    ]
    return Table(
        name="nhanes",
        columns=(*columns, "male"),
        rows=np.array(
            [[*(number(row[c]) for c in columns), float(row["Gender"] == "male")] for row in found]
        ),
        bad=np.array([row["Diabetes"] == "Yes" for row in found]),
        people=numbered([row["id"] for row in found]),
    )
