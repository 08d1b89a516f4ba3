"""Counters of the notices, for ``/metrics``."""

from prometheus_client import Counter

from api.telemetry import REGISTRY

ENDED = Counter(
    "homeward_notices",
    "Notices by channel and how they ended",
    ("kind", "state"),
    registry=REGISTRY,
)
