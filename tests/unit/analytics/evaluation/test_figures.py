"""``homeward evaluate`` on small made-up folders: shape, intervals, and what is refused."""

import csv
import gzip
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from analytics.errors import DatasetError
from analytics.evaluation.by_dataset import DATASETS, EvaluationOptions, figures, lines, values_of
from analytics.evaluation.figures import Figure, Judged, figure, interval
from analytics.evaluation.metrics import auprc, auroc, ece, f1, slope
from analytics.evaluation.report import page
from analytics.evaluation.thresholds import best_threshold

START = datetime(2019, 5, 1, 8, tzinfo=UTC)
KEYS = {"dataset", "task", "people", "n", "events", "metric", "value", "ci95", "against"} | {
    "path",
    "paired",
}


def write(path: Path, head: str, table: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head.split(","))
        writer.writerows(table)


def tihm(folder: Path) -> None:
    chance, readings, labels = Random(1), [], []
    for person in range(10):
        for day in range(30):
            at = START + timedelta(days=day, minutes=chance.randrange(60))
            sbp, pulse = chance.gauss(140, 18), chance.gauss(80, 15)
            for kind, value in (
                ("Systolic blood pressure", sbp),
                ("Diastolic blood pressure", 80),
                ("Heart rate", pulse),
            ):
                readings.append((f"p{person}", f"{at:%Y-%m-%d %H:%M:%S}", kind, round(value)))
            for kind, bad in (("Blood pressure", sbp > 160), ("Pulse", pulse > 100)):
                if bad and chance.random() < 0.8:
                    after = at + timedelta(minutes=15)
                    labels.append((f"p{person}", kind, f"{after:%Y-%m-%d %H:%M:%S}"))
    write(folder / "physiology.csv.gz", "patient_id,date,device_type,value", readings)
    write(folder / "labels.csv.gz", "patient_id,type,date_plus1h", labels)


def mimic(folder: Path) -> None:
    chance, stays, vitals, oxygen = Random(2), [], [], []
    for stay in range(16):
        dies = stay % 4 == 0
        stays.append((f"p{stay % 12}", f"h{stay}", int(dies)))
        for hour in range(36):
            at = f"{START + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}"
            bad = dies and hour % 10 > 5
            vitals.append(
                (
                    f"h{stay}",
                    at,
                    chance.gauss(125 if bad else 80, 5),
                    118,
                    70,
                    26 if bad else 16,
                    97,
                    "" if hour % 4 else 36.8,
                )
            )
        oxygen.append((f"h{stay}", f"{START:%Y-%m-%dT%H:%M:%SZ}", "Nasal Cannula"))
    head = "patient_id,hospitalization_id,hospital_expired"
    write(folder / "hospitalizations.csv.gz", head, stays)
    head = "hospitalization_id,recorded_dttm,hr,sbp,dbp,resp,spo2,temp_c"
    write(folder / "vitals.csv.gz", head, vitals)
    head = "hospitalization_id,recorded_dttm,device_category"
    write(folder / "oxygen_support.csv.gz", head, oxygen)


def challenge(folder: Path) -> None:
    chance, people, vitals = Random(3), [], []
    for person in range(60):
        dies = person % 4 == 0
        people.append((person, 60 + person % 20, chance.randrange(10, 20), int(dies)))
        for hour in range(6):
            pulse = chance.gauss(115 if dies else 85, 15)
            vitals.append(
                (person, hour * 60, pulse, "", 115, 18, 36.9, 8 if dies else 15, 0.5, "", "")
            )
    write(folder / "set_a_patients.csv.gz", "record_id,age,saps1,in_hospital_death", people)
    head = "record_id,minute,hr,sbp_inv,sbp_ni,resp,temp_c,gcs,fio2,mech_vent,glucose_mgdl"
    write(folder / "set_a_vitals.csv.gz", head, vitals)


