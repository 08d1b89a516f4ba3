"""The risk model: labels that mature, versions that are immutable, honest figures."""

from dataclasses import replace
from random import Random

import pytest
from msgspec import structs

from analytics.domain.alerts import FindingChange
from analytics.domain.care import CarePlan
from analytics.errors import SnapshotError
from analytics.lane.lane import PatientLane
from analytics.risk.features import NAMES
from analytics.risk.lessons import next_version
from analytics.risk.model import Example, ModelState, PopulationModel
from analytics.risk.progressive_validation import bin_of, calibration, empty
from analytics.risk.proof import Gain, ProgressiveProof
from tests.support.bedside import HOUR, MINUTE, T0, WELL, Bedside, reading

AT = NAMES.index("heart rate against the last hours")


def examples(count: int, seed: int, model: PopulationModel) -> list[Example]:
    """People whose pulse rises deteriorate, whatever NEWS2 says."""
    chance = Random(seed)
    made = []
    for at in range(count):
        features = [0.0] * len(NAMES)
        features[AT] = chance.gauss(0, 1)
        low = chance.randrange(5)
        features[NAMES.index("NEWS2")] = low / 7
        made.append(
            Example(
                at_ms=at,
                features=tuple(features),
                probability=model.predict(tuple(features)),
                model_version=model.version,
                news2_low=low,
                deteriorated=features[AT] + chance.gauss(0, 0.5) > 1,
            )
        )
    return made


def trained(rounds: int = 20) -> PopulationModel:
    model = PopulationModel.initial()
    for seed in range(rounds):
        model = next_version(examples(200, seed, model), model)
    return model


def test_it_learns_and_says_how_well() -> None:
    report = trained().report()
    assert report["model"] == "risk-20"
    assert float(str(report["auroc"])) > 0.85
    assert float(str(report["auroc"])) > float(str(report["auroc_news2"])) + 0.2
    assert float(str(report["brier"])) < 0.13


def test_versions_are_immutable_and_reproducible() -> None:
    first = PopulationModel.initial()
    before = first.snapshot()
    lesson = examples(50, 1, first)
    second = next_version(lesson, first)
    assert first.snapshot() == before
    assert second.snapshot() == next_version(lesson, first).snapshot()
    assert next_version([], second) is second
    restored = PopulationModel.restore(second.snapshot())
    assert restored.snapshot() == second.snapshot()
    more = examples(50, 2, second)
    assert next_version(more, restored).snapshot() == next_version(more, second).snapshot()


@pytest.mark.parametrize("data", [b"", b"\xc1\xc1", b"\x81\xa6format\x09"])
def test_a_damaged_version_is_refused(data: bytes) -> None:
    with pytest.raises(SnapshotError):
        PopulationModel.restore(data)


def test_weights_that_are_no_numbers_are_neither_learnt_nor_restored() -> None:
    before = trained(2)
    spoilt = structs.replace(before.state, weights=(float("nan"), *before.state.weights[1:]))
    with pytest.raises(SnapshotError, match="no numbers"):
        PopulationModel.restore(PopulationModel(spoilt).snapshot())
    lesson = examples(20, 1, before)
    lesson[3] = structs.replace(
        lesson[3], features=(float("inf"), *lesson[3].features[1:]), probability=0.5
    )
    after = next_version(lesson, before)
    assert after.version == before.version + 1
    assert after.state.weights == before.state.weights


def proof(gain: float = 0.05) -> ProgressiveProof:
    """A model that beats NEWS2 by so much, for sure."""
    sure = Gain(gain, gain - 0.02, gain + 0.02)
    return ProgressiveProof(
        examples=500,
        positives=50,
        people=20,
        auroc=0.8,
        auroc_news2=0.8 - gain,
        auroc_gain=sure,
        brier=0.1,
        brier_base=0.1 + gain,
        brier_gain=sure,
        slope=1.0,
        ece=0.02,
    )


def test_it_may_raise_only_while_it_is_proven_here() -> None:
    assert not PopulationModel.initial().raises
    assert not trained(5).raises  # however many examples: nobody has judged it beside NEWS2
    bold = ModelState(version=3, intercept=9.0, examples=500, positives=50)
    for proven, expected in ((proof(), True), (proof(gain=0.01), False), (None, False)):
        bed = Bedside(model=PopulationModel(structs.replace(bold, proof=proven)))
        outcome = bed.well()
        assert (("risk", FindingChange.STARTED) in bed.said()) is expected
        assert outcome.assessment is not None
        assert outcome.assessment.risk_proven is expected


def test_it_adds_nothing_from_news2_of_5_on() -> None:
    sure = PopulationModel(ModelState(version=3, intercept=9.0, proof=proof()))
    bed = Bedside(model=sure)
    bed.well()
    assert ("risk", FindingChange.STARTED) in bed.said()
    bed.well(rr=26, hr=135)
    said = bed.said()
    assert ("news2_urgent", FindingChange.STARTED) in said
    assert ("risk", FindingChange.CLEARED) in said
    fresh = Bedside(model=sure)
    fresh.well(rr=26, hr=135)
    assert "risk" not in {condition for condition, _ in fresh.said()}


