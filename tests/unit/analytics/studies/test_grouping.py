"""Groups are told only if they hold: k-means against alternatives, by stability."""

import numpy as np

from analytics.studies.grouping import METHODS, group

COLUMNS = ("pulse", "SpO2", "nobody has it")


def people(count: int = 40) -> np.ndarray:
    chance = np.random.default_rng(4)
    well = np.column_stack([chance.normal(70, 4, count), chance.normal(97, 0.8, count)])
    ill = np.column_stack([chance.normal(105, 4, count // 2), chance.normal(90, 0.8, count // 2)])
    rows = np.vstack([well, ill])
    rows[3, 1] = np.nan
    return np.column_stack([rows, np.full(len(rows), np.nan)])


def test_two_kinds_of_patients_are_found_and_described() -> None:
    found = group(COLUMNS, people())
    assert [len(one.members) for one in found.groups] == [40, 20]
    assert found.stability is not None
    assert found.stability > 0.9
    assert found.groups[1].words[0].startswith(("pulse higher", "SpO2 lower"))
    assert set(found.groups[1].means) == {"pulse", "SpO2"}
    assert {one.method for one in found.tried} == set(METHODS)
    assert group(COLUMNS, people()) == found


def test_noise_has_no_groups() -> None:
    chance = np.random.default_rng(5)
    found = group(("a", "b", "c", "d"), chance.normal(size=(60, 4)))
    assert len(found.groups) == 1
    assert found.groups[0].words == ("like everybody",)
    assert "stable and distinct" in found.why


def test_few_patients_are_one_group() -> None:
    found = group(COLUMNS, people()[:5])
    assert "too few" in found.why
    assert [len(one.members) for one in found.groups] == [5]
    assert group(COLUMNS, np.zeros((0, 3))).groups == ()


def test_patients_who_are_all_alike_are_one_group() -> None:
    found = group(("a", "b"), np.tile([70.0, 97.0], (40, 1)))
    assert len(found.groups) == 1
    assert "stable and distinct" in found.why
