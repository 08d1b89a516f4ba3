"""Under whose name the database and the broker run.

PostgreSQL refuses root. When the stack is started by root, both servers run as the machine's
``nobody`` account; folders on their way must then be reachable by it, which is asked of the
machine itself (modes, ACLs and mounts all count) rather than worked out from mode bits.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import NothingToRun

UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnixAccount:
    """A machine account by its numbers."""

    name: str
    uid: int
    gid: int


def service_account() -> UnixAccount | None:
    """Return the account for servers when started by root, or None: as ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise NothingToRun(
            f"started as root, but this machine has no account {UNPRIVILEGED!r} for the servers; "
            "run as an ordinary user"
        ) from None
    return UnixAccount(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def can_reach(folder: Path, account: UnixAccount | None) -> bool:
    """Whether ``account`` may enter ``folder`` (which must exist); ourselves when None."""
    if account is None:
        return os.access(folder, os.X_OK)
    test = subprocess.run(  # noqa: S603 - a fixed command
        ["/usr/bin/test", "-x", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return test.returncode == 0


def hand_over(folder: Path, account: UnixAccount | None) -> None:
    """Give ``folder`` and all in it to ``account``; nothing to do when None."""
    if account is None:
        return
    os.chown(folder, account.uid, account.gid)
    for entry in folder.rglob("*"):
        os.chown(entry, account.uid, account.gid, follow_symlinks=False)
