"""Run the API: ``python -m api`` or ``homeward api``, configured by ``HOMEWARD_*`` variables."""

import uvicorn

from api.app import create_app
from api.http.timed_head import timed_head
from api.settings import ApiSettings
from api.telemetry import configure_logs

_GRACE_S = 5


def run(settings: ApiSettings | None = None) -> None:
    """Serve until a signal ends it.

    Args:
        settings: what to run with; None reads the environment.

    Raises:
        pydantic.ValidationError: a setting is missing or wrong.
    """
    chosen = settings or ApiSettings()  # type: ignore[call-arg]  # read from the environment
    configure_logs()
    uvicorn.run(
        create_app(chosen),
        host=chosen.api_host,
        port=chosen.api_port,
        access_log=False,
        http=timed_head(chosen.request_head_s),
        log_level="warning",
        proxy_headers=True,
        forwarded_allow_ips=chosen.trusted_proxies,
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
    )


if __name__ == "__main__":
    run()