def diabetes(folder: Path) -> None:
    chance, nhanes, vanderbilt = Random(4), [], []
    for person in range(120):
        age, bmi = chance.randrange(18, 80), round(chance.gauss(28, 5), 1)
        bad = chance.random() < (age - 10) / 120
        row = (person, chance.choice(("male", "female")))
        nhanes.append((*row, age, bmi, 125, 75, 70, 1.3, "", "Yes" if bad else "No"))
        glucose = chance.gauss(150 if bad else 95, 20)
        vanderbilt.append((*row, age, glucose, 200, 50, 130, 80, 180, 66, 38, 7 if bad else 5))
    head = "id,Gender,Age,BMI,BPSys,BPDia,Pulse,HDLChol,TotChol,Diabetes"
    write(folder / "nhanes_2011_2012.csv", head, nhanes)
    head = "id,gender,age,stab_glu,chol,hdl,bp_1s,bp_1d,weight,height,waist,glyhb"
    write(folder / "vanderbilt_schorling.csv", head, vanderbilt)


def cgm(folder: Path) -> None:
    for name in ("hall_2018", "azt1d", "physiocgm"):
        points = []
        for person in range(4):
            for step in range(400):
                at = START + timedelta(minutes=5 * step)
                value = 110 + 50 * np.sin(step / 12 + person)
                points.append((person, f"{at:%Y-%m-%dT%H:%M:%S}", round(float(value))))
        write(folder / f"{name}.csv.gz", "subject_id,timestamp,glucose_mgdl", points)


MAKERS = {
    "tihm": tihm,
    "mimic_iv_demo": mimic,
    "challenge2012": challenge,
    "diabetes": diabetes,
    "cgm": cgm,
}


def evaluated(dataset: str, folder: Path, fit: Path | None = None) -> list[Figure]:
    return list(figures(dataset, EvaluationOptions(folder=folder, fit=fit, values={})))


@pytest.mark.parametrize("dataset", sorted(DATASETS))
def test_every_data_set_gives_figures(dataset: str, tmp_path: Path) -> None:
    MAKERS[dataset](tmp_path / dataset)
    found = evaluated(dataset, tmp_path)
    said = [json.loads(line) for line in lines(iter(found), as_json=True)]
    assert len(said) >= 3
    for line in said:
        assert set(line) - {"curve"} == KEYS
        assert line["dataset"] == dataset
        assert line["path"] in ("live", "study")
        low, high = line["ci95"]
        assert low <= high
        assert set(line["against"]) == {"name", "value"}
        assert set(line["paired"]) == {"difference", "ci95"}
        assert line["path"] == "live" or 0 < line["events"] < line["n"]
    told = {(one.metric, one.task) for one in found}
    for staff in ("", ", closed at the deadline"):
        for metric in ("alerts_per_patient_day", "calls_per_patient_day"):
            live = (metric, f"acknowledged after 4 min{staff}") in told
            assert live or dataset == "diabetes"  # a table of people: nothing runs
    if dataset == "mimic_iv_demo":
        [slope_line] = [line for line in said if line["metric"] == "news2_within_4h_slope"]
        assert sum(n for _, _, n in slope_line["curve"]) == slope_line["n"]
    html = page(dataset, found, EvaluationOptions(folder=tmp_path, values={}))
    assert "<svg" in html
    assert not set(re.findall(r"https?://[^\"]+", html)) - {"http://www.w3.org/2000/svg"}


def test_learning_from_another_folder_judges_this_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tihm(tmp_path / name / "tihm")
    found = evaluated("tihm", tmp_path / "a", tmp_path / "b")
    assert {one.path for one in found} == {"live", "study"}


