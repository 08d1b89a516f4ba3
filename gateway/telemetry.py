"""Metrics for Prometheus, logs as JSON lines, and health, for operators.

The little server answers on the loopback in its own thread: ``/healthz`` (the worker turns),
``/readyz`` (it serves its buckets, or says why not) and ``/metrics``.
"""

import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from typing_extensions import override

STUCK_S = 120.0
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.6, 5.0, 10.0)


class Metrics:
    """The gateway's figures, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.frames = Counter(
            "homeward_frames", "Frames by what became of them", ["result"], registry=registry
        )
        self.refused = Counter(
            "homeward_refused",
            "Refused frames and samples by reason",
            ["reason"],
            registry=registry,
        )
        self.unknown_members = Counter(
            "homeward_unknown_members",
            "Members and metrics of stored frames that this version does not know",
            registry=registry,
        )
        self.readings = Counter("homeward_readings", "Readings stored", registry=registry)
        self.batches = Counter("homeward_batches", "Batches committed", registry=registry)
        self.failures = Counter(
            "homeward_failures", "What went wrong, by kind", ["kind"], registry=registry
        )
        self.stage = Histogram(
            "homeward_stage_seconds",
            "Duration of a batch's stages",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.latency = Histogram(
            "homeward_arrival_to_stored_seconds",
            "From a frame's arrival to its commit",
            buckets=_SECONDS,
            registry=registry,
        )
        self.acks = Counter("homeward_acks", "Acknowledgements sent", registry=registry)
        self.commands = Counter("homeward_commands", "Commands sent", registry=registry)
        self.inbox = Gauge("homeward_inbox_frames", "Frames waiting", registry=registry)
        self.lanes = Gauge("homeward_lanes", "Lanes in memory", registry=registry)
        self.devices = Gauge("homeward_devices", "Devices in memory", registry=registry)
        self.serving = Gauge("homeward_serving_groups", "Groups served", registry=registry)

    def render(self) -> bytes:
        """The figures in Prometheus' text format."""
        return generate_latest(self.registry)


class Health:
    """Whether the worker is ready, and if not, why; and whether it turns at all.

    Args:
        stuck_s: a worker that has not turned for so many seconds is stuck.
    """

    def __init__(self, stuck_s: float = STUCK_S) -> None:
        self._reason = "starting"
        self._lock = threading.Lock()
        self._stuck_s = stuck_s
        self._due_s = time.monotonic() + stuck_s

    def waits(self, reason: str) -> None:
        """It does not serve, for this reason."""
        with self._lock:
            self._reason = reason

    @property
    def reason(self) -> str:
        """Why it does not serve; empty when it does."""
        with self._lock:
            return self._reason

    def turns(self, pause_s: float = 0.0) -> None:
        """It goes on, and will say so again soon, after a pause of ``pause_s`` at most."""
        self._due_s = time.monotonic() + pause_s + self._stuck_s

    @property
    def stuck(self) -> str:
        """Why it is to be taken for dead; empty while it turns."""
        late_s = time.monotonic() - self._due_s
        return f"nothing has moved for {late_s + self._stuck_s:.0f} s" if late_s > 0 else ""


def configure_logging() -> None:
    """JSON lines on standard error; nothing of a payload is ever logged."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


Page = tuple[HTTPStatus, str, bytes]


def pages(metrics: Metrics, health: Health) -> dict[str, Callable[[], Page]]:
    """The server's pages by path."""

    def liveness() -> Page:
        stuck = health.stuck
        body = json.dumps({"alive": not stuck, "reasons": [stuck] if stuck else []}).encode()
        status = HTTPStatus.SERVICE_UNAVAILABLE if stuck else HTTPStatus.OK
        return status, "application/json", body

    def readiness() -> Page:
        reason = health.reason
        body = json.dumps({"ready": not reason, "reasons": [reason] if reason else []}).encode()
        status = HTTPStatus.SERVICE_UNAVAILABLE if reason else HTTPStatus.OK
        return status, "application/json", body

    return {
        "/healthz": liveness,
        "/readyz": readiness,
        "/metrics": lambda: (
            HTTPStatus.OK,
            "text/plain; version=0.0.4; charset=utf-8",
            metrics.render(),
        ),
    }


class MetricsServer:
    """Serves the pages on (host, port) from ``start`` to ``close``."""

    def __init__(self, where: tuple[str, int], answers: dict[str, Callable[[], Page]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            """Answers GET."""

            def do_GET(self) -> None:
                """Answer one page."""
                page = answers.get(self.path.partition("?")[0])
                missing = (HTTPStatus.NOT_FOUND, "text/plain", b"no such page")
                status, kind, body = page() if page else missing
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: probes come every second."""

        self._server = ThreadingHTTPServer(where, Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="metrics", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
