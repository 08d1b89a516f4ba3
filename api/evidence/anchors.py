"""Heads of the audit chain, written down outside the database.

Who owns the database can change a row and chain all that follow anew: the chain then holds. It no
longer agrees with a head that was noted before, so a head is noted every few minutes in a file and
in the log. Keep that file, or the log, where the database's owner cannot write: another host,
storage that only appends. ``homeward verify --anchors FILE`` and ``GET /audit`` hold the chain
against it, and find an end that was cut off as well.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from api.store import audit as sql
from api.store.types import Conn

log = structlog.get_logger("api.anchors")
_AT_ONCE = 5_000


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """The newest row of the chain at one moment: its number, and its hash in hex."""

    at: datetime
    id: int
    hash: str


class AnchorError(Exception):
    """The file of anchors cannot be read: it says which line."""


def read(path: Path) -> Iterator[Anchor]:
    """Give the anchors of a file, oldest first; none if there is no file yet.

    Raises:
        AnchorError: a line is none.
    """
    if not path.exists():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield msgspec.json.decode(line, type=Anchor)
            except msgspec.DecodeError as error:
                raise AnchorError(f"{path}: line {number} is no anchor: {error}") from error


def last(path: Path) -> Anchor | None:
    """Return the newest anchor of a file, None if it holds none.

    Raises:
        AnchorError: a line is none.
    """
    newest = None
    for anchor in read(path):
        newest = anchor
    return newest


def _append(path: Path, anchor: Anchor) -> None:
    path.touch(mode=0o600, exist_ok=True)
    with path.open("ab") as lines:
        lines.write(msgspec.json.encode(anchor) + b"\n")


async def note(conn: Conn, now: datetime, path: Path, newest: Anchor | None) -> Anchor | None:
    """Append the chain's head to the file unless it is the newest there; return the newest.

    Args:
        conn: any connection that may read the chain.
        now: the ward's time.
        path: the file, made if it is not there.
        newest: what was noted last.
    """
    row = await sql.head(conn)
    if row is None or (newest is not None and newest.id == row["id"]):
        return newest
    made = Anchor(at=now, id=row["id"], hash=row["hash"])
    _append(path, made)
    log.info("audit_anchored", id=made.id, hash=made.hash)
    return made


async def first_broken(
    conn: Conn, path: Path, begins_after: int = 0, base: str | None = None
) -> tuple[int, int | None]:
    """Hold the chain against a file: how many anchors were checked, and the first that is broken.

    Args:
        conn: any connection that may read the chain.
        path: the file.
        begins_after: the last row that went by its age; what was noted before it is passed over.
        base: that row's hash in hex.

    Raises:
        AnchorError: the file cannot be read.
    """
    checked, waiting = 0, list[Anchor]()
    for anchor in read(path):
        if anchor.id == begins_after and anchor.hash != base:
            return checked + 1, anchor.id
        if anchor.id <= begins_after:
            continue
        waiting.append(anchor)
        checked += 1
        if len(waiting) == _AT_ONCE:
            wrong = await _wrong(conn, waiting)
            if wrong is not None:
                return checked, wrong
            waiting.clear()
    return checked, await _wrong(conn, waiting)


async def _wrong(conn: Conn, anchors: list[Anchor]) -> int | None:
    hashes = await sql.hashes(conn, [anchor.id for anchor in anchors])
    return next((one.id for one in anchors if hashes.get(one.id) != one.hash), None)
