"""The outlet's figures, for ``/metrics``."""

from prometheus_client import Counter, Gauge

from api.telemetry import REGISTRY

TOLD = Counter(
    "homeward_outlet_messages",
    "Messages that the outlet's stream took",
    ("kind",),
    registry=REGISTRY,
)
DOWN = Gauge("homeward_outlet_down", "1 while the outlet's stream takes nothing", registry=REGISTRY)
WAITING = Gauge("homeward_outlet_waiting", "Rows that wait for the outlet", registry=REGISTRY)
