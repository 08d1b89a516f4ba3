"""Benchmark of the feed: from a device's publish to the doctor's open feed, in a whole ward.

Everything runs as in life (``homeward up`` with simulated patients who deteriorate); a listener on
the live feed notes when each alert arrives. Only alerts that a reading raised by itself count:
one that had to persist first is late by intention.
"""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx2
import psycopg

from deploy.bench.commit_times import Identity, commit_times, percentiles, sent_frames
from deploy.bench.report import BenchFigure, plain, say
from deploy.bench.run import BenchRun
from deploy.settings import StackSettings
from deploy.stack.plan import StackOptions
from deploy.stack.run import RunningStack
from deploy.stack.run import run as run_stack
from deploy.stack.up import simulator_launch
from device_sim.fleet.run_files import RunFiles

PATIENTS, RATE, EVENTS = 100, 100, 60
CLOCK_RATE = 60.0
_SPREAD_SHARE = 0.6
_WARM_UP_S = 20.0
_RAISED_BY_FRAME = """
SELECT e.id::text, d.id, f.boot, f.seq
  FROM episode e
  JOIN signed_frame f ON f.frame_id = e.frame_id AND f.patient_no = e.patient_no
  JOIN device d ON d.no = f.device_no
 WHERE EXISTS (SELECT FROM alert_event a WHERE a.episode_id = e.id
                  AND a.event = 'alert.raised' AND a.data ->> 'by' = 'finding')
"""


class FeedRun:
    """One ward, its simulated patients, and what arrived at the listener.

    Attributes:
        arrived: real seconds at which each alert came, by its id.
        figures: the outcome.
    """

    def __init__(self, folder: Path, seconds: float) -> None:
        self._run = RunFiles(folder / "run")
        self._seconds = seconds
        self.arrived: dict[str, float] = {}
        self.figures: list[BenchFigure] = []

    async def perform(self, stack: RunningStack) -> None:
        """Listen, let the patients live, and compare."""
        listener = asyncio.create_task(self._listen(stack), name="listener")
        words = [
            *("--patients", PATIENTS, "--rate", RATE, "--events", EVENTS),
            *("--seconds", self._seconds + _WARM_UP_S, "--out", self._run.folder),
            *("--spread", (self._seconds + _WARM_UP_S) * CLOCK_RATE * _SPREAD_SHARE),
        ]
        launch = simulator_launch(stack, [str(word) for word in words])
        simulator = await asyncio.create_subprocess_exec(
            *launch.argv, stdout=asyncio.subprocess.DEVNULL, **launch.options()
        )
        await simulator.wait()
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
        self.figures = await asyncio.to_thread(self._compare, stack.database_url)

    async def _listen(self, stack: RunningStack) -> None:
        form = {"username": "admin", "password": stack.plan.secrets.admin}
        async with httpx2.AsyncClient(base_url=f"{stack.api}/api/v1", timeout=60) as http:
            token = (await http.post("/auth/login", data=form)).json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            async with http.stream("GET", "/alerts/stream", headers=headers) as feed:
                async for alert in _raised(feed):
                    self.arrived.setdefault(alert, time.time())  # noqa: TID251 - an edge

    def _compare(self, database_url: str) -> list[BenchFigure]:
        sent = sent_frames(self._run.ledger)
        settled = min(sent.values(), default=0.0) + _WARM_UP_S
        with psycopg.connect(database_url) as connection:
            stored = commit_times(connection)
            raised: dict[str, Identity] = {
                alert: (device, boot, seq)
                for alert, device, boot, seq in connection.execute(_RAISED_BY_FRAME)
            }
        waits = [
            min(stored[one]) - at for one, at in sent.items() if one in stored and at > settled
        ]
        ways = [
            self.arrived[alert] - sent[frame]
            for alert, frame in raised.items()
            if alert in self.arrived and sent.get(frame, 0.0) > settled
        ]
        return [*_figures("publish to stored", waits), *_figures("publish to feed", ways)]


async def _raised(feed: httpx2.Response) -> AsyncIterator[str]:
    """Give the id of each alert as it is raised."""
    event = ""
    async for line in feed.aiter_lines():
        if line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:") and event == "alert.raised":
            yield json.loads(line.removeprefix("data:"))["id"]


def _figures(name: str, seconds: Sequence[float]) -> list[BenchFigure]:
    found = percentiles(seconds)
    note = f"n {len(seconds):,}, whole ward, {RATE} frames/s"
    return [
        plain(f"{name} {share}, {RATE}/s", value or 0.0, "ms", note)
        for share, value in found.items()
    ]


def publish_to_feed(run: BenchRun) -> list[BenchFigure]:
    """100 frames/s from 100 simulated patients, some of whom deteriorate."""
    with tempfile.TemporaryDirectory(prefix="homeward-feed-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o711)
        measured = FeedRun(folder, run.size.paced_s * 2)
        options = StackOptions(data=folder / "ward", clock_rate=CLOCK_RATE)
        run_stack(options, StackSettings(), say, measured.perform)
    return measured.figures
