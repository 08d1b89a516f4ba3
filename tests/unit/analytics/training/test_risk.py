"""A warm version: the same bytes from the same people, and honest figures on its card."""

import gzip
from pathlib import Path
from random import Random

import pytest

from analytics.errors import DatasetError, SnapshotError
from analytics.risk.features import NAMES
from analytics.risk.warm import decode, encode, shipped
from analytics.training import mimic, risk

HOURS = 30
HEAD = "hospitalization_id,recorded_dttm,hr,sbp,dbp,resp,spo2,temp_c"


def folder(path: Path, people: int = 12) -> Path:
    """People who get worse before NEWS2 says so, every third of them; laid out as the demo is."""
    chance = Random(4)
    stays, vitals, oxygen = [], [HEAD], []
    for person in range(people):
        stays.append(f"{1000 + person},{person},0")
        onset = chance.randrange(8, 20) if person % 3 == 0 else HOURS + 9
        for hour in range(HOURS):
            ill = max(0, min(6, hour - onset))
            row = (
                *(70 + 8 * ill + chance.randrange(6), 125 - 3 * ill + chance.randrange(8), 75),
                *(14 + 2 * ill + chance.randrange(3), 97 - ill // 2, 36.8),
            )
            at = f"2180-01-0{1 + hour // 24} {hour % 24:02d}:00:00"
            vitals.append(",".join(map(str, (person, at, *row))))
        oxygen.append(f"{person},2180-01-01 00:00:00,Room Air")
    vitals.append(f"0,2180-01-01 03:30:00,900,{','.join([''] * 5)}")  # no pulse of anybody
    write(path / "hospitalizations.csv.gz", ["patient_id,hospitalization_id,died", *stays])
    write(path / "vitals.csv.gz", vitals)
    head = "hospitalization_id,recorded_dttm,device_category"
    write(path / "oxygen_support.csv.gz", [head, *oxygen])
    return path


def write(path: Path, lines: list[str]) -> None:
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


def trained(path: Path) -> bytes:
    return encode(risk.train(mimic.collect(path), "made-up", "made up", "none"))


def test_the_same_people_give_the_same_bytes(tmp_path: Path) -> None:
    made = trained(folder(tmp_path))
    assert trained(folder(tmp_path)) == made
    card = decode(made).card
    assert (card.people, card.stays, card.left_out) == (12, 12, 1)
    assert card.proof.auroc > card.proof.auroc_news2
    assert len(decode(made).line.weights) == len(NAMES)


def test_too_few_people_teach_nothing(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="too few people"):
        trained(folder(tmp_path, people=3))
    with pytest.raises(DatasetError, match="nowhere"):
        mimic.collect(tmp_path / "nowhere")


def test_what_is_shipped_says_what_it_is_and_is_not_proven_here() -> None:
    warm = shipped()
    card = warm.card
    assert decode(encode(warm)) == warm
    assert "ODbL" in card.licence
    assert card.people >= 90
    assert card.proof.proven
    assert card.proof.auroc_gain.low > 0.05
    assert 0.9 <= card.proof.slope <= 1.1
    version = warm.version(1)
    assert not version.proven
    assert not version.raises
    assert version.state.origin == warm.origin
    with pytest.raises(SnapshotError):
        decode(b"{}")
