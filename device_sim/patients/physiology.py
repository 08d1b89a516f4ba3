"""Seeded patients: who they are, and what their body would read at any moment.

A reading is a pure function of (patient, moment): circadian rhythm, slow drift and noise that
metrics share where bodies do (heart and breathing rate rise together). No state means that a
``measure`` command can be answered at any time and that a run is repeatable from its seed.

The figures are made up to look like people, within published ranges (resting heart rate 40-109
between healthy people, mean 65: Quer 2020; COPD baselines of 87-91 % SpO2); they are for testing
software and describe nobody.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

DAY_MS = 86_400_000
_TROUGH_MS = 4 * 3_600_000
_MASK = (1 << 64) - 1
_DECIMALS = {"temp": 1, "weight": 1}

_FIRST = "Ada Ben Chloe Dev Elif Finn Grace Hugo Ines Jan Kofi Lena Mei Noor Olga Paul Rosa Sami"
_LAST = "Abara Brandt Costa Dietz Eriksen Fofana Gupta Hughes Ito Jensen Kaya Lopez Meyer Novak"
FIRST_NAMES = tuple(_FIRST.split())
LAST_NAMES = tuple(_LAST.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChronicCondition:
    """A chronic condition: how it shifts a healthy baseline, and its SpO2 scale in NEWS2."""

    name: str
    shift: Mapping[str, float]
    spo2_scale: int = 1
    glucose: bool = False


CONDITIONS = (
    ChronicCondition(name="none", shift={}),
    ChronicCondition(name="hypertension", shift={"sbp": 22, "dbp": 10}),
    ChronicCondition(name="copd", shift={"spo2": -7, "rr": 2, "hr": 6}, spo2_scale=2),
    ChronicCondition(name="heart failure", shift={"hr": 8, "spo2": -0.5, "sbp": -6, "weight": 8}),
    ChronicCondition(name="type 2 diabetes", shift={"glucose": 40, "weight": 9}, glucose=True),
)

_HEALTHY: dict[str, tuple[float, float]] = {
    "hr": (68, 5),
    "spo2": (97.6, 0.4),
    "rr": (15, 0.8),
    "temp": (36.7, 0.12),
    "sbp": (126, 6),
    "dbp": (76, 4),
    "glucose": (102, 6),
    "weight": (74, 9),
}
_CIRCADIAN = {"hr": 5.0, "rr": 0.6, "temp": 0.25, "sbp": 6.0, "dbp": 4.0}
_NOISE = {"hr": 2.5, "spo2": 0.5, "rr": 0.8, "temp": 0.06, "sbp": 4.0, "dbp": 3.0, "glucose": 7.0}
_AROUSAL = {"hr": 3.0, "rr": 0.7, "sbp": 3.0, "dbp": 1.5}
_LIMITS = {"spo2": (50.0, 100.0), "hr": (20.0, 240.0), "rr": (4.0, 60.0), "dbp": (20.0, 160.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedPerson:
    """One made-up patient.

    Attributes:
        baseline: metric to the value around which readings move (wire names and units).
        noise_seed: what makes this patient's noise their own.
    """

    name: str
    birth_date: str
    sex: str
    condition: ChronicCondition
    baseline: Mapping[str, float]
    noise_seed: int


def make_person(rng: random.Random, number: int) -> SimulatedPerson:
    """Draw a patient; ``number`` keeps names apart."""
    condition = rng.choice(CONDITIONS)
    baseline = {
        metric: rng.gauss(mean, spread) + condition.shift.get(metric, 0)
        for metric, (mean, spread) in _HEALTHY.items()
    }
    baseline["spo2"] = min(baseline["spo2"], 98.5)
    year, day = rng.randint(1934, 1990), rng.randint(1, 28)
    return SimulatedPerson(
        name=f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)} {number:03d}",
        birth_date=f"{year}-{rng.randint(1, 12):02d}-{day:02d}",
        sex=rng.choice(("female", "male")),
        condition=condition,
        baseline=baseline,
        noise_seed=rng.getrandbits(63),
    )


def _hash_unit(seed: int, step: int) -> float:
    """A repeatable number in [-1, 1) for a step (the finaliser of splitmix64)."""
    z = (seed + step * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / (1 << 52) - 1


def smooth_noise(seed: int, at_ms: int, period_ms: int) -> float:
    """Value noise in [-1, 1]: random at every period, smooth in between."""
    step, rest = divmod(at_ms, period_ms)
    weight = rest / period_ms
    weight = weight * weight * (3 - 2 * weight)
    return (1 - weight) * _hash_unit(seed, step) + weight * _hash_unit(seed, step + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Physiology:
    """What one person's body reads, before any deterioration."""

    person: SimulatedPerson
    seeds: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Give each metric its own noise."""
        seeds = {
            metric: (self.person.noise_seed + 7919 * place) & _MASK
            for place, metric in enumerate((*_HEALTHY, "arousal", "fast"))
        }
        object.__setattr__(self, "seeds", seeds)

    def value(self, metric: str, at_ms: int) -> float:
        """The undisturbed value of a metric at a ward time, unrounded."""
        day_wave = -math.cos(2 * math.pi * ((at_ms - _TROUGH_MS) % DAY_MS) / DAY_MS)
        arousal = smooth_noise(self.seeds["arousal"], at_ms, 420_000)
        noise = 0.6 * smooth_noise(self.seeds[metric], at_ms, 900_000)
        noise += 0.4 * smooth_noise(self.seeds["fast"] ^ self.seeds[metric], at_ms, 45_000)
        return (
            self.person.baseline[metric]
            + _CIRCADIAN.get(metric, 0.0) * day_wave
            + _AROUSAL.get(metric, 0.0) * arousal
            + _NOISE.get(metric, 0.1) * noise
        )


def as_measured(metric: str, value: float) -> float:
    """A value as a device would show it: within what it can read, at its resolution."""
    low, high = _LIMITS.get(metric, (0.0, 1000.0))
    return round(min(max(value, low), high), _DECIMALS.get(metric, 0))
