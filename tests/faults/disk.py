"""Taking the room to write from a database: a small file system, or a limit on its processes."""

import os
import random
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from deploy.bench.child import wait_until
from deploy.services.unix_account import service_account
from tests.faults.rig import Rig

SIZE = "384m"
LIMITS = (0, 64 * 1024, 4 * 1024 * 1024)
_FILLER = "CREATE TABLE filler AS SELECT n FROM generate_series(1, 300000) n"


class NoSmallDiskError(Exception):
    """No small file system can be made here; the message says why."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a file system of a few hundred megabytes, which only root can, on ``folder``/small."""
    if os.geteuid() != 0:
        raise NoSmallDiskError("only root can mount a small file system to fill")
    place = folder / "small"
    place.mkdir(mode=0o755, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise NoSmallDiskError(f"this machine lets nobody mount one: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=False)  # noqa: S603, S607


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """While inside, the file system has no room."""
    filler, block = disk / "filler", b"\x00" * (1 << 20)
    try:
        with suppress(OSError), filler.open("wb", buffering=0) as stream:
            while stream.write(block):
                pass
        yield
    finally:
        filler.unlink()


@contextmanager
def without_room(rig: Rig, rng: random.Random) -> Iterator[None]:
    """While inside, the server cannot write beyond a place in any file; needs no root.

    It is told "file too large" where a full disk says "no space left": the server handles both
    alike, down to ending itself when its log cannot be written.
    """
    postmaster = rig.server.child.process
    assert postmaster is not None
    try:
        _limit(postmaster.pid, str(rng.choice(LIMITS)))
        wait_until(lambda: _refuses(rig), what="the database can write no more")
        yield
    finally:
        soft, _ = resource.getrlimit(resource.RLIMIT_FSIZE)  # what it inherited from us
        _limit(postmaster.pid, "unlimited" if soft == resource.RLIM_INFINITY else str(soft))


def _refuses(rig: Rig) -> bool:
    try:
        with psycopg.connect(rig.url, autocommit=True) as connection:
            connection.execute(_FILLER)
            connection.execute("DROP TABLE filler")
    except psycopg.Error:
        return True
    return False


def _limit(postmaster: int, soft: str) -> None:
    """Set the limit of a server and of all that it has started; the first hands it on.

    Under the server's own account, which is allowed to where even root may not be.
    """
    account = service_account()
    user = {} if account is None else {"user": account.uid, "group": account.gid}
    for _ in range(2):
        for pid in (postmaster, *_children(postmaster)):
            order = ["prlimit", "--pid", str(pid), f"--fsize={soft}:"]
            subprocess.run(order, check=False, capture_output=True, **user)  # noqa: S603


def _children(parent: int) -> list[int]:
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == parent:
            found.append(int(stat.parent.name))
    return found
