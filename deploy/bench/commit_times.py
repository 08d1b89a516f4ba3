"""Commit times of frames, as demo and benchmarks measure them alike.

Commit times are the database's own (``track_commit_timestamp``).
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psycopg

Identity = tuple[str, int, int]
"""A frame: device, boot, seq."""

_STORED = """
SELECT d.id, f.boot, f.seq, extract(epoch FROM pg_xact_commit_timestamp(f.xmin))::float8
  FROM signed_frame f JOIN device d ON d.no = f.device_no
"""


def commit_times(connection: psycopg.Connection) -> dict[Identity, list[float]]:
    """Return each frame's commit times, seconds since 1970; more than one is a fault."""
    stored: dict[Identity, list[float]] = {}
    for device, boot, seq, committed in connection.execute(_STORED):
        stored.setdefault((device, boot, seq), []).append(committed)
    return stored


def sent_frames(ledger: Path) -> dict[Identity, float]:
    """Return what was published and not dropped for want of room."""
    if not ledger.exists():
        return {}
    db = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
    try:
        rows = db.execute(
            "SELECT device, boot, seq, sent_real FROM frame"
            " WHERE sent_real IS NOT NULL AND NOT dropped"
        ).fetchall()
    finally:
        db.close()
    return {(device, boot, seq): real for device, boot, seq, real in rows}


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """Return the 50th and 95th percentile in milliseconds, None of nothing."""
    ordered = sorted(seconds)

    def at(share: float) -> float | None:
        if not ordered:
            return None
        return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000, 1)

    return {"p50": at(0.50), "p95": at(0.95)}
