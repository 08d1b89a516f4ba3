"""The embedded stack: the whole ward on one machine, without Docker and without root.

The order of things only: what each part is lies in its own module. Everything that must be kept
is in one data folder; a second start finds it again.
"""

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from pathlib import Path

import psycopg

from deploy.database.bootstrap import ADMIN, login_address, prepare_database
from deploy.errors import ChildFailed
from deploy.secrets.logins import LOGINS
from deploy.secrets.revocation_list import keep_door
from deploy.secrets.stack_secrets import write_private
from deploy.services.mosquitto import FLEET_USER, LIST
from deploy.services.ports import HOST
from deploy.services.unix_account import service_account
from deploy.settings import StackSettings, given
from deploy.stack import ward_clock
from deploy.stack.backups import keep_backups
from deploy.stack.data_folder import opened
from deploy.stack.plan import StackOptions, StackPlan, prepare
from deploy.stack.programs import (
    Wiring,
    api_part,
    archive_part,
    broker_part,
    gateway_part,
    own_archive,
    own_broker,
    postgres_part,
)
from deploy.stack.supervisor import Part, Supervisor

Say = Callable[[str], None]


class RunningStack:
    """One stack, from its first program to its last.

    Attributes:
        plan: what was decided before the start.
        stopping: set to end the stack.
        database_url: the administrator's address of the ward's database.
        restarts: how often a part had to be started again.
        outage: kills a part by its name, and keeps it down for so many real seconds.
    """

    def __init__(self, plan: StackPlan, say: Say) -> None:
        self.plan = plan
        self.stopping = asyncio.Event()
        self.database_url = plan.settings.database_url or plan.postgres().url()
        self.restarts = 0
        self._supervisor = Supervisor(plan.folder.logs, say, self._after_restart)
        self.outage = self._supervisor.outage

    @property
    def description(self) -> Path:
        """Path of ``stack.json``."""
        return self.plan.folder.stack_json

    @property
    def api(self) -> str:
        """Address of the API and of the pages."""
        return f"http://{HOST}:{self.plan.ports.api}"

    async def start(self) -> None:
        """Start the parts in order: each finds the ones that it needs ready."""
        plan = self.plan
        if not plan.settings.database_url:
            await asyncio.to_thread(plan.postgres().prepare)
            await self._supervisor.start(postgres_part(plan.postgres(), plan.settings.hang_s))
        await asyncio.to_thread(_prepare_database, self.database_url, plan)
        if not plan.settings.mqtt_url:
            plan.mosquitto().prepare(plan.secrets.folder, plan.secrets.fleet)
            await self._supervisor.start(broker_part(plan.mosquitto(), plan.settings.hang_s))
        archive = plan.archive()
        if archive is not None:
            await asyncio.to_thread(archive.prepare)
            await self._supervisor.start(archive_part(archive, plan.settings.hang_s))
        wiring = self.wiring()
        await self._supervisor.start(gateway_part(wiring), api_part(wiring))
        self._describe()

    def wiring(self) -> Wiring:
        """Return what the programs are told of each other."""
        plan = self.plan
        urls = {
            name: login_address(self.database_url, name, plan.secrets.logins) for name in LOGINS
        }
        if plan.settings.mqtt_url:
            broker = given("HOMEWARD_MQTT_") | given("HOMEWARD_DEVICE_MQTT_")
        else:
            broker = own_broker(plan.secrets, plan.ports)
        return Wiring(
            databases=urls,
            broker=broker,
            ports=plan.ports,
            secrets=plan.secrets,
            clock=plan.clock,
            hang_s=plan.settings.hang_s,
            api=given("HOMEWARD_OUTLET_") | dict(plan.api),
            archive=own_archive(plan.archive(), plan.secrets),
        )

    def ward_now(self) -> datetime:
        """Return the ward's time."""
        return self.plan.clock.at(_real_s())

    async def add(self, part: Part) -> None:
        """Start one more part, which is stopped first."""
        await self._supervisor.start(part)

    def missing(self) -> list[str]:
        """Return the names of parts that are down at this moment."""
        return self._supervisor.down()

    async def stop(self) -> None:
        """Stop every part, the last started first."""
        await self._supervisor.stop()

    async def keep_time(self) -> None:
        """Save the ward clock every second, until cancelled."""
        while True:
            ward_clock.save(self.plan.clock_file, self.plan.clock, _real_s())
            await asyncio.sleep(ward_clock.SAVE_EVERY_S)

    async def keep_door(self) -> None:
        """Keep revoked devices out of our own broker, until cancelled."""
        plan = self.plan
        if not plan.settings.mqtt_url:
            broker = plan.mosquitto()
            await keep_door(broker, plan.secrets.file(LIST), lambda: self._supervisor.pid("broker"))

    def _after_restart(self) -> None:
        self.restarts += 1
        self._describe()

    def _describe(self) -> None:
        """Rewrite ``stack.json`` in one step."""
        plan, pid = self.plan, self._supervisor.pid
        fleet = {
            "host": HOST,
            "port": plan.ports.mqtt_fleet,
            "username": FLEET_USER,
            "password": plan.secrets.fleet,
        }
        description = {
            "api": self.api,
            "mqtt": {
                "host": "localhost",
                "port": plan.ports.mqtt,
                "ca_file": str(plan.secrets.file("service-ca.crt")),
                "fleet": None if plan.settings.mqtt_url else fleet,
            },
            "database_url": self.database_url,
            "admin": {"username": ADMIN, "password": plan.secrets.admin},
            "clock": ward_clock.description(plan.clock),
            "backups": None if plan.backups is None else str(plan.backups.folder),
            "metrics": f"http://{HOST}:{plan.ports.metrics}/metrics",
            "pids": {
                "postgres": pid("postgres"),
                "broker": pid("broker"),
                "gateway": [pid("gateway")],
                "api": pid("api"),
            },
        }
        write_private(plan.folder.stack_json, json.dumps(description, indent=1).encode() + b"\n")


