"""A curve as a vector drawing: the mean as a line, lowest to highest as a band, limits dashed.

Slices without a reading leave a gap: what was not measured is not drawn as if it had been.
"""

from datetime import datetime, timedelta
from typing import Any

from reportlab.graphics.shapes import Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import HexColor

from api.report.gathering import SLICES, Curve

WIDTH, HEIGHT = 500.0, 96.0
_LEFT, _BOTTOM, _TOP = 34.0, 14.0, 16.0
_INK, _SOFT = HexColor("#1b2a33"), HexColor("#5b6b75")
_TRACE, _BAND, _LIMIT = HexColor("#0b5c8a"), HexColor("#cfe3ef"), HexColor("#a12622")
_GAP_SLICES = 3


def drawn(curve: Curve, start: datetime, end: datetime, font: str) -> Drawing:
    """Return the drawing of a curve over a stretch of time.

    Args:
        curve: with at least one point.
        start: at its left.
        end: at its right, later than ``start``.
        font: of the words; one that the document has.
    """
    drawing = Drawing(WIDTH, HEIGHT)
    low, high = _bounds(curve)
    seconds = max((end - start).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return _LEFT + (WIDTH - _LEFT) * min(max((at - start).total_seconds() / seconds, 0), 1)

    def y(value: float) -> float:
        return _BOTTOM + (HEIGHT - _BOTTOM - _TOP) * (value - low) / (high - low)

    _frame(drawing, curve, start, end, font)
    for value in (low, high):
        drawing.add(_words(f"{value:g}", _LEFT - 3, y(value) - 3, font, anchor="end"))
    for part in _parts(curve, timedelta(seconds=_GAP_SLICES * seconds / SLICES)):
        band = [c for at, least, _, _ in part for c in (x(at), y(least))]
        band += [c for at, _, _, most in reversed(part) for c in (x(at), y(most))]
        line = [c for at, _, mean, _ in part for c in (x(at), y(mean))]
        if len(part) == 1:  # alone: a point has no length, so it is given some
            line = [line[0] - 0.8, line[1], line[0] + 0.8, line[1]]
        else:
            drawing.add(Polygon(band, fillColor=_BAND, strokeColor=None))
        drawing.add(PolyLine(line, strokeColor=_TRACE, strokeWidth=0.9))
    for limit in (curve.low, curve.high):
        if limit is not None and low <= limit <= high:
            at = y(limit)
            dash = {"strokeColor": _LIMIT, "strokeWidth": 0.6, "strokeDashArray": [3, 2]}
            drawing.add(Line(_LEFT, at, WIDTH, at, **dash))
    return drawing


def _frame(drawing: Any, curve: Curve, start: datetime, end: datetime, font: str) -> None:  # noqa: ANN401
    inner = HEIGHT - _BOTTOM - _TOP
    drawing.add(
        Rect(
            _LEFT, _BOTTOM, WIDTH - _LEFT, inner, fillColor=None, strokeColor=_SOFT, strokeWidth=0.4
        )
    )
    title = f"{curve.label} {curve.unit}".strip()
    drawing.add(_words(title, _LEFT, HEIGHT - 10, font, size=8, color=_INK))
    form = "%d %b %H:%M"
    drawing.add(_words(start.strftime(form), _LEFT, 3, font))
    drawing.add(_words(end.strftime(form), WIDTH, 3, font, anchor="end"))


def _words(
    text: str,
    x: float,
    y: float,
    font: str,
    *,
    anchor: str = "start",
    size: int = 6,
    color: Any = _SOFT,  # noqa: ANN401
) -> String:
    return String(x, y, text, fontName=font, fontSize=size, fillColor=color, textAnchor=anchor)


def _bounds(curve: Curve) -> tuple[float, float]:
    """Return what the axis spans: everything measured, and the limits where they are near."""
    low = min(point[1] for point in curve.points)
    high = max(point[3] for point in curve.points)
    room = max(high - low, 1.0)
    for limit in (curve.low, curve.high):
        if limit is not None and low - room <= limit <= high + room:
            low, high = min(low, limit), max(high, limit)
    margin = 0.08 * max(high - low, 1.0)
    return round(low - margin, 1), round(high + margin, 1)


def _parts(curve: Curve, gap: timedelta) -> list[list[tuple[datetime, float, float, float]]]:
    """Return the stretches without a gap."""
    parts: list[list[tuple[datetime, float, float, float]]] = []
    for point in curve.points:
        if not parts or point[0] - parts[-1][-1][0] > gap:
            parts.append([])
        parts[-1].append(point)
    return parts
