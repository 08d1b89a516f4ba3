"""Every target with right input, broken input and any bytes; ``make fuzz`` asks for longer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.examples import EXAMPLES
from tests.fuzz.targets import TARGETS

DATA = st.data()


def broken(example: bytes) -> st.SearchStrategy[bytes]:
    """An example with a piece of it taken out, doubled or put in."""
    place = st.integers(0, len(example))
    return st.builds(
        lambda a, b, piece: example[: min(a, b)] + piece + example[max(a, b) :],
        place,
        place,
        st.binary(max_size=12)
        | st.sampled_from([example, b"\x00", b"\xff", b"|", b'"', b"9" * 30]),
    )


def test_every_target_has_examples() -> None:
    assert set(TARGETS) == set(EXAMPLES)


@pytest.mark.parametrize("name", TARGETS)
def test_right_input_is_read(name: str) -> None:
    for example in EXAMPLES[name]:
        TARGETS[name](example)


@pytest.mark.parametrize("name", TARGETS)
@given(data=DATA)
def test_any_input_is_taken_or_refused(name: str, data: st.DataObject) -> None:
    several = st.one_of(*map(broken, EXAMPLES[name]))
    TARGETS[name](data.draw(several | st.binary(max_size=300)))
