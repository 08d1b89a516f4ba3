"""The palette's contrast, computed as WCAG 2.2 does: 4.5 for words, 3 for edges and shapes."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[4] / "api/dashboard/static/css/tokens.css"
WORDS = [
    *[(ink, ground) for ink in ("ink", "soft") for ground in ("page", "surface", "sunken")],
    *[("accent", ground) for ground in ("page", "surface", "sunken")],
    ("on-accent", "accent"),
    *[(f"on-{level}", level) for level in ("high", "medium", "low")],
    *[(f"{level}-ink", "surface") for level in ("high", "medium", "low")],
    *[(f"{level}-ink", f"{level}-wash") for level in ("high", "medium", "low")],
    *[("ink", f"{level}-wash") for level in ("high", "medium", "low")],
    *[("soft", f"{level}-wash") for level in ("high", "medium", "low")],
    *[(f"{level}-ink", ground) for level in ("high", "medium") for ground in ("page", "sunken")],
    *[("accent", f"{level}-wash") for level in ("high", "medium")],
    ("good-ink", "surface"),
]
EDGES = [
    ("edge", "surface"),
    ("edge", "page"),
    ("high", "surface"),
    ("accent", "surface"),
    ("trace", "surface"),
    ("trace-2", "surface"),
]


def palette(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    pattern = r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})\b"
    found = dict(re.findall(pattern, light))
    return found if scheme == "light" else found | dict(re.findall(pattern, dark))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), WORDS)
def test_words_can_be_read(scheme: str, ink: str, ground: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_can_be_seen(scheme: str, edge: str, ground: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[edge], colours[ground]) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_priorities_differ_in_lightness_too(scheme: str) -> None:
    """Red and yellow stay apart for who sees no red; cyan and yellow also differ by shape."""
    colours = palette(scheme)
    assert contrast(colours["high"], colours["medium"]) >= 3
    assert contrast(colours["high"], colours["low"]) >= 2.2