def _prepare_database(url: str, plan: StackPlan) -> None:
    try:
        prepare_database(url, plan.secrets)
    except psycopg.OperationalError as failure:
        raise ChildFailed(f"the database cannot be reached: {failure}") from None


def run(
    options: StackOptions,
    settings: StackSettings,
    say: Say,
    meanwhile: Callable[[RunningStack], Awaitable[None]],
) -> None:
    """Run a stack in the foreground.

    Args:
        options: what was asked for.
        settings: the environment.
        say: tells the operator something.
        meanwhile: what to do once the ward is ready, with everything running; the stack ends when
            it returns. It must return soon after ``stopping`` is set (SIGINT, SIGTERM, SIGHUP); a
            second signal cancels it.

    Raises:
        DeployError: it could not be started; everything that was started is stopped again.
    """
    account = service_account()
    with opened(options.data, account) as folder:
        plan = prepare(options, settings, folder, account=account, say=say, real_s=_real_s())
        asyncio.run(_run(plan, say, meanwhile))


async def _run(
    plan: StackPlan, say: Say, meanwhile: Callable[[RunningStack], Awaitable[None]]
) -> None:
    stack = RunningStack(plan, say)
    _end_on_signal(stack)
    stack.description.unlink(missing_ok=True)
    errands = [asyncio.create_task(stack.keep_time(), name="ward-clock")]
    try:
        if await _before_stop(stack, stack.start()):
            errands.append(asyncio.create_task(stack.keep_door(), name="door"))
            errands.append(asyncio.create_task(keep_backups(plan, say), name="backups"))
            say(f"the ward is ready at {stack.api} (details in {stack.description})")
            await meanwhile(stack)
    except asyncio.CancelledError:
        say("stopping at once")
    finally:
        for errand in errands:
            errand.cancel()
        await stack.stop()
        stack.description.unlink(missing_ok=True)


def _end_on_signal(stack: RunningStack) -> None:
    """Let the first signal end the stack in order, and a second one hurry it."""
    main = asyncio.current_task()

    def asked() -> None:
        if stack.stopping.is_set() and main is not None:
            main.cancel()
        stack.stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked)


async def _before_stop(stack: RunningStack, work: Coroutine[None, None, None]) -> bool:
    """Do the work unless a signal comes first; whether it was done."""
    doing = asyncio.create_task(work, name="start")
    stopped = asyncio.create_task(stack.stopping.wait(), name="stop")
    await asyncio.wait({doing, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not doing.done():
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        return False
    doing.result()
    return True


def _real_s() -> float:
    return time.time()  # noqa: TID251 - the edge of the program
