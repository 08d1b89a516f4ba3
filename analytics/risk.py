"""skeleton"""

from typing import Self
from msgspec import Struct


class Example(Struct, frozen=True, gc=False, array_like=True):
    """A matured training example.

    Attributes:
        at_ms: event time at which the prediction was made.
        features: as :data:`analytics.features.NAMES` orders them.
        probability: what the model said then (progressive validation).
        model_version: the version that said it.
        news2_low: NEWS2 lower bound then: the plain rule that the model must beat.
        deteriorated: the label, known only after the horizon.
    """

    at_ms: int
    features: tuple[float, ...]
    probability: float
    model_version: int
    news2_low: int
    deteriorated: bool


class PopulationModel:
    """One immutable version of the population model."""

    version: int

    @classmethod
    def initial(cls) -> Self:
        """Return version 0: a prior from NEWS2, which never raises."""
        raise NotImplementedError

    @classmethod
    def trained_on(cls, examples: list[Example], previous: Self) -> Self:
        """Return the next version, learnt from matured examples in the order given."""
        raise NotImplementedError

    def snapshot(self) -> bytes:
        raise NotImplementedError

    @classmethod
    def restore(cls, data: bytes) -> Self:
        raise NotImplementedError
