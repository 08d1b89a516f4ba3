"""Numbers that are no measurement: other units and codes for "no reading", by metric.

Seen in public trouble reports of devices and their programs: SpO2 as a fraction, thermometers in
Fahrenheit, glucose in mmol/L, and codes of a sensor's state sent as values. A code counts only as
this exact number; a pulse of 0 is no such code, since it can be true.

Sources: the Bluetooth heart-rate and pulse-oximeter services (255, 127 and the special values of
IEEE 11073 floats: 2045-2050, 65535); Dexcom's sensor states sent as glucose (1-12, and 38, which
xDrip sends for a doubtful signal); 1 mmol/L of glucose is 18.016 mg/dL, 1 kPa is 7.50062 mmHg, 1 lb
is 0.45359237 kg.
"""

from dataclasses import dataclass

from analytics.domain.vitals import FACTS, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherUnit:
    """Another unit in which a metric is sent by mistake; ours = (value + offset) x factor.

    Attributes:
        words: its name, or how the number is meant.
        certain: a number that is plausible in it cannot be one of ours.
        fractional: a number with decimals that is plausible in it is hardly one of ours.
        decimals: only a number with decimals is taken for it: a pulse of 1 may be one.
        exact: within this share of the person's own values; None: the policy's share.
    """

    words: str
    factor: float = 1.0
    offset: float = 0.0
    certain: bool = False
    fractional: bool = False
    decimals: bool = False
    exact: float | None = None

    def ours(self, value: float) -> float:
        """Return the value in the metric's own unit, to one decimal."""
        return round((value + self.offset) * self.factor, 1)


_SHIFTED = (
    OtherUnit(words="as hundredths", factor=0.01, exact=0.05),
    OtherUnit(words="as tenths", factor=0.1, exact=0.05),
    OtherUnit(words="as hundreds", factor=100.0, decimals=True, exact=0.05),
)
"""A decimal point in another place: only beside a value of this person that it then equals."""
OTHER_UNITS: dict[int, tuple[OtherUnit, ...]] = {
    Metric.HR: (
        OtherUnit(words="per second", factor=60.0, fractional=True, decimals=True),
        *_SHIFTED,
    ),
    Metric.RR: (
        OtherUnit(words="per second", factor=60.0, fractional=True, decimals=True),
        *_SHIFTED,
    ),
    Metric.SPO2: (OtherUnit(words="as a fraction", factor=100.0, certain=True), *_SHIFTED),
    Metric.TEMP: (
        OtherUnit(words="°F", factor=5 / 9, offset=-32.0, certain=True),
        OtherUnit(words="K", offset=-273.15, certain=True),
        *_SHIFTED,
    ),
    Metric.SBP: (OtherUnit(words="kPa", factor=7.50062), *_SHIFTED),
    Metric.DBP: (OtherUnit(words="kPa", factor=7.50062), *_SHIFTED),
    Metric.GLUCOSE: (OtherUnit(words="mmol/L", factor=18.016, fractional=True), *_SHIFTED),
    Metric.WEIGHT: (
        OtherUnit(words="lb", factor=0.45359237, exact=0.05),
        OtherUnit(words="g", factor=0.001, certain=True),
        *_SHIFTED,
    ),
}
"""What a number may be in place of our unit, the likeliest first."""

_SPECIAL = (-1, 255, 511, 1023, *range(2045, 2051), 8191, 8388607, 32767, 32768, 65535)
_SENSOR_STATES = range(13)
NO_READING: dict[int, frozenset[float]] = {
    int(metric): frozenset(map(float, _SPECIAL)) for metric in FACTS
}
"""Exact numbers that say "no reading", whatever came before."""
for _metric, _more in (
    (Metric.SPO2, (127,)),
    (Metric.RR, (127,)),
    (Metric.TEMP, (0, 127)),
    (Metric.SBP, (0, 127)),
    (Metric.DBP, (0, 127)),
    (Metric.GLUCOSE, _SENSOR_STATES),
):
    NO_READING[_metric] |= frozenset(map(float, _more))
for _metric in (Metric.WEIGHT, Metric.STEPS, Metric.SBP, Metric.DBP, Metric.GLUCOSE):
    _low, _high = FACTS[_metric].plausible
    NO_READING[_metric] = frozenset(
        code for code in NO_READING[_metric] if not _low <= code <= _high
    )

PLAUSIBLE_CODES: dict[int, frozenset[float]] = {
    Metric.HR: frozenset({127.0}),
    Metric.SBP: frozenset({255.0}),
    Metric.GLUCOSE: frozenset({38.0}),
}
"""Codes that may be true: they count as codes only where the step to them is not to be believed."""
JUMPS: dict[int, float] = {Metric.HR: 30.0, Metric.SBP: 60.0, Metric.GLUCOSE: 10.0}
"""That step: in the metric's unit within the policy's time; of glucose, mg/dL a minute (proposed;
measured falls of interstitial glucose seldom pass 4 mg/dL a minute)."""
LIVING_ZERO: frozenset[int] = frozenset({Metric.HR, Metric.RR, Metric.SPO2})
"""Metrics of which 0 is either no reading or an arrest: it waits its time, and then it calls."""
