"""Who speaks: promoted only for sure, on the same examples, and demoted by drift."""

from random import Random

from msgspec.structs import replace

from analytics.risk.boosting import boost
from analytics.risk.champions import Judgement, choose
from analytics.risk.features import NAMES
from analytics.risk.lessons import grow, judged, next_version
from analytics.risk.model import FOREST, LINE, STEPS, Example, ModelState, PopulationModel
from analytics.risk.predictors import Steps
from analytics.risk.proof import SaidExample, prove

AT = NAMES.index("heart rate level")


def lived(count: int = 900, people: int = 30, seed: int = 1) -> list[tuple[int, Example]]:
    """Whose pulse is far from 75, on either side, deteriorates: no line can say that."""
    chance, made = Random(seed), []
    for at in range(count):
        features = [0.0] * len(NAMES)
        features[AT] = chance.gauss(0, 1)
        happened = abs(features[AT]) + chance.gauss(0, 0.3) > 1.2
        one = Example(at, tuple(features), 0.25, 1, chance.randrange(5), happened)
        made.append((at % people, one))
    return made


def judgements(model: PopulationModel, made: list[tuple[int, Example]]) -> list[Judgement]:
    told = judged(model, [one for _, one in made])
    return [
        Judgement(person, one.news2_low, one.deteriorated, one.weight, said)
        for (person, one), said in zip(made, told, strict=True)
    ]


def model_of(made: list[tuple[int, Example]]) -> PopulationModel:
    examples = [one for _, one in made]
    steps = boost(examples, [person for person, _ in made])
    learnt = next_version(examples, PopulationModel.initial(), examples)
    return PopulationModel(replace(learnt.state, steps=steps, since_drift=10_000))


def test_a_challenger_takes_over_when_it_is_better_for_sure() -> None:
    model = model_of(lived())
    asked = judgements(model, lived(seed=2))
    choice = choose(model.state, asked, drifted=False)
    assert choice.state.champion == STEPS
    assert "better than line for sure" in choice.why
    assert choice.state.proof is not None
    assert choice.state.proof.proven
    promoted = PopulationModel(choice.state)
    assert promoted.raises
    ill = tuple(2.5 if at == AT else 0.0 for at in range(len(NAMES)))
    assert promoted.predict(ill) > 0.5 > promoted.predict(tuple(0.0 for _ in NAMES))
    assert promoted.drivers(ill)[0][0] == "pulse fast"
    assert PopulationModel.restore(promoted.snapshot()).predict(ill) == promoted.predict(ill)


def test_a_challenger_that_is_only_a_little_better_stays_one() -> None:
    model = model_of(lived())
    few = judgements(model, lived(count=120, seed=2))
    assert choose(model.state, few, drifted=False).state.champion == LINE
    same = [replace(one, said=dict.fromkeys(one.said, 0.25)) for one in judgements(model, lived())]
    choice = choose(model.state, same, drifted=False)
    assert choice.state.champion == LINE
    assert not any(one.better for one in choice.rivals)


def test_drift_takes_the_proof_and_the_place() -> None:
    state = replace(model_of(lived()).state, champion=STEPS, since_drift=0)
    choice = choose(state, judgements(PopulationModel(state), lived(seed=2)), drifted=True)
    assert choice.state.champion == LINE
    assert not PopulationModel(choice.state).raises
    assert "drift" in choice.why


def test_the_forest_is_kept_as_plain_arrays_and_is_the_same_each_time() -> None:
    chance, examples = Random(3), []
    for at in range(1_000):
        size = chance.gauss(0, 1)
        features = tuple(size + chance.gauss(0, 0.5) for _ in NAMES)
        examples.append(Example(at, features, 0.25, 1, 0, size > 0.5))
    grown = grow(examples)
    assert grown is not None
    assert grown == grow(examples)
    ill, well = (tuple(size for _ in NAMES) for size in (2.0, -1.0))
    assert grown.probability(ill) > grown.probability(well) + 0.4
    assert sum(grown.parts(ill)) > 0 > sum(grown.parts(well))
    model = PopulationModel(ModelState(forest=grown, champion=FOREST))
    assert model.predict(ill) == grown.probability(ill)
    assert PopulationModel.restore(model.snapshot()).predict(ill) == model.predict(ill)


def test_steps_say_what_boosting_said() -> None:
    made = lived()
    steps = boost([one for _, one in made], [person for person, _ in made])
    assert isinstance(steps, Steps)
    assert steps == boost([one for _, one in made], [person for person, _ in made])
    told = [
        SaidExample(p, steps.probability(e.features), e.news2_low, e.deteriorated) for p, e in made
    ]
    proof = prove(told)
    assert proof is not None
    assert proof.auroc > 0.9
    assert boost([], []) is None


def test_intervals_are_by_person() -> None:
    """The same rows of few people say less than those of many."""
    rows = lived(count=600)
    wide, narrow = (
        prove(
            [
                SaidExample(
                    at % people, abs(e.features[AT]) / 4, e.news2_low, e.deteriorated, e.weight
                )
                for at, (_, e) in enumerate(rows)
            ]
        )
        for people in (3, 600)
    )
    assert wide is not None
    assert narrow is not None
    assert not wide.proven
    assert wide.auroc == narrow.auroc