def test_a_version_that_is_no_longer_trusted_ends_its_alert() -> None:
    bold = ModelState(version=3, intercept=9.0, proof=proof())
    bed = Bedside(model=PopulationModel(bold))
    bed.well()
    bed.model = PopulationModel(structs.replace(bold, version=4, proof=None))
    bed.well()
    assert ("risk", FindingChange.CLEARED) in bed.said()


def test_no_model_silences_a_rule() -> None:
    calm = PopulationModel(ModelState(version=9, intercept=-30.0, proof=proof()))
    bed = Bedside(model=calm)
    bed.well(rr=26, hr=135)
    assert ("news2_urgent", FindingChange.STARTED) in bed.said()


def test_a_change_of_level_is_noticed() -> None:
    model = PopulationModel.initial()
    calm = [replace_truth(one, deteriorated=False) for one in examples(500, 3, model)]
    model = next_version(calm, model)
    assert model.report()["drifts"] == 0
    wild = [replace_truth(one, deteriorated=True) for one in examples(500, 4, model)]
    assert next_version(wild, model).state.drifts > 0


def replace_truth(one: Example, *, deteriorated: bool) -> Example:
    return Example(
        one.at_ms, one.features, one.probability, one.model_version, one.news2_low, deteriorated
    )


def test_a_label_matures_when_the_patient_deteriorates() -> None:
    bed = Bedside()
    bed.well()
    outcome = bed.well(3600, rr=26, hr=135)
    assert [(one.at_ms, one.deteriorated) for one in outcome.examples] == [(T0, True)]


def test_a_label_matures_when_the_horizon_has_passed() -> None:
    bed = Bedside()
    made = []
    for _ in range(20):
        made += bed.well(20 * 60).examples
    assert made
    assert not any(one.deteriorated for one in made)
    assert all(one.probability < 0.1 for one in made)


def test_whoever_is_seen_seldom_teaches_by_the_next_sight() -> None:
    """A cuff morning and evening: nobody looks within the horizon, well or ill alike."""
    for late, bad in ((12, False), (12, True)):
        bed = Bedside()
        bed.well()
        vitals = {"rr": 26, "hr": 135} if bad else {}
        ready = bed.well(late * 3600, **vitals).examples
        assert [(one.deteriorated, one.weight) for one in ready] == [
            (bad, pytest.approx(4 / late, abs=1e-3))
        ]


@pytest.mark.parametrize("bad", [False, True])
def test_what_cannot_be_known_is_dropped_on_both_sides(bad: bool) -> None:  # noqa: FBT001
    bed = Bedside()
    bed.well()
    assert bed.well(30 * 3600, **({"rr": 26, "hr": 135} if bad else {})).examples == []


def test_a_cuff_alone_leaves_examples() -> None:
    bed = Bedside()
    bed.take(reading(T0, {"hr": 70, "sbp": 120}))
    ready = bed.take(reading(T0 + 8 * HOUR, {"hr": 72, "sbp": 118})).examples
    assert [one.deteriorated for one in ready] == [False]


def test_a_clinician_may_give_the_label() -> None:
    bed = Bedside()
    bed.well()
    assert bed.lane.outcome(T0 + HOUR, deteriorated=False) == []  # three hours are still to come
    ready = bed.lane.outcome(T0 + HOUR, deteriorated=True)
    assert [(one.deteriorated, one.source) for one in ready] == [(True, "clinician")]
    assert bed.lane.outcome(T0 + HOUR, deteriorated=True) == []
    other = Bedside()
    other.well()
    ready = other.lane.outcome(T0 + 3 * HOUR, deteriorated=False)
    assert [(one.deteriorated, one.source) for one in ready] == [(False, "clinician")]


def test_the_baseline_rests_during_an_episode_and_speaks_in_own_units() -> None:
    bed = Bedside()
    for at in range(30):
        bed.take(reading(T0 + at * HOUR, {**WELL, "hr": 56 + at % 3}))
    bed.said()
    for at in range(5):
        bed.take(reading(T0 + 30 * HOUR + at * 10 * MINUTE, {**WELL, "hr": 85}), in_episode=True)
    found = [one for one in bed.findings if one.condition == "baseline_hr"]
    assert found[0].change is FindingChange.STARTED
    assert found[0].persist_s == 600
    assessment = bed.take(reading(T0 + 31 * HOUR, WELL)).assessment
    assert assessment is not None
    medians = {one.metric: one.median for one in assessment.baselines}
    assert medians[1] == pytest.approx(57, abs=1)


def test_the_model_in_force_is_named() -> None:
    lane, model = PatientLane(), trained(1)
    plan = replace(CarePlan(), revision=4)
    assessment = lane.fold(reading(T0, WELL), plan, model, False).assessment  # noqa: FBT003
    assert assessment is not None
    assert (assessment.model_version, assessment.plan_revision) == (1, 4)


def test_counts_give_the_figures() -> None:
    counts = empty(50)
    assert counts.auroc() is None
    for said, happened in ((0.1, False), (0.2, False), (0.8, True), (0.9, True)):
        counts = counts.add(bin_of(said), positive=happened)
    assert counts.auroc() == 1.0
    rows = calibration(counts)
    assert [row["happened"] for row in rows] == [0.0, 0.0, 1.0]
    assert bin_of(1.0) == 49
