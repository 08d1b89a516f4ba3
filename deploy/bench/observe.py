"""Observer of the database: what is stored, and since when, as it tells itself.

The moment of storing is the transaction's commit timestamp (``track_commit_timestamp``), which
costs the runs nothing. PostgreSQL takes it just before the log is flushed, so the mean time of a
flush during the run is added to every latency.
"""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from deploy.bench.child import wait_until
from deploy.bench.fleet import FrameName

_COMMITS = """
SELECT d.id, f.boot, f.seq, extract(epoch FROM pg_xact_commit_timestamp(f.xmin))::float8
  FROM signed_frame f JOIN device d ON d.no = f.device_no WHERE f.time >= to_timestamp(%s)
"""
_NEWEST = """
SELECT extract(epoch FROM max(pg_xact_commit_timestamp(f.x)))::float8
  FROM (SELECT xmin AS x FROM signed_frame ORDER BY time DESC LIMIT 20000) f
"""
_FLUSHES = "SELECT wal_sync, wal_sync_time FROM pg_stat_wal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Publish to stored, in milliseconds."""

    p50: float
    p95: float
    p99: float
    n: int


class Observer:
    """A connection that only looks; use it as a context. Opens anew after an outage."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._db: psycopg.Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.forget_seen()

    def forget_seen(self) -> None:
        """Close the connection; the next question opens another."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def ask(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        """Run one query."""
        if self._db is None or self._db.broken:
            self._db = psycopg.connect(self._url, autocommit=True, connect_timeout=5)
        return self._db.execute(statement, parameters).fetchall()

    def number(self, statement: str) -> float:
        """The one number that a query answers; 0 for NULL."""
        value = self.ask(statement)[0][0]
        return float(value) if isinstance(value, (int, float)) else 0.0

    def stored(self) -> int:
        """How many signed frames are stored."""
        return int(self.number("SELECT count(*) FROM signed_frame"))

    def wait_stored(self, count: int, timeout_s: float) -> None:
        """Wait until that many frames are stored, by the devices' windows, then count the frames.

        Counting them again and again would take a third of a core from what is measured.

        Raises:
            AssertionError: the windows say so, and the frames are not there.
        """
        wait_until(lambda: self._told() >= count, timeout_s, 0.2, f"{count} frames stored")
        if (stored := self.stored()) < count:
            raise AssertionError(f"{stored} frames are stored, the windows say {count}")

    def _told(self) -> int:
        return int(self.number("SELECT sum(stored)::bigint FROM device_window"))

    def newest_commit(self) -> float:
        """Wall-clock second of the newest frame's commit."""
        return self.number(_NEWEST)

    def commits(self, since: float) -> dict[FrameName, float]:
        """When each frame received since a wall-clock second was committed."""
        answer: dict[FrameName, float] = {}
        for device, boot, seq, at in self.ask(_COMMITS, (since - 5.0,)):
            answer[str(device), int(str(boot)), int(str(seq))] = float(str(at))
        return answer

    def flushes(self) -> tuple[float, float]:
        """How many flushes of the log there were, and their milliseconds in all."""
        try:
            count, total = self.ask(_FLUSHES)[0]
        except psycopg.errors.UndefinedColumn:
            return 0.0, 0.0
        return float(str(count)), float(str(total))


def latency(
    published: Mapping[FrameName, float], stored: Mapping[FrameName, float], flush_ms: float
) -> Latency:
    """Compare when frames went out with when they were stored; all must be there."""
    waits = sorted((stored[name] - at) * 1000 + flush_ms for name, at in published.items())
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    return Latency(p50=cuts[49], p95=cuts[94], p99=cuts[98], n=len(waits))
