"""Run the HL7 program: ``python -m api.hl7`` or ``homeward hl7``."""

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog
from psycopg import OperationalError

from api.errors import UnavailableError
from api.hl7.listener import Listener
from api.hl7.receiving import Receiver
from api.hl7.retrying import keep_retrying
from api.hl7.sending import ResultSender
from api.hl7.settings import Hl7Settings
from api.services import Services, shared
from api.settings import ApiSettings
from api.telemetry import configure_logs

_CLEAN_EVERY_S = 3_600.0
_log = structlog.get_logger("api.hl7")


def run() -> None:
    """Take messages in and send results out until a signal ends it.

    Raises:
        pydantic.ValidationError: a setting is missing or wrong.
        OSError: a file cannot be read, or the port is taken.
    """
    configure_logs()
    settings = Hl7Settings()  # type: ignore[call-arg]  # read from the environment
    services = shared(ApiSettings())  # type: ignore[call-arg]
    asyncio.run(serve(services, settings))


async def serve(services: Services, settings: Hl7Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    keys = settings.key_file.read_text(encoding="ascii").split()
    receiver = Receiver(services=services, settings=settings, keys=keys)
    await services.pool.open()
    jobs = [
        asyncio.create_task(_clean(receiver), name="clean"),
        asyncio.create_task(keep_retrying(receiver), name="retries"),
    ]
    if settings.out_host is not None:
        jobs.append(asyncio.create_task(ResultSender(receiver=receiver).run(), name="results"))
    try:
        async with AsyncExitStack() as stack:
            if settings.port is not None:
                listener = Listener(settings, receiver.handle)
                port = await stack.enter_async_context(listener.listening())
                _log.info("listening", host=settings.host, port=port)
            stopped = asyncio.create_task(stopping.wait())
            await asyncio.wait({stopped, *jobs}, return_when=asyncio.FIRST_COMPLETED)
            for job in jobs:
                if job.done():
                    job.result()  # a job that ends by itself has failed
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await services.pool.close()


async def _clean(receiver: Receiver) -> None:
    while True:
        try:
            await receiver.forget_old()
        except (OperationalError, UnavailableError) as error:
            _log.warning("old_messages_kept", why=type(error).__name__)
        await asyncio.sleep(_CLEAN_EVERY_S)


if __name__ == "__main__":
    run()
