"""Rules about the whole patient besides NEWS2: the model, the baselines, late readings.

Rules are the floor: the model may add an alert, never hold one back.
"""

from analytics.domain.alerts import Finding, FindingChange, Priority
from analytics.domain.vitals import FACTS, Metric
from analytics.news2.score import URGENT
from analytics.risk.baseline import FLOORS
from analytics.risk.model import Drivers, PopulationModel
from analytics.rules.hysteresis import (
    UNCONFIRMED,
    Alarm,
    Scene,
    clear_condition,
    raise_condition,
    supersede,
    withdraw,
)

BASELINE_RULE = "baseline/1"
RISK = "risk"
NEWS2_NAMES = ("news2_emergency", "news2_urgent")
BASELINE_NAMES: dict[int, str] = {int(metric): f"baseline_{metric.wire_name}" for metric in Metric}
_WORDS: dict[int, str] = {int(metric): facts.label for metric, facts in FACTS.items()}
_DOWN_ONLY = frozenset({int(Metric.SPO2)})


def risk(
    scene: Scene, probability: float, news2_low: int, model: PopulationModel, drivers: Drivers
) -> None:
    """Let the model add an alert of its own, as long as it is proven on people here.

    From NEWS2 of 5 on the rule has called: the model adds nothing to it.

    Args:
        scene: the moment.
        probability: of deterioration within the horizon.
        news2_low: NEWS2's lower bound now.
        model: the version that says so.
        drivers: what drives it most.
    """
    if news2_low >= URGENT:
        by = next((name for name in NEWS2_NAMES if name in scene.on), None)
        if by is not None:
            supersede(scene, RISK, by)
    elif not model.raises:
        withdraw(scene, RISK, "the risk model is not proven here, or no longer")
    elif probability >= scene.policy.risk_raise:
        why = ", ".join(what for what, size in drivers if size > 0)
        alarm = Alarm(
            name=RISK,
            priority=Priority.MEDIUM,
            depth=1,
            value=probability,
            message=f"Risk of deterioration {probability:.0%} within "
            f"{scene.policy.horizon_minutes} min{why and f': {why}'}",
            rule=model.name,
            persist_s=scene.policy.risk_s,
        )
        raise_condition(scene, alarm)
    elif scene.on:
        clear = probability < scene.policy.risk_clear
        clear_condition(scene, RISK, clear=clear, value=probability)


def baseline(scene: Scene, code: int, median: float, deviation: float) -> None:
    """Judge how far a metric is from what is usual for this person."""
    away = -deviation if code in _DOWN_ONLY else abs(deviation)
    most = scene.policy.baseline_units
    if away < most:
        if scene.on:
            clear_condition(scene, BASELINE_NAMES[code], clear=away < most - 1, value=deviation)
        return
    side = "above" if deviation > 0 else "below"
    alarm = Alarm(
        name=BASELINE_NAMES[code],
        priority=Priority.LOW,
        depth=0,
        value=deviation,
        message=f"{_WORDS[code]} is {abs(deviation):.1f} of the patient's own units {side} "
        f"the usual {median:.1f}",
        rule=BASELINE_RULE,
        persist_s=scene.policy.baseline_s,
        detail={"metric": Metric(code).wire_name, "median": median, "unit_floor": FLOORS[code]},
    )
    raise_condition(scene, alarm)


def unconfirmed(scene: Scene, change: FindingChange) -> None:
    """Say that the newest of a back-fill is bad and nothing fresh confirms it, or no longer.

    It is due ten minutes after it was *received*: its event time is long past (law 6).
    """
    scene.findings.append(
        Finding(
            condition=UNCONFIRMED,
            change=change,
            priority=Priority.MEDIUM,
            measured_ms=scene.time_ms,
            received_ms=scene.received_ms,
            late=scene.late,
            persist_s=scene.policy.unconfirmed_s,
            message="The newest of late readings is bad and nothing fresh has followed",
            rule="back-fill/1",
        )
    )
