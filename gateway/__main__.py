"""``homeward gateway``: one worker, configured by the environment."""

import signal
import sys
import threading

import structlog

from analytics.tracing.switch import tracer_of
from gateway.errors import KeyFileError
from gateway.settings import GatewaySettings, retired
from gateway.telemetry import Health, Metrics, MetricsServer, configure_logging, pages
from gateway.worker import gc_tuning
from gateway.worker.worker import Worker

SWITCH_S = 0.000_3
"""How long a thread may keep another from going on. A signature is checked in some 40 us beside the
fold, and the decoding thread waits for its turn after each: with a millisecond a whole batch was
decoded only while the pipeline waited for the database."""


def run(settings: GatewaySettings | None = None) -> int:
    """Run a worker until SIGINT or SIGTERM; return the exit code."""
    configure_logging()
    chosen = settings or GatewaySettings()  # type: ignore[call-arg] # from the environment
    if unread := retired():
        structlog.get_logger().warning("not read any more: workers share the ward out", set=unread)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sys.setswitchinterval(SWITCH_S)
    gc_tuning.configure(chosen.gc_young)
    metrics, health = Metrics(), Health(chosen.stuck_s)
    server = None
    if chosen.metrics_port:
        where = (chosen.metrics_host, chosen.metrics_port)
        server = MetricsServer(where, pages(metrics, health))
        server.start()
    tracer = tracer_of("gateway")
    try:
        Worker(chosen, metrics, health, tracer).run(stop)
    except KeyFileError as error:
        structlog.get_logger().error("cannot start", reason=str(error))
        return 1
    finally:
        if tracer is not None:
            tracer.close()
        if server is not None:
            server.close()
    return 0


if __name__ == "__main__":
    sys.exit(run())
