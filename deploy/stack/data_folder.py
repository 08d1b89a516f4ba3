"""The stack's data folder: one stack at a time, private, and reachable by the servers' account.

As root, the database and the broker run as ``nobody``, who may not enter folders such as
``/root``. Their files then go to a folder of their own under ``/var/lib/homeward``, and the data
folder holds a link to it.
"""

import fcntl
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import FolderRefused
from deploy.services.unix_account import UnixAccount, can_reach

_ELSEWHERE = Path("/var/lib/homeward")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolder:
    """Where a stack keeps what it needs; ``servers`` is what database and broker may enter."""

    root: Path
    servers: Path

    @property
    def logs(self) -> Path:
        """One log file for each part."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """Keys, certificates and passwords."""
        return self.root / "secrets"

    @property
    def stack_json(self) -> Path:
        """What outside programs read to find the stack."""
        return self.root / "stack.json"


@contextmanager
def opened(path: Path, account: UnixAccount | None) -> Iterator[DataFolder]:
    """Make the folder on the first start and hold it for this process alone.

    Raises:
        FolderRefused: another stack runs on it, or it cannot be made or used.
    """
    root = path.expanduser().absolute()
    try:
        if not root.exists():
            root.mkdir(parents=True, mode=0o711)
            root.chmod(0o700 if account is None else 0o711)
        lock = (root / "lock").open("w")
    except OSError as failure:
        raise FolderRefused(f"cannot use the data folder {root}: {failure.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderRefused(f"another Homeward already runs on {root}; stop it first") from None
        (root / "logs").mkdir(exist_ok=True, mode=0o700)
        yield DataFolder(root=root, servers=_servers_folder(root, account))


def database_of(stack_json: Path) -> str:
    """Return the administrator's address of a running stack's database.

    Raises:
        FolderRefused: the file is not there, or says nothing of a database.
    """
    try:
        return str(json.loads(stack_json.read_bytes())["database_url"])
    except OSError as failure:
        reason = f"{failure.strerror}; is `homeward up` running?"
        raise FolderRefused(f"{stack_json}: {reason}") from None
    except (ValueError, TypeError, KeyError):
        raise FolderRefused(f"{stack_json}: names no database") from None


def _servers_folder(root: Path, account: UnixAccount | None) -> Path:
    """Return the folder for the servers' files: inside the data folder if they can reach it."""
    servers = root / "servers"
    if servers.is_symlink():
        target = servers.readlink()
        if not target.is_dir():
            raise FolderRefused(f"{servers} points to {target}, which is gone: restore it")
        return target
    servers.mkdir(exist_ok=True, mode=0o711)
    if can_reach(servers, account):
        return servers
    if account is None:
        raise FolderRefused(f"cannot enter {servers}")
    return _elsewhere(servers, account)


def _elsewhere(servers: Path, account: UnixAccount) -> Path:
    """Put the servers' files where their account can reach them, and link to it."""
    if any(servers.iterdir()):
        raise FolderRefused(f"{account.name} can no longer reach {servers}: open the way to it")
    _ELSEWHERE.mkdir(parents=True, exist_ok=True, mode=0o755)
    target = Path(tempfile.mkdtemp(dir=_ELSEWHERE, prefix="stack-"))
    target.chmod(0o711)
    if not can_reach(target, account):
        raise FolderRefused(f"{account.name} can reach neither {servers} nor {target}")
    servers.rmdir()
    servers.symlink_to(target)
    return target
