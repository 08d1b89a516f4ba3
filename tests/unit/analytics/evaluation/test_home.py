"""The hour in which a clinician's label answers a reading at home."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.evaluation import home, live
from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.home_study import labels_of


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("read", "until"),
    [
        ("2019-05-24 10:00:00", "2019-05-24 11:00:00"),
        ("2019-05-24 07:42:00", "2019-05-24 10:00:00"),
        ("2019-05-24 20:40:00", "2019-05-25 09:40:00"),
        ("2019-05-24 21:29:00", "2019-05-25 10:00:00"),
        ("2019-05-24 20:00:00", "2019-05-24 21:00:00"),
    ],
)
def test_an_hour_of_the_teams_time_goes_on_in_the_morning(read: str, until: str) -> None:
    assert home.by_team(at(read)) == at(until)


def test_what_was_read_at_night_is_held_against_the_label_of_the_morning(tmp_path: Path) -> None:
    readings = [f"a,2019-05-{day:02d} 10:00:00,Heart rate,70" for day in range(1, 9)]
    readings += ["a,2019-05-03 21:30:00,Heart rate,130", "a,2019-05-08 21:30:00,Heart rate,130"]
    _write(tmp_path / "physiology.csv.gz", "patient_id,date,device_type,value", readings)
    _write(
        tmp_path / "labels.csv.gz",
        "patient_id,type,date_plus1h",
        ["a,Pulse,2019-05-04 09:00:00"],
    )

    asked = EvaluationOptions(folder=tmp_path, values={})
    played = live.play(home.DATASET, home.recordings(tmp_path), [], asked, home.PROFILE)

    figures = home.agreement(home.TASKS[1], played.courses, labels_of(tmp_path)["Pulse"])
    made = {one.metric: one for one in figures}

    assert made["ppv_pulse"].value == 0  # nobody labels within the hour at night
    assert made["f1_pulse_team_hours"].value == 1
    # the last evening's answer would have come after the recording's end
    assert made["f1_pulse_team_hours"].n == made["f1_pulse"].n - 1


def _write(path: Path, head: str, lines: list[str]) -> None:
    with gzip.open(path, "wt") as file:
        file.write("\n".join([head, *lines]) + "\n")
