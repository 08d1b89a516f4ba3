"""What moves a prediction, in words: groups of features, the largest first."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.risk.explain import GROUPS, LEAST, MOST, WORDS, drivers
from analytics.risk.features import NAMES

PARTS = st.lists(st.floats(-3.0, 3.0), min_size=15, max_size=len(NAMES))


def _plainly(parts: list[float]) -> list[tuple[float, int, float]]:
    """The groups that count, feature by feature, as many as the model knows."""
    found = []
    for number, group in enumerate(GROUPS):
        size = sum((parts[at] for at in group if at < len(parts)), 0.0)
        if abs(size) >= LEAST:
            found.append((abs(size), number, size))
    return sorted(found, reverse=True)[:MOST]


@given(PARTS)
def test_each_group_is_told_with_its_sum_and_the_words_of_its_greatest(parts: list[float]) -> None:
    told = drivers(parts, [1.0] * len(NAMES))
    wanted = _plainly(parts)
    assert [size for _, size in told] == [round(size, 3) for _, _, size in wanted]
    for (words, _), (_, number, size) in zip(told, wanted, strict=True):
        known = [at for at in GROUPS[number] if at < len(parts)]
        greatest = max(known, key=lambda at: parts[at] if size > 0 else -parts[at])
        assert words == WORDS[greatest][0]
