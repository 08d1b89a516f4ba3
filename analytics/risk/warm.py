"""The warm version that is shipped: what a ward begins with before it has learnt anything itself.

A small readable file of our own learnt coefficients, with a card that says from whom, under which
licence, and how good it was on people who took no part in the fit. ``homeward train`` makes it.
"""

from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from analytics.errors import SnapshotError
from analytics.risk.model import LINE, ModelState, PopulationModel
from analytics.risk.predictors import Line
from analytics.risk.proof import ProgressiveProof

FILE = Path(__file__).with_name("warm_mimic_iv_demo.json")


class WarmCard(Struct, frozen=True, kw_only=True):
    """What a version was made from, and how good it was on people left out of the fit.

    Attributes:
        name: short, of the recordings.
        data: what they are, with their date.
        licence: under which they may be used.
        sha256: of what was left after cleaning, in a fixed order.
        people, stays, examples, positives: how many.
        left_out: values that cleaning took away.
        proof: figures on people who took no part in the fit, with intervals by person.
        method: how it was learnt.
        caution: what it does not show.
    """

    name: str
    data: str
    licence: str
    sha256: str
    people: int
    stays: int
    examples: int
    positives: int
    left_out: int
    proof: ProgressiveProof
    method: str
    caution: str = "Hospital patients, not people at home: not yet proven here."


class Warm(Struct, frozen=True, kw_only=True, dict=True):
    """A version to begin with, and its card."""

    card: WarmCard
    line: Line

    @cached_property
    def origin(self) -> str:
        """Its name with the first digits of the hash of its bytes: what a ward knows it by."""
        return f"{self.card.name}-{sha256(encode(self)).hexdigest()[:12]}"

    def card_json(self) -> dict[str, object]:
        """Return the card as plain values."""
        return {str(key): value for key, value in msgspec.to_builtins(self.card).items()}

    def version(self, number: int) -> PopulationModel:
        """Return it as a ward's version of this number: nothing has been proven there yet."""
        state = ModelState(
            version=number,
            weights=self.line.weights,
            intercept=self.line.intercept,
            champion=LINE,
            origin=self.origin,
            behind=self.card.examples,
        )
        return PopulationModel(state)


def encode(warm: Warm) -> bytes:
    """Return the file: readable, in a fixed order, the same bytes for the same version."""
    return msgspec.json.format(msgspec.json.encode(warm), indent=1) + b"\n"


def decode(data: bytes) -> Warm:
    """Return the version in a file.

    Raises:
        SnapshotError: if the bytes are damaged.
    """
    try:
        warm = msgspec.json.decode(data, type=Warm)
    except msgspec.DecodeError as error:
        raise SnapshotError(f"a warm version cannot be read: {error}") from error
    if not warm.line.finite:
        raise SnapshotError("a warm version has weights that are no numbers")
    return warm


@lru_cache(maxsize=1)
def shipped() -> Warm:
    """Return the version that this program brings."""
    return decode(FILE.read_bytes())
