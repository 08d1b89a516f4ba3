"""The ledger: every frame that the simulator made, so that sent can be compared with stored.

One SQLite file, written in batches. It is the sender's own account, made before anything is sent:
a frame that is in the ledger as covered must be in the database or in the quarantine.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

_SCHEMA = """
CREATE TABLE IF NOT EXISTS frame (
    device TEXT NOT NULL, boot INTEGER NOT NULL, seq INTEGER NOT NULL,
    sha256 TEXT NOT NULL,             -- of the signed frame, lower-case hex
    made_ms INTEGER NOT NULL,         -- ward time
    readings INTEGER NOT NULL,
    sent_real REAL,                   -- first publish, real seconds since 1970
    sends INTEGER NOT NULL DEFAULT 0,
    covered INTEGER NOT NULL DEFAULT 0,
    dropped INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (device, boot, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forged (device TEXT NOT NULL, sha256 TEXT NOT NULL, real REAL NOT NULL);
"""
_MADE = "INSERT INTO frame (device, boot, seq, sha256, made_ms, readings) VALUES (?, ?, ?, ?, ?, ?)"
_FOUND = """
INSERT OR IGNORE INTO frame (device, boot, seq, sha256, made_ms, readings)
VALUES (?, ?, ?, ?, 0, 0)
"""
_OPEN = "SELECT boot, seq FROM frame WHERE device = ? AND NOT covered AND NOT dropped"
_SENT = (
    "UPDATE frame SET sent_real = coalesce(sent_real, ?), sends = sends + 1"
    " WHERE device = ? AND boot = ? AND seq = ?"
)
_COVERED = "UPDATE frame SET covered = 1 WHERE device = ? AND boot = ? AND seq = ?"
_DROPPED = "UPDATE frame SET dropped = 1 WHERE device = ? AND boot = ? AND seq = ?"
_FORGED = "INSERT INTO forged VALUES (?, ?, ?)"
_TOTALS = """
SELECT count(DISTINCT device), count(*), count(sent_real), coalesce(sum(covered), 0),
       coalesce(sum(dropped), 0), coalesce(sum(max(sends - 1, 0)), 0),
       coalesce(sum(readings), 0) FROM frame
"""


class LedgerSummary(TypedDict):
    """Totals of a ledger; ``uncovered`` are made, not dropped, and not yet acknowledged."""

    devices: int
    frames_made: int
    frames_sent: int
    frames_covered: int
    frames_dropped: int
    uncovered: int
    resends: int
    forged: int
    readings: int


class Ledger:
    """Writes the ledger; rows are buffered until ``flush``."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)
        self._rows: dict[str, list[tuple[object, ...]]] = {}

    def made(
        self, device: str, frame_id: tuple[int, int], frame: bytes, made_ms: int, readings: int
    ) -> None:
        """A frame was signed at ward time ``made_ms``."""
        digest = hashlib.sha256(frame).hexdigest()
        self._add(_MADE, (device, *frame_id, digest, made_ms, readings))

    def sent(self, device: str, frame_id: tuple[int, int], real_s: float) -> None:
        """A frame was handed to the broker's client."""
        self._add(_SENT, (real_s, device, *frame_id))

    def left(self, device: str, frame_id: tuple[int, int], *, dropped: bool) -> None:
        """A frame left the spool: covered, or dropped for want of room."""
        self._add(_DROPPED if dropped else _COVERED, (device, *frame_id))

    def forged(self, device: str, frame: bytes, real_s: float) -> None:
        """A frame that must be refused was sent under the device's name."""
        self._add(_FORGED, (device, hashlib.sha256(frame).hexdigest(), real_s))

    def resume(self, device: str, spooled: Mapping[tuple[int, int], bytes]) -> None:
        """Go on with a device: what it has kept is not covered, and all else has left its spool.

        The last moments before a kill may be missing here: its spool knows better.
        """
        for frame_id, frame in spooled.items():
            digest = hashlib.sha256(frame).hexdigest()
            self._db.execute(_FOUND, (device, *frame_id, digest))
        rows = self._db.execute(_OPEN, (device,)).fetchall()
        gone = [(device, *frame_id) for frame_id in rows if frame_id not in spooled]
        self._db.executemany(_COVERED, gone)

    def flush(self) -> None:
        """Write what is buffered, in one transaction."""
        self._db.execute("BEGIN")
        for sql in (_MADE, _SENT, _COVERED, _DROPPED, _FORGED):
            self._db.executemany(sql, self._rows.pop(sql, []))
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Flush and close."""
        self.flush()
        self._db.close()

    def _add(self, sql: str, row: tuple[object, ...]) -> None:
        self._rows.setdefault(sql, []).append(row)


def ledger_summary(path: Path) -> LedgerSummary:
    """The totals of a ledger file, which may still be growing.

    Raises:
        sqlite3.OperationalError: there is no ledger at ``path``.
    """
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        devices, made, sent, covered, dropped, resends, readings = db.execute(_TOTALS).fetchone()
        (forged,) = db.execute("SELECT count(*) FROM forged").fetchone()
    finally:
        db.close()
    return LedgerSummary(
        devices=devices,
        frames_made=made,
        frames_sent=sent,
        frames_covered=covered,
        frames_dropped=dropped,
        uncovered=made - covered - dropped,
        resends=resends,
        forged=forged,
        readings=readings,
    )
