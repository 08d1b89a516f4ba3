"""Plots of a report as inline SVG: intervals beside a plain rule, bars, a calibration curve."""

from collections.abc import Sequence
from html import escape
from math import isnan
from typing import NamedTuple

WIDTH = 900
LABEL = 420
ROW = 24
_INK, _OURS, _RULE, _GRID = "#1a1d21", "#0b6e99", "#b4540a", "#d8dce1"


class Interval(NamedTuple):
    """A figure with its interval, and the plain rule's."""

    label: str
    value: float
    ci95: tuple[float, float]
    rule: float


class Bar(NamedTuple):
    """A rate with its interval."""

    label: str
    value: float
    ci95: tuple[float, float]


def intervals(rows: Sequence[Interval]) -> str:
    """Draw figures between 0 and 1 (or what they reach) with their intervals and rules."""
    most = max([1.0, *(one.ci95[1] for one in rows if not isnan(one.ci95[1]))])
    scale = _Scale(most)
    drawn = [_grid(scale, len(rows))]
    for at, one in enumerate(rows):
        y = at * ROW + ROW / 2
        drawn.append(_label(one.label, y))
        drawn.append(_whisker(scale, one.ci95, y))
        drawn.append(f'<circle cx="{scale.x(one.value):.1f}" cy="{y}" r="4.5" fill="{_OURS}"/>')
        if not isnan(one.rule):
            drawn.append(
                f'<circle cx="{scale.x(one.rule):.1f}" cy="{y}" r="4.5" fill="none" '
                f'stroke="{_RULE}" stroke-width="1.6"/>'
            )
    return _svg(len(rows), drawn)


def bars(rows: Sequence[Bar]) -> str:
    """Draw rates as bars with their intervals."""
    most = max([0.01, *(one.ci95[1] for one in rows if not isnan(one.ci95[1]))])
    scale = _Scale(most)
    drawn = [_grid(scale, len(rows))]
    for at, one in enumerate(rows):
        y = at * ROW + ROW / 2
        width = max(0.5, scale.x(one.value) - LABEL)
        drawn.append(_label(one.label, y))
        drawn.append(
            f'<rect x="{LABEL}" y="{y - 7}" width="{width:.1f}" height="14" '
            f'fill="{_OURS}" fill-opacity=".45"/>'
        )
        drawn.append(_whisker(scale, one.ci95, y))
    return _svg(len(rows), drawn)


def calibration(curve: Sequence[tuple[float, float, int]]) -> str:
    """Draw what happened over what was said; on the dashed line they are the same."""
    side = 260

    def at(said: float, happened: float) -> str:
        return f"{40 + said * side:.1f},{10 + (1 - happened) * side:.1f}"

    line = " ".join(at(said, happened) for said, happened, _ in curve)
    dots = "".join(
        '<circle cx="{}" cy="{}" r="4" fill="{}"><title>{}</title></circle>'.format(
            *at(said, happened).split(","), _OURS, f"said {said:.2f}, happened {happened:.2f}, {n}"
        )
        for said, happened, n in curve
    )
    ticks = "".join(
        f'<text x="{40 + tick * side:.0f}" y="{side + 26}" font-size="11" text-anchor="middle">'
        f'{tick:g}</text><text x="34" y="{14 + (1 - tick) * side:.0f}" font-size="11" '
        f'text-anchor="end">{tick:g}</text>'
        for tick in (0.0, 0.5, 1.0)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side + 60} {side + 50}" role="img" '
        f'width="{side + 60}" height="{side + 50}" font-family="system-ui,sans-serif" '
        f'fill="{_INK}"><title>What happened over what was said</title>'
        f'<rect x="40" y="10" width="{side}" height="{side}" fill="none" stroke="{_GRID}"/>'
        f'<polyline points="{at(0, 0)} {at(1, 1)}" fill="none" stroke="{_RULE}" '
        f'stroke-dasharray="5 4"/><polyline points="{line}" fill="none" stroke="{_OURS}" '
        f'stroke-width="2"/>{dots}{ticks}<text x="{40 + side / 2:.0f}" y="{side + 44}" '
        'font-size="12" text-anchor="middle">said, against what happened</text></svg>'
    )


class _Scale(NamedTuple):
    most: float

    def x(self, value: float) -> float:
        """Return where a value lies across."""
        inside = min(max(value, 0.0), self.most)
        return LABEL + inside / self.most * (WIDTH - LABEL - 30)


def _grid(scale: _Scale, rows: int) -> str:
    lines = []
    for step in range(5):
        value = scale.most * step / 4
        x = scale.x(value)
        lines.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{rows * ROW}" stroke="{_GRID}"/>'
            f'<text x="{x:.1f}" y="{rows * ROW + 15}" font-size="11" text-anchor="middle" '
            f'fill="{_INK}">{value:.3g}</text>'
        )
    return "".join(lines)


def _label(text: str, y: float) -> str:
    short = text if len(text) <= 66 else f"{text[:65]}…"  # noqa: PLR2004 - what fits
    return (
        f'<text x="{LABEL - 8}" y="{y + 4}" font-size="11.5" text-anchor="end" '
        f'fill="{_INK}">{escape(short)}<title>{escape(text)}</title></text>'
    )


def _whisker(scale: _Scale, span: tuple[float, float], y: float) -> str:
    if isnan(span[0]) or isnan(span[1]):
        return ""
    return (
        f'<line x1="{scale.x(span[0]):.1f}" x2="{scale.x(span[1]):.1f}" y1="{y}" y2="{y}" '
        f'stroke="{_INK}" stroke-width="1.4"/>'
    )


def _svg(rows: int, drawn: Sequence[str]) -> str:
    height = rows * ROW + 22
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'width="{WIDTH}" height="{height}" font-family="system-ui,sans-serif">{"".join(drawn)}'
        "</svg>"
    )
