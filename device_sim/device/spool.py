"""The spool: every signed frame that ``acks`` has not covered yet, and the device's few records.

Frames leave it only when covered, or oldest first when it is full (counted, and told in the next
heartbeat). One port, two stores: SQLite survives a restart of a real device, memory serves
thousands of simulated ones.
"""

import json
import sqlite3
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol

SPOOL_FRAMES = 100_000

FrameId = tuple[int, int]
"""(boot, seq): with the key, the identity of a frame."""


class Spooled(NamedTuple):
    """A signed frame in the spool, and whether it goes to ``receipts`` or to ``vitals``."""

    boot: int
    seq: int
    frame: bytes
    receipt: bool

    @property
    def id(self) -> FrameId:
        """The frame's identity under the device's key."""
        return (self.boot, self.seq)


class SpoolRecord(NamedTuple):
    """What must survive a restart beside the frames; ``boot`` 0 means that nothing is known.

    ``trusted``: in base64, the gateway's newest key of the enrolment, and which count since the
    commands ``trust``; empty before the first of them.
    """

    boot: int = 0
    seq: int = 0
    dropped: int = 0
    obeyed: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()


class Spool(Protocol):
    """Where frames are kept until covered."""

    def record(self) -> SpoolRecord:
        """The record as last kept."""

    def keep(self, record: SpoolRecord, frame: Spooled | None = None) -> None:
        """Keep a record and, in the same step, a new frame."""

    def forget(self, ids: Iterable[FrameId]) -> None:
        """Let frames go."""

    def oldest(self, limit: int) -> list[Spooled]:
        """The oldest frames, at most ``limit``, oldest first."""

    def ids(self) -> list[FrameId]:
        """The identities of all frames."""

    def __len__(self) -> int:
        """How many frames are kept."""


class MemorySpool:
    """A spool that dies with the process."""

    def __init__(self) -> None:
        self._record = SpoolRecord()
        self._frames: dict[FrameId, Spooled] = {}

    def record(self) -> SpoolRecord:
        """The record as last kept."""
        return self._record

    def keep(self, record: SpoolRecord, frame: Spooled | None = None) -> None:
        """Keep a record and perhaps a new frame."""
        self._record = record
        if frame is not None:
            self._frames[frame.id] = frame

    def forget(self, ids: Iterable[FrameId]) -> None:
        """Let frames go."""
        for frame_id in ids:
            self._frames.pop(frame_id, None)

    def oldest(self, limit: int) -> list[Spooled]:
        """The oldest frames (a dictionary keeps the order of making)."""
        return list(islice(self._frames.values(), limit))

    def ids(self) -> list[FrameId]:
        """The identities of all frames."""
        return list(self._frames)

    def __len__(self) -> int:
        return len(self._frames)


_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (device TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS frame (
    device TEXT NOT NULL, boot INTEGER NOT NULL, seq INTEGER NOT NULL, frame BLOB NOT NULL,
    receipt INTEGER NOT NULL, PRIMARY KEY (device, boot, seq)) WITHOUT ROWID;
"""


class SpoolFile:
    """One SQLite file with the spools of one device, or of many.

    Args:
        path: the file.
        durable: what was kept is there also when the power went; else when the program was killed,
            which costs no wait for the disk.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        self._db.executescript(_SCHEMA)

    def spool(self, device: str) -> "SqliteSpool":
        """The spool of one device."""
        return SqliteSpool(self._db, device)

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class SqliteSpool:
    """A spool that outlives the program; see ``SpoolFile``."""

    def __init__(self, db: sqlite3.Connection, device: str) -> None:
        self._db, self._device = db, device

    def record(self) -> SpoolRecord:
        """The record as last kept."""
        asked = "SELECT value FROM record WHERE device = ?"
        row = self._db.execute(asked, (self._device,)).fetchone()
        if row is None:
            return SpoolRecord()
        boot, seq, dropped, *lists = json.loads(row[0])
        return SpoolRecord(boot, seq, dropped, *map(tuple, lists))

    def keep(self, record: SpoolRecord, frame: Spooled | None = None) -> None:
        """Keep a record and perhaps a new frame, in one transaction."""
        self._db.execute("BEGIN")
        kept = (self._device, json.dumps(record))
        self._db.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", kept)
        if frame is not None:
            self._db.execute("INSERT INTO frame VALUES (?, ?, ?, ?, ?)", (self._device, *frame))
        self._db.execute("COMMIT")

    def forget(self, ids: Iterable[FrameId]) -> None:
        """Let frames go, in one transaction."""
        gone = [(self._device, *one) for one in ids]
        self._db.execute("BEGIN")
        self._db.executemany("DELETE FROM frame WHERE device = ? AND boot = ? AND seq = ?", gone)
        self._db.execute("COMMIT")

    def oldest(self, limit: int) -> list[Spooled]:
        """The oldest frames."""
        rows = self._db.execute(
            "SELECT boot, seq, frame, receipt FROM frame WHERE device = ?"
            " ORDER BY boot, seq LIMIT ?",
            (self._device, limit),
        )
        return [Spooled(boot, seq, frame, bool(receipt)) for boot, seq, frame, receipt in rows]

    def ids(self) -> list[FrameId]:
        """The identities of all frames."""
        asked = "SELECT boot, seq FROM frame WHERE device = ? ORDER BY boot, seq"
        return list(self._db.execute(asked, (self._device,)))

    def __len__(self) -> int:
        asked = "SELECT count(*) FROM frame WHERE device = ?"
        count: int = self._db.execute(asked, (self._device,)).fetchone()[0]
        return count
