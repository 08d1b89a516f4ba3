"""A warm version of the risk model: what a ward begins with before it has learnt anything itself.

Every stay is folded by the very lane that the gateway runs, so the features are those of a real
reading. The label is richer here than at home: not only whether NEWS2 reached 5 within the horizon
but how far it went. One logistic line is fitted for each of the scores 3 to 7 and their mean is
taken (as a proportional-odds model would have it): on few people that ranks better than the one
line at 5. It is calibrated on people whom the fit has not seen.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # it ships no types

from analytics.domain.care import CarePlan
from analytics.errors import DatasetError
from analytics.lane.lane import PatientLane
from analytics.news2.score import URGENT
from analytics.policy import DEFAULT, MINUTE_MS
from analytics.readings import Reading
from analytics.risk.features import NAMES
from analytics.risk.model import Example, PopulationModel
from analytics.risk.predictors import Line
from analytics.risk.proof import ProgressiveProof, SaidExample, platt, prove
from analytics.risk.warm import Warm, WarmCard

if TYPE_CHECKING:
    from analytics.training.mimic import Collected, HospitalStay

    Floats = NDArray[np.float64]

SCORES = (3, 4, 5, 6, 7)
STRENGTH = 0.1
"""Inverse of the penalty on the weights, chosen by people left out."""
FOLDS = 5
DIGITS = 6
"""Learnt numbers are rounded so: the last bits of a solver differ between machines."""


class Lived(NamedTuple):
    """Examples of one stay: whose, and how far NEWS2 went within the horizon of each."""

    person: str
    examples: list[Example]
    worst: list[int]


def live(person: str, readings: Iterable[Reading], model: PopulationModel) -> Lived:
    """Fold one stay of a person as the gateway would."""
    lane, plan = PatientLane(), CarePlan()
    found: list[Example] = []
    course: list[tuple[int, int]] = []
    for reading in readings:
        outcome = lane.fold(reading, plan, model, in_episode=False)
        found += outcome.examples
        made = outcome.assessment
        if made is not None and made.low is not None:
            course.append((made.time_ms, made.low))
    horizon = DEFAULT.horizon_minutes * MINUTE_MS
    found.sort(key=lambda one: one.at_ms)
    return Lived(person, found, [_worst(one, course, horizon) for one in found])


def _readings(stay: "HospitalStay") -> Iterator[Reading]:
    for at, t_ms in enumerate(sorted(stay.moments)):
        yield Reading(frame_id=at, received_ms=t_ms, samples=tuple(stay.moments[t_ms]))


def _worst(one: Example, course: Sequence[tuple[int, int]], horizon: int) -> int:
    """Return the highest NEWS2 within the horizon, on the side of 5 that its label says."""
    seen = [low for at, low in course if one.at_ms < at <= one.at_ms + horizon]
    worst = max(seen, default=one.news2_low)
    return max(worst, URGENT) if one.deteriorated else min(worst, URGENT - 1)


class Lessons(NamedTuple):
    """All examples as arrays: features, how far NEWS2 went, NEWS2 then, whose."""

    features: "Floats"
    worst: NDArray[np.int64]
    news2: NDArray[np.int64]
    people: NDArray[np.int64]

    def only(self, chosen: NDArray[np.int64]) -> "Lessons":
        """Return some of them."""
        return Lessons(
            self.features[chosen], self.worst[chosen], self.news2[chosen], self.people[chosen]
        )


def lessons(lived: Sequence[Lived]) -> Lessons:
    """Return the examples of all stays as arrays.

    Raises:
        DatasetError: if there are too few people or only one outcome.
    """
    numbers = {name: at for at, name in enumerate(sorted({one.person for one in lived}))}
    pairs = [
        (example, worst, numbers[one.person])
        for one in lived
        for example, worst in zip(one.examples, one.worst, strict=True)
    ]
    made = Lessons(
        np.array([one.features for one, _, _ in pairs], dtype=np.float64).reshape(-1, len(NAMES)),
        np.array([worst for _, worst, _ in pairs], dtype=np.int64),
        np.array([one.news2_low for one, _, _ in pairs], dtype=np.int64),
        np.array([person for _, _, person in pairs], dtype=np.int64),
    )
    if len(np.unique(made.people)) < FOLDS or len(np.unique(made.worst >= URGENT)) == 1:
        raise DatasetError("too few people, or only one outcome, to learn from")
    return made


def fit(taught: Lessons) -> Line:
    """Return one calibrated line; the same examples give the same numbers."""
    raw = _line(taught)
    said = np.full(len(taught.worst), 0.5)
    for learn, ask in GroupKFold(n_splits=FOLDS).split(taught.people, groups=taught.people):
        said[ask] = probabilities(_line(taught.only(learn)), taught.features[ask])
    ones = np.ones(len(said))
    slope, shift = platt(said, taught.worst >= URGENT, ones)
    return Line(
        tuple(round(slope * weight, DIGITS) for weight in raw.weights),
        round(slope * raw.intercept + shift, DIGITS),
    )


def _line(taught: Lessons) -> Line:
    weights, intercepts = [], []
    with threadpool_limits(limits=1):
        for level in SCORES:
            happened = taught.worst >= level
            if len(np.unique(happened)) == 1:
                continue
            model = LogisticRegression(C=STRENGTH, max_iter=3000)
            model.fit(taught.features, happened)
            weights.append(model.coef_[0])
            intercepts.append(model.intercept_[0])
    mean = np.mean(weights, axis=0)
    return Line(tuple(float(one) for one in mean), float(np.mean(intercepts)))


def probabilities(line: Line, features: "Floats") -> "Floats":
    """Return what a line says of many rows."""
    logit = features @ np.array(line.weights) + line.intercept
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -30, 30))))


def cross_fitted(taught: Lessons) -> "Floats":
    """Return what is said of every example by a line that was fitted to other people only."""
    said = np.full(len(taught.worst), np.nan)
    for learn, ask in GroupKFold(n_splits=FOLDS).split(taught.people, groups=taught.people):
        said[ask] = probabilities(fit(taught.only(learn)), taught.features[ask])
    return said


def proof_of(taught: Lessons, said: "Floats") -> ProgressiveProof:
    """Judge what was said beside NEWS2 and everybody's average, by person."""
    rows = zip(taught.people, said, taught.news2, taught.worst >= URGENT, strict=True)
    proof = prove([SaidExample(int(p), float(s), int(n), bool(h)) for p, s, n, h in rows])
    if proof is None:
        raise DatasetError("only one outcome to judge by")
    return proof


def train(collected: "Collected", name: str, data: str, licence: str) -> Warm:
    """Learn a warm version from what was collected, and judge it on people left out."""
    prior = PopulationModel.initial()
    taught = lessons([live(stay.person, _readings(stay), prior) for stay in collected.stays])
    return Warm(
        card=WarmCard(
            name=name,
            data=data,
            licence=licence,
            sha256=collected.sha256,
            people=len(np.unique(taught.people)),
            stays=len(collected.stays),
            examples=len(taught.worst),
            positives=int((taught.worst >= URGENT).sum()),
            left_out=collected.left_out,
            proof=proof_of(taught, cross_fitted(taught)),
            method="mean of logistic lines at NEWS2 3 to 7, calibrated and judged by person",
        ),
        line=fit(taught),
    )
