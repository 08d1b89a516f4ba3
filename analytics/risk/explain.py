"""What drives a probability, in words for clinicians: what it is, and to which side.

Level, trend and deviation of one measurement share one cause, and their parts in the log-odds pull
against each other: they are told as one, by their sum, in the words of the part that counts most on
that side. The sign says whether it raises the risk.
"""

from collections.abc import Sequence

from analytics.risk.features import NAMES, SPEC

_SPECIFIC: tuple[tuple[str, str, str, str], ...] = (
    ("heart rate", "pulse fast", "pulse slow", "pulse"),
    ("breathing rate", "breathing fast", "breathing slow", "breathing"),
    ("SpO2", "oxygen saturation high", "oxygen saturation low", "oxygen saturation"),
    ("temperature", "temperature high", "temperature low", "temperature"),
    ("systolic pressure", "systolic pressure high", "systolic pressure low", "systolic pressure"),
)
_FASTER = {"heart rate": ("faster", "slower"), "breathing rate": ("faster", "slower")}


def _words() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name, high, low, noun in _SPECIFIC:
        up, down = _FASTER.get(name, ("higher", "lower"))
        found[f"{name} level"] = (high, low)
        found[f"{name} against the last hours"] = (
            f"{noun} {up} than in the last hours",
            f"{noun} {down} than in the last hours",
        )
        found[f"{name} against own baseline"] = (
            f"{noun} {up} than their usual",
            f"{noun} {down} than their usual",
        )
    return found | {
        "NEWS2": ("NEWS2 now", "NEWS2 now"),
        "NEWS2 not known": ("part of NEWS2 is not known", "NEWS2 is complete"),
        "a parameter scoring 3": ("one parameter scores 3", "no parameter scores 3"),
        "on oxygen": ("on oxygen", "on room air"),
        "NEWS2 of the last 2 hours": ("NEWS2 of the last 2 hours", "NEWS2 of the last 2 hours"),
        "NEWS2 of the last 8 hours": ("NEWS2 of the last 8 hours", "NEWS2 of the last 8 hours"),
        "NEWS2 of the last day": ("NEWS2 of the last day", "NEWS2 of the last day"),
        "share of the last day at NEWS2 of 5 or more": (
            "much of the last day at NEWS2 of 5 or more",
            "little of the last day at NEWS2 of 5 or more",
        ),
        "highest NEWS2 lately": ("highest NEWS2 lately", "highest NEWS2 lately"),
        "NEWS2 of 5 or more lately": ("NEWS2 of 5 or more lately", "no NEWS2 of 5 or more lately"),
        "never at NEWS2 of 5 or more": (
            "never at NEWS2 of 5 or more so far",
            "has been at NEWS2 of 5 or more",
        ),
        "own record of deteriorations": (
            "has often deteriorated before",
            "has seldom deteriorated before",
        ),
    }


WORDS: tuple[tuple[str, str], ...] = tuple(_words()[name] for name in NAMES)
"""For a value above and below what is usual, in the order of the features."""


PER_METRIC = 3
_FIRST_OTHER = PER_METRIC * len(SPEC)
_COURSE = ("NEWS2", *NAMES[NAMES.index("NEWS2 of the last 2 hours") :])
GROUPS: tuple[tuple[int, ...], ...] = (
    *(tuple(range(at, at + PER_METRIC)) for at in range(0, _FIRST_OTHER, PER_METRIC)),
    tuple(NAMES.index(name) for name in _COURSE),
    *((at,) for at in range(_FIRST_OTHER, len(NAMES)) if NAMES[at] not in _COURSE),
)
"""Features that are told as one."""
_OF_METRICS = [(at, at + 1, at + 2) for at in range(0, _FIRST_OTHER, PER_METRIC)]
_OF_COURSE = GROUPS[len(SPEC)]
_SINGLE = [at for (at,) in GROUPS[len(SPEC) + 1 :]]
_NOTHING = (0.0,) * len(NAMES)
MOST = 3
LEAST = 0.1


def drivers(parts: Sequence[float], features: Sequence[float]) -> tuple[tuple[str, float], ...]:
    """Return what moves a prediction most: words and size in log-odds, largest first.

    Args:
        parts: what each feature adds to the log-odds, as many as the model knows.
        features: their values.
    """
    found = [
        (abs(size), number, size)
        for number, size in enumerate(_sizes(parts))
        if not -LEAST < size < LEAST
    ]
    found.sort(reverse=True)
    return tuple(
        [
            (_words_of(GROUPS[number], parts, features, size), round(size, 3))
            for _, number, size in found[:MOST]
        ]
    )


def _sizes(parts: Sequence[float]) -> list[float]:
    """What each group adds, in the order of its features: a sum depends on it in the last bit."""
    every = parts if len(parts) == len(NAMES) else (*parts, *_NOTHING[len(parts) :])
    sizes = [every[level] + every[trend] + every[own] for level, trend, own in _OF_METRICS]
    course = 0.0
    for at in _OF_COURSE:
        course += every[at]
    sizes.append(course)
    sizes += [every[at] for at in _SINGLE]
    return sizes


def _words_of(
    group: tuple[int, ...], parts: Sequence[float], features: Sequence[float], size: float
) -> str:
    """The words of the feature that moves its group most, in the group's direction."""
    sign = 1.0 if size > 0 else -1.0
    first, most = group[0], sign * parts[group[0]]
    for at in group[1:]:
        if at < len(parts) and sign * parts[at] > most:
            first, most = at, sign * parts[at]
    above, below = WORDS[first]
    return above if features[first] >= 0 else below
