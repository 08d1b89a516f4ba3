"""Counters of the alert engine and its feed, and how good the risk model is, for ``/metrics``."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import Counter, Gauge

from api.alerting.subjects import FeedEvent
from api.telemetry import REGISTRY

NEWS = Counter(
    "homeward_alert_events", "Changes of alerts by what happened", ("change",), registry=REGISTRY
)
REFUSED = Counter(
    "homeward_alert_findings_refused", "Outbox rows that could not be handled", registry=REGISTRY
)
BACKLOG = Gauge("homeward_alert_backlog", "Outbox rows not yet taken", registry=REGISTRY)
RISK = Gauge(
    "homeward_risk_model",
    "The newest risk model, judged on each example before it learnt from it",
    ("figure",),
    registry=REGISTRY,
)
RISK_CALIBRATION = Gauge(
    "homeward_risk_calibration",
    "What was said and what happened, by fifths of the probability",
    ("fifth", "what"),
    registry=REGISTRY,
)
_FIGURES = ("examples", "positives", "auroc", "auroc_news2", "brier", "drifts", "raises")
_FIFTHS = 5


def judged(version: int, report: Mapping[str, Any]) -> None:
    """Show a model's progressive validation; what is not known yet is no figure."""
    RISK.clear()
    RISK_CALIBRATION.clear()
    RISK.labels("version").set(version)
    for name in _FIGURES:
        if report.get(name) is not None:
            RISK.labels(name).set(float(report[name]))
    for one in report.get("calibration") or ():
        fifth = str(min(_FIFTHS, int(one["said"] * _FIFTHS) + 1))
        for what in ("said", "happened", "n"):
            RISK_CALIBRATION.labels(fifth, what).set(one[what])


def count(news: Iterable[FeedEvent]) -> None:
    """Count changes by what happened."""
    for one in news:
        NEWS.labels(one.change).inc()
