"""Which of a version's models speaks: promoted only for sure, demoted by drift.

All are judged on the same examples, each before it learnt from them. A challenger takes over when
its squared error and its discrimination are both better with the whole 95 % interval (by person).
When the error's level rises, what was proven before no longer counts: the line, which follows every
lesson, speaks again, and nothing raises until it has proved itself anew.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from analytics.risk.model import FOREST, LINE, STEPS, ModelState
from analytics.risk.proof import (
    LEAST_EXAMPLES,
    LEAST_PEOPLE,
    LEAST_POSITIVES,
    Gain,
    SaidExample,
    auroc_gain,
    brier_gain,
    prove,
)

MOST_EVIDENCE = 4_000


class Judgement(Struct, frozen=True, gc=False):
    """One example after its label is known, with what every model said of it before.

    Attributes:
        person: number of the patient.
        news2_low: the plain rule then.
        happened: the label; weight: its certainty.
        said: by model; ``said`` is what the lane was told.
    """

    person: int
    news2_low: int
    happened: bool
    weight: float
    said: Mapping[str, float]


class Rivalry(Struct, frozen=True, kw_only=True):
    """How a challenger does against the champion, on the examples that both have judged."""

    name: str
    examples: int
    auroc_gain: Gain
    brier_gain: Gain
    better: bool


class Choice(Struct, frozen=True, kw_only=True):
    """The state with its champion, why, and how the challengers do."""

    state: ModelState
    why: str
    rivals: tuple[Rivalry, ...]


def choose(state: ModelState, evidence: Sequence[Judgement], drifted: bool) -> Choice:  # noqa: FBT001 - a fact, not an option
    """Choose who speaks from now on, and say how far that is proven.

    Args:
        state: the version just learnt.
        evidence: judged examples, oldest first, the newest lesson among them.
        drifted: whether the error's level rose in the newest lesson.
    """
    recent = list(evidence)[-min(MOST_EVIDENCE, state.since_drift) :] if state.since_drift else []
    champion, why = state.champion, ""
    rivals: tuple[Rivalry, ...] = ()
    if drifted:
        why = f"drift: {champion} is no longer trusted" if champion != LINE else "drift"
        champion = LINE
    else:
        rivals = _rivals(state, recent)
        best = max((one for one in rivals if one.better), key=_gain, default=None)
        if best is not None:
            champion, why = best.name, f"{best.name} is better than {state.champion} for sure"
    told = [
        SaidExample(one.person, one.said[champion], one.news2_low, one.happened, one.weight)
        for one in recent
        if champion in one.said
    ]
    proof = prove(told) if told else None
    return Choice(state=replace(state, champion=champion, proof=proof), why=why, rivals=rivals)


def _gain(one: Rivalry) -> float:
    return one.brier_gain.difference


def _rivals(state: ModelState, evidence: Sequence[Judgement]) -> tuple[Rivalry, ...]:
    found = (
        _against(name, state.champion, evidence)
        for name in (LINE, STEPS, FOREST)
        if name != state.champion and state.predictor(name) is not None
    )
    return tuple(one for one in found if one is not None)


def _against(name: str, champion: str, evidence: Sequence[Judgement]) -> Rivalry | None:
    import numpy as np  # noqa: PLC0415 - for lessons alone

    both = [one for one in evidence if name in one.said and champion in one.said]
    happened = np.array([one.happened for one in both], dtype=bool)
    if not both or happened.all() or not happened.any():
        return None
    said = np.array([one.said[name] for one in both])
    other = np.array([one.said[champion] for one in both])
    weight = np.array([one.weight for one in both])
    people = np.array([one.person for one in both])
    rank = auroc_gain(said, other, happened, weight, people)
    error = brier_gain(said, other, happened, weight, people)
    enough = (
        len(both) >= LEAST_EXAMPLES
        and happened.sum() >= LEAST_POSITIVES
        and len(np.unique(people)) >= LEAST_PEOPLE
    )
    return Rivalry(
        name=name,
        examples=len(both),
        auroc_gain=rank,
        brier_gain=error,
        better=bool(enough and rank.sure and error.sure),
    )
