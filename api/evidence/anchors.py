"""Heads of the audit chain, written down outside the database.

Who owns the database can change a row and chain all that follow anew: the chain then holds. It no
longer agrees with a head that was noted before, so a head is noted every few minutes in a file and
in the log. Keep that file, or the log, where the database's owner cannot write: another host,
storage that only appends. ``homeward verify --anchors FILE`` and ``GET /audit`` hold the chain
against it, and find an end that was cut off as well.

Once a day the head is signed besides, with the number of rows: whoever can write the file can take
such a line away, but cannot make one that agrees with a chain that was made anew.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from api.store import audit as sql
from api.store.types import Conn

log = structlog.get_logger("api.anchors")
_AT_ONCE = 5_000
_DOMAIN = "homeward-audit-anchor/1"


class Anchor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest row of the chain at one moment: its number, and its hash in hex.

    Of a signed one also ``rows``, how many there were, the public ``key`` and the ``signature``
    over all that, in hex.
    """

    at: datetime
    id: int
    hash: str
    rows: int | None = None
    key: str | None = None
    signature: str | None = None


class AnchorError(Exception):
    """The file of anchors, or a key, cannot be read: it says what and where."""


class Held(NamedTuple):
    """What holding the chain against a file came to.

    Attributes:
        checked: anchors that were looked at, up to the first that is wrong.
        signed: those of them whose signature holds.
        wrong: row of the first anchor that is not what the chain says; None: all are.
        why: what is wrong with it, in words; empty: nothing is.
    """

    checked: int
    signed: int
    wrong: int | None = None
    why: str = ""


class Base(NamedTuple):
    """Where the chain begins: after this row, which went by its age, with its hash in hex."""

    id: int = 0
    hash: str | None = None


def read_key(path: Path) -> SigningKey:
    """Return the key that signs heads.

    Raises:
        AnchorError: the file holds none.
    """
    try:
        return SigningKey(path.read_bytes())
    except (OSError, ValueError) as error:
        raise AnchorError(f"{path}: holds no key that signs heads") from error


def read_public(path: Path) -> str:
    """Return a public key in hex, as ``anchor.pub`` of the secrets has it.

    Raises:
        AnchorError: the file holds none.
    """
    try:
        return VerifyKey(bytes.fromhex(path.read_text().strip())).encode().hex()
    except (OSError, ValueError) as error:
        raise AnchorError(f"{path}: holds no public key") from error


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


def last(path: Path, *, signed: bool = False) -> Anchor | None:
    """Return the newest anchor of a file, or the newest signed one; None if it holds none.

    Raises:
        AnchorError: a line is none.
    """
    newest = None
    for anchor in read(path):
        if anchor.signature or not signed:
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


def _signed_bytes(anchor: Anchor) -> bytes:
    said = (_DOMAIN, anchor.at.isoformat(), anchor.id, anchor.hash, anchor.rows)
    return "\n".join(map(str, said)).encode()


async def note_signed(conn: Conn, now: datetime, path: Path, key: SigningKey) -> Anchor | None:
    """Append the chain's head to the file, signed; return it, None of an empty chain.

    Args:
        conn: any connection that may read the chain.
        now: the ward's time.
        path: the file, made if it is not there.
        key: signs it.
    """
    row = await sql.head(conn)
    if row is None:
        return None
    bare = Anchor(
        at=now,
        id=row["id"],
        hash=row["hash"],
        rows=await sql.rows(conn),
        key=key.verify_key.encode().hex(),
    )
    signature = key.sign(_signed_bytes(bare)).signature.hex()
    made = msgspec.structs.replace(bare, signature=signature)
    _append(path, made)
    log.info("audit_anchored", id=made.id, hash=made.hash, rows=made.rows, signature=signature)
    return made


def signature_fault(anchor: Anchor, trusted: str | None) -> str:
    """Return why a signature does not hold; empty if it does, or if there is none.

    Args:
        anchor: a line of a file, or what a webhook was told.
        trusted: the public key in hex under which it must; None: the one that it names.
    """
    if anchor.signature is None:
        return ""
    if trusted is not None and anchor.key != trusted:
        return "signed with another key"
    try:
        public = VerifyKey(bytes.fromhex(anchor.key or ""))
        public.verify(_signed_bytes(anchor), bytes.fromhex(anchor.signature))
    except (BadSignatureError, ValueError):
        return "its signature does not hold"
    return ""


async def hold(conn: Conn, path: Path, base: Base, trusted: str | None = None) -> Held:
    """Hold the chain against a file.

    Args:
        conn: any connection that may read the chain.
        path: the file.
        base: where the chain begins; what was noted of rows before it says nothing any more.
        trusted: the public key in hex under which lines must be signed; None: any.

    Raises:
        AnchorError: the file cannot be read.
    """
    checked, signed, waiting = 0, 0, list[Anchor]()
    for anchor in read(path):
        checked += 1
        why = signature_fault(anchor, trusted) or _base_fault(anchor, base)
        if why:
            return Held(checked, signed, anchor.id, why)
        signed += anchor.signature is not None
        if anchor.id > base.id:
            waiting.append(anchor)
        if len(waiting) == _AT_ONCE:
            wrong = await _wrong(conn, waiting)
            if wrong is not None:
                return Held(checked, signed, wrong, _NOT_NOTED)
            waiting.clear()
    wrong = await _wrong(conn, waiting)
    return Held(checked, signed, wrong, _NOT_NOTED if wrong is not None else "")


_NOT_NOTED = "is not the one noted"


def _base_fault(anchor: Anchor, base: Base) -> str:
    """Return what an anchor says against where the chain begins."""
    if anchor.id == base.id and anchor.hash != base.hash:
        return _NOT_NOTED
    if base.id == 0 and anchor.rows is not None and anchor.rows != anchor.id:
        return "counts other rows than there are"
    return ""


async def _wrong(conn: Conn, anchors: list[Anchor]) -> int | None:
    hashes = await sql.hashes(conn, [anchor.id for anchor in anchors])
    return next((one.id for one in anchors if hashes.get(one.id) != one.hash), None)