def test_a_table_for_people_and_the_folder_itself(tmp_path: Path) -> None:
    diabetes(tmp_path)
    said = list(lines(iter(evaluated("diabetes", tmp_path)), as_json=False))
    assert said[0].startswith("path")
    assert len(said) == 1 + len(evaluated("diabetes", tmp_path))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="none of"):
        evaluated("nothing", tmp_path)
    with pytest.raises(DatasetError, match=r"physiology\.csv\.gz is not in"):
        evaluated("tihm", tmp_path)
    write(tmp_path / "physiology.csv.gz", "patient_id,date", [])
    with pytest.raises(DatasetError, match="lacks the columns device_type, value"):
        evaluated("tihm", tmp_path)


def test_the_area_is_that_of_scikit_learn() -> None:
    chance = np.random.default_rng(1)
    said, happened = chance.integers(0, 9, 200).astype(float), chance.random(200) < 0.3
    weights = chance.integers(0, 4, 200).astype(float)
    expected = roc_auc_score(happened, said, sample_weight=weights)
    assert auroc(said, happened)(weights) == pytest.approx(expected)
    answers = said - 4
    expected = f1_score(happened, answers > 0, sample_weight=weights)
    assert f1(answers, happened)(weights) == pytest.approx(expected)
    expected = average_precision_score(happened, said, sample_weight=weights)
    assert auprc(said, happened)(weights) == pytest.approx(expected)


def test_calibration_is_right_for_what_happens_as_it_is_said() -> None:
    chance = np.random.default_rng(3)
    odds = chance.normal(-1, 1.5, 20_000)
    said = 1 / (1 + np.exp(-odds))
    happened = chance.random(20_000) < said
    ones = np.ones(20_000)
    assert slope(said, happened)(ones) == pytest.approx(1.0, abs=0.06)
    assert ece(said, happened)(ones) < 0.015
    extreme = 1 / (1 + np.exp(-2 * odds))
    assert slope(extreme, happened)(ones) == pytest.approx(0.5, abs=0.05)
    assert ece(extreme, happened)(ones) > 0.05


def test_the_difference_is_paired() -> None:
    """Two answers that differ by the same in every person: the difference has no spread."""
    people = np.repeat(np.arange(30), 4)
    chance = np.random.default_rng(4)
    happened = chance.random(120) < 0.4
    judged = Judged(said=chance.random(120), happened=happened, people=people)
    one = figure("made up", "task", "auroc", judged, ("the same", judged.said.copy()))
    assert one.ci95[0] < one.ci95[1]
    assert one.paired.difference == 0
    assert one.paired.ci95 == (0, 0)


def test_settings_of_a_file_are_those_that_a_ward_could_set(tmp_path: Path) -> None:
    path = tmp_path / "ward.json"
    path.write_text('{"profile": "stream", "settings": {"limits": {"hr": {"high": 120}}}}')
    assert values_of(path, None) == ("stream", {"limits.hr.high": 120})
    assert values_of(path, "spot")[0] == "spot"
    path.write_text('{"limits": {"hr": {"high": 900}}}')
    with pytest.raises(DatasetError, match=r"limits\.hr\.high"):
        values_of(path, None)
    with pytest.raises(DatasetError, match="is no profile"):
        values_of(None, "nothing")


def test_the_interval_draws_persons() -> None:
    """The same 20 persons copied 50 times are no more evidence than once."""
    chance = np.random.default_rng(2)
    said = chance.random(20)
    happened = chance.random(20) < said
    people = np.arange(20)
    once = interval(auroc(said, happened), people)
    often = interval(auroc(np.tile(said, 50), np.tile(happened, 50)), np.tile(people, 50))
    assert often == once


def test_a_figure_stands_beside_its_rule() -> None:
    happened = np.array([False, False, True, True])
    judged = Judged(said=np.array([0.1, 0.2, 0.8, 0.9]), happened=happened, people=np.arange(4))
    one = figure("made up", "task", "auroc", judged, ("the reverse", -judged.said))
    assert (one.value, one.against.value) == (1.0, 0.0)
    assert best_threshold(judged.said, happened) == pytest.approx(0.2, abs=0.6)
