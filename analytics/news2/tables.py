"""The NEWS2 chart as lookup tables, and the rounding that comes before a look-up.

Source: Royal College of Physicians, *National Early Warning Score (NEWS) 2*, 2017, reproduced
with acknowledgement. The bands are defined for whole numbers (0.1 Cel for temperature), so a
reading is rounded to the chart's resolution first, half up on its shortest decimal, and then
looked up: no gaps between bands, and 37.05 (which no binary float is) goes to 37.1.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

_TIE = 1e-6
_TENTHS = 10

Bands = tuple[tuple[int, int], ...]
RR_BANDS: Bands = ((8, 3), (11, 1), (20, 0), (24, 2), (9999, 3))
SPO2_BANDS: Bands = ((91, 3), (93, 2), (95, 1), (9999, 0))
SPO2_2_AIR_BANDS: Bands = ((83, 3), (85, 2), (87, 1), (9999, 0))
SPO2_2_OXYGEN_BANDS: Bands = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (9999, 3))
SBP_BANDS: Bands = ((90, 3), (100, 2), (110, 1), (219, 0), (9999, 3))
HR_BANDS: Bands = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (9999, 3))
ACVPU_BANDS: Bands = ((0, 0), (9999, 3))
TEMP_BANDS: Bands = ((350, 3), (360, 1), (380, 0), (390, 1), (9999, 2))
"""Upper end of each band (chart units, included) with its points, lowest band first."""
OXYGEN_POINTS = 2
MAX_POINTS = 3
UNKNOWN_SPO2 = 101
UNKNOWN_O2 = 2


def whole(value: float) -> int:
    """Round a reading half up to a whole number, on its shortest decimal."""
    base = int(value)
    rest = value - base
    if rest == 0.0:
        return base
    if -_TIE < rest - 0.5 < _TIE:
        return int(Decimal(repr(value)).to_integral_value(ROUND_HALF_UP))
    return base + (rest > 0.5)  # noqa: PLR2004 - half is half


def tenths(value: float) -> int:
    """Round a temperature half up to 0.1, on its shortest decimal; return it in tenths."""
    scaled = value * _TENTHS
    base = int(scaled)
    rest = scaled - base
    if -_TIE < rest - 0.5 < _TIE:
        return int((Decimal(repr(value)) * _TENTHS).to_integral_value(ROUND_HALF_UP))
    return base + (rest > 0.5)  # noqa: PLR2004 - half is half


def table(bands: Bands, size: int) -> bytes:
    """Return the points of the chart values 0 to ``size`` - 1 as one byte each."""
    return bytes(next(points for end, points in bands if value <= end) for value in range(size))


RR_POINTS = table(RR_BANDS, 256)
SBP_POINTS = table(SBP_BANDS, 512)
HR_POINTS = table(HR_BANDS, 512)
ACVPU_POINTS = table(ACVPU_BANDS, 16)
TEMP_POINTS = table(TEMP_BANDS, 512)

Oxygenation = tuple[int, int, bool, bool]
"""Lowest and highest points of SpO2 and oxygen together, whether SpO2 certainly scores 3, and
whether knowing the oxygen would narrow it by more than a third of the chart can."""


def _oxygenation(spo2: int, oxygen: int, tables: tuple[bytes, bytes]) -> Oxygenation:
    states = (0, 1) if oxygen == UNKNOWN_O2 else (oxygen,)
    options = []
    for state in states:
        known = spo2 != UNKNOWN_SPO2
        points = (tables[state][spo2],) if known else (0, MAX_POINTS)
        options += [(point, state) for point in points]
    sums = [point + OXYGEN_POINTS * state for point, state in options]
    sure_3 = all(point == MAX_POINTS for point, _ in options)
    wide = oxygen == UNKNOWN_O2 and spo2 != UNKNOWN_SPO2 and max(sums) - min(sums) > MAX_POINTS
    return min(sums), max(sums), sure_3, wide


def _oxygen_grid(air: Bands, oxygen: Bands) -> tuple[tuple[Oxygenation, ...], ...]:
    tables = (table(air, UNKNOWN_SPO2), table(oxygen, UNKNOWN_SPO2))
    return tuple(
        tuple(_oxygenation(spo2, o2, tables) for spo2 in range(UNKNOWN_SPO2 + 1))
        for o2 in range(UNKNOWN_O2 + 1)
    )


OXYGENATION: dict[int, tuple[tuple[Oxygenation, ...], ...]] = {
    1: _oxygen_grid(SPO2_BANDS, SPO2_BANDS),
    2: _oxygen_grid(SPO2_2_AIR_BANDS, SPO2_2_OXYGEN_BANDS),
}
"""By scale, then oxygen (0 air, 1 oxygen, 2 unknown), then SpO2 (101 unknown)."""

SIMPLE: tuple[tuple[int, bytes, Callable[[float], int]], ...] = (
    (1, RR_POINTS, whole),
    (2, SBP_POINTS, whole),
    (4, HR_POINTS, whole),
    (8, TEMP_POINTS, tenths),
    (16, ACVPU_POINTS, whole),
)
"""Bit, points and rounding of breathing rate, systolic, pulse, temperature, consciousness."""
