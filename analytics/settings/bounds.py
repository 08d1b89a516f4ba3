"""Bounds of a limit: hard ones never moved, soft ones when a person says that it is meant.

A limit beyond a soft bound is one of which a typing error is likelier than a decision, or that
silences (or floods) a metric: it must be confirmed, with a reason and an end. All proposed, from
where one parameter of NEWS2 scores 2 or 3 (RCP 2017), the levels of hypo- and hyperglycaemia (ADA)
and the plausible ranges of ``analytics.domain.vitals``; a site must approve them.
"""

from typing import NamedTuple

from analytics.domain.vitals import FACTS, Metric


class Side(NamedTuple):
    """One side of one metric's limit, in its unit, ends included.

    Attributes:
        hard: outside these it is refused.
        soft: outside these it must be confirmed; None: no value on this side needs that.
    """

    hard: tuple[float, float]
    soft: tuple[float, float] | None = None


SOFT: dict[tuple[Metric, str], Side] = {
    (Metric.HR, "low"): Side((20, 100), (35, 60)),
    (Metric.HR, "high"): Side((60, 250), (95, 150)),
    (Metric.RR, "low"): Side((4, 20), (6, 12)),
    (Metric.RR, "high"): Side((12, 60), (18, 35)),
    (Metric.SPO2, "low"): Side((50, 100), (85, 95)),
    (Metric.SPO2, "high"): Side((80, 100), (92, 100)),
    (Metric.TEMP, "low"): Side((30, 37), (34, 36.5)),
    (Metric.TEMP, "high"): Side((36, 43), (37.5, 40)),
    (Metric.SBP, "low"): Side((50, 160), (80, 120)),
    (Metric.SBP, "high"): Side((100, 260), (130, 200)),
    (Metric.DBP, "low"): Side((20, 100), (35, 70)),
    (Metric.DBP, "high"): Side((50, 160), (80, 120)),
    (Metric.GLUCOSE, "low"): Side((40, 150), (60, 110)),
    (Metric.GLUCOSE, "high"): Side((100, 600), (140, 350)),
}
CRITICAL: dict[tuple[Metric, str], tuple[float, float]] = {
    (Metric.HR, "low"): (20, 45),
    (Metric.HR, "high"): (130, 250),
    (Metric.RR, "low"): (4, 9),
    (Metric.RR, "high"): (25, 60),
    (Metric.SPO2, "low"): (70, 91),
    (Metric.TEMP, "low"): (30, 35),
    (Metric.TEMP, "high"): (39, 43),
    (Metric.SBP, "low"): (50, 91),
    (Metric.SBP, "high"): (180, 260),
    (Metric.DBP, "low"): (20, 45),
    (Metric.DBP, "high"): (110, 160),
    (Metric.GLUCOSE, "low"): (30, 60),
    (Metric.GLUCOSE, "high"): (350, 600),
}
"""Where the absolute limits may lie: they page, so they can be moved and never taken away."""


CONFIRMED_DAYS = 92
"""For at most so long a limit beyond a soft bound is taken: a season, then somebody looks again
(proposed)."""
_AROUND = 0.25
"""Of a limit by age, a person's own may differ by so much unconfirmed (proposed)."""


def bounds_around(metric: Metric, usual: float | None) -> Side:
    """Return how far a limit may be moved of a person whom the adult bounds do not fit.

    Args:
        metric: what is limited.
        usual: the limit that their age gives on that side, if any.
    """
    if usual is None:
        return Side(FACTS[metric].plausible)
    lowest, highest = FACTS[metric].plausible
    soft = (max(lowest, usual * (1 - _AROUND)), min(highest, usual * (1 + _AROUND)))
    return Side((lowest, highest), soft)


def bounds_of(metric: Metric, side: str) -> Side:
    """Return how far one side of a metric's limit may be moved."""
    return SOFT.get((metric, side)) or Side(FACTS[metric].plausible)
