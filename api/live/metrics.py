"""Gauges and counters of the live feed, for ``/metrics``."""

from prometheus_client import Counter, Gauge

from api.telemetry import REGISTRY

SUBSCRIBERS = Gauge("homeward_live_subscribers", "Open streams of this process", registry=REGISTRY)
RESETS = Counter("homeward_live_resets", "Streams told to start again", registry=REGISTRY)
