"""Counters of the alert engine and its feed, for ``/metrics``."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge

from api.alerting.subjects import News
from api.telemetry import REGISTRY

NEWS = Counter(
    "homeward_alert_events", "Changes of alerts by what happened", ("change",), registry=REGISTRY
)
REFUSED = Counter(
    "homeward_alert_findings_refused", "Outbox rows that could not be handled", registry=REGISTRY
)
BACKLOG = Gauge("homeward_alert_backlog", "Outbox rows not yet taken", registry=REGISTRY)


def count(news: Iterable[News]) -> None:
    """Count changes by what happened."""
    for one in news:
        NEWS.labels(one.change).inc()
