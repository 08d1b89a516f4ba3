"""Structured logs and metrics: JSON lines without personal data, and Prometheus counters.

Logged paths are the routes' templates (``/patients/{patient_id}``), never what was filled in.
"""

import logging
import sys

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "homeward_api_requests",
    "Answers by route and status",
    ("method", "route", "status"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "homeward_api_request_seconds",
    "Time to the start of an answer",
    ("method", "route"),
    registry=REGISTRY,
)
LOGINS = Counter("homeward_api_logins", "Log-ins by outcome", ("outcome",), registry=REGISTRY)
TASK_FAILURES = Counter(
    "homeward_api_task_failures", "Background tasks that fell over", ("task",), registry=REGISTRY
)
REFUSED = Gauge(
    "homeward_refused",
    "Frames and readings that the gateways refused so far, by reason, as the database counts them",
    ("reason",),
    registry=REGISTRY,
)
POOL = Gauge("homeward_api_pool", "Connections of the pools", ("pool", "what"), registry=REGISTRY)


# Without local variables: they hold passwords, tokens and names.
_TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def configure_logs() -> None:
    """Write JSON lines to standard error, from our own code and from libraries alike."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_TRACEBACKS),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
