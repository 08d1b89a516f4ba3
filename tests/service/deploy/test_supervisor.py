"""Real processes: restarted when they die, stopped in order, never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.errors import ChildFailed
from deploy.services.mosquitto import PrivateMosquitto
from deploy.services.ports import free_ports
from deploy.services.process import Launch
from deploy.settings import plain_environment
from deploy.stack.programs import answers_at
from deploy.stack.supervisor import Part, Supervisor
from tests.support.brokers import Broker
from tests.support.servers import wait_until

SLEEPER = "import signal, sys, time; print('up', flush=True); time.sleep(60)"


def part(name: str, code: str, ready: Callable[[], bool] = lambda: True) -> Part:
    launch = Launch(argv=[sys.executable, "-c", code], env=plain_environment(), stop_timeout_s=3)
    return Part(name=name, launch=launch, ready=ready, ready_timeout_s=5)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z"


def test_a_part_that_dies_is_said_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    back = asyncio.Event()

    async def live() -> tuple[int, int]:
        supervisor = Supervisor(tmp_path, said.append, back.set)
        await supervisor.start(part("sleeper", SLEEPER))
        first = supervisor.pid("sleeper")
        os.kill(first, signal.SIGKILL)
        await asyncio.wait_for(back.wait(), 10)
        second = supervisor.pid("sleeper")
        assert supervisor.down() == []
        await supervisor.stop()
        return first, second

    first, second = asyncio.run(live())
    assert first != second
    assert gone(second)
    assert any("sleeper ended (signal 9)" in line for line in said)


def test_a_part_that_cannot_start_says_its_last_words(tmp_path: Path) -> None:
    async def live() -> None:
        supervisor = Supervisor(tmp_path, print, lambda: None)
        try:
            await supervisor.start(part("broken", "raise SystemExit('no key')", lambda: False))
        finally:
            await supervisor.stop()

    with pytest.raises(ChildFailed, match="no key"):
        asyncio.run(live())


def test_parts_stop_in_reverse_order_and_a_deaf_one_is_killed(tmp_path: Path) -> None:
    deaf = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True);" + SLEEPER
    order: list[str] = []

    async def live() -> list[int]:
        supervisor = Supervisor(tmp_path, print, lambda: None)
        ready = lambda: "deaf" in (tmp_path / "first.log").read_text()  # noqa: E731
        await supervisor.start(part("first", deaf, ready))
        await supervisor.start(part("second", SLEEPER))
        pids = [supervisor.pid("first"), supervisor.pid("second")]
        for watched in supervisor._watched:  # noqa: SLF001
            original = watched.stop

            async def stop(name: str = watched.part.name, original=original) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
                order.append(name)
                await original()

            watched.stop = stop  # type: ignore[method-assign]
        await supervisor.stop()
        return pids

    pids = asyncio.run(live())
    assert order == ["second", "first"]
    assert all(gone(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from deploy.services.process import Launch
from deploy.settings import plain_environment
from deploy.stack.supervisor import Part, Supervisor
async def live():
    supervisor = Supervisor(Path({str(tmp_path)!r}), print, lambda: None)
    launch = Launch(argv=[sys.executable, "-c", {SLEEPER!r}], env=plain_environment())
    await supervisor.start(Part(name="sleeper", launch=launch, ready=lambda: True))
    print(supervisor.pid("sleeper"), flush=True)
    await asyncio.sleep(60)
asyncio.run(live())
"""
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program], stdout=subprocess.PIPE
    ) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        supervisor.kill()
    wait_until(lambda: gone(pid))


SERVER = """
import http.server
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", {port}), Answer).serve_forever()
"""


def test_a_part_that_runs_and_does_not_answer_is_ended_and_started_again(tmp_path: Path) -> None:
    """It was waited for until it died, which a stopped program never does."""
    said: list[str] = []
    back = asyncio.Event()
    port = free_ports(1)[0]
    answers = answers_at(f"http://127.0.0.1:{port}/")
    hangs = Part(
        name="server",
        launch=Launch(
            argv=[sys.executable, "-c", SERVER.format(port=port)],
            env=plain_environment(),
            stop_timeout_s=3,
        ),
        ready=answers,
        alive=answers,
        hang_s=1.5,
    )

    async def live() -> tuple[int, int]:
        supervisor = Supervisor(tmp_path, said.append, back.set)
        await supervisor.start(hangs)
        first = supervisor.pid("server")
        await asyncio.sleep(2 * hangs.hang_s)
        assert supervisor.pid("server") == first, "who answers is left alone"
        os.kill(first, signal.SIGSTOP)
        await asyncio.wait_for(back.wait(), 20)
        second = supervisor.pid("server")
        assert await asyncio.to_thread(answers)
        await supervisor.stop()
        return first, second

    first, second = asyncio.run(live())
    assert first != second
    assert gone(first)
    assert gone(second)
    assert any("has not answered for 1.5 s" in line for line in said)


def test_a_broker_that_has_stopped_is_told_from_one_that_answers(own_broker: Broker) -> None:
    """The system goes on taking connections for it."""
    server, process = own_broker.running.server, own_broker.running.process
    assert isinstance(server, PrivateMosquitto)
    assert process is not None
    assert server.speaks()
    process.send_signal(signal.SIGSTOP)
    try:
        assert server.answers()
        assert not server.speaks()
    finally:
        process.send_signal(signal.SIGCONT)
    assert server.speaks()


def test_an_outage_keeps_a_part_down_for_its_time_and_ends(tmp_path: Path) -> None:
    back = asyncio.Event()

    async def live() -> None:
        supervisor = Supervisor(tmp_path, print, back.set)
        await supervisor.start(part("sleeper", SLEEPER))
        first, began = supervisor.pid("sleeper"), asyncio.get_running_loop().time()
        outage = asyncio.create_task(supervisor.outage("sleeper", 1.5))
        await asyncio.wait_for(back.wait(), 20)
        assert asyncio.get_running_loop().time() - began >= 1.5
        assert supervisor.pid("sleeper") not in (0, first)
        await outage
        await supervisor.stop()

    asyncio.run(live())


def test_a_stack_that_ends_in_an_outage_ends(tmp_path: Path) -> None:
    async def live() -> None:
        supervisor = Supervisor(tmp_path, print, lambda: None)
        await supervisor.start(part("sleeper", SLEEPER))
        outage = asyncio.create_task(supervisor.outage("sleeper", 600))
        while not supervisor.down():  # noqa: ASYNC110 - a process tells nobody that it has ended
            await asyncio.sleep(0.02)
        await asyncio.wait_for(supervisor.stop(), 10)
        outage.cancel()

    asyncio.run(live())
