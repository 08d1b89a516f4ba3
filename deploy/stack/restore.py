"""``homeward restore``: the embedded stack's database as it was at a moment.

What is there is put aside, never deleted; what it had not handed to the archive yet is kept first,
so that nothing up to its last commit is beyond reach. Then the newest base backup before the moment
is unpacked and PostgreSQL replays its log up to it.
"""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from deploy.errors import BackupFailed
from deploy.services.postgres import PrivatePostgres
from deploy.services.process import Launch
from deploy.services.unix_account import service_account
from deploy.services.wal_archive import BaseBackup, WalArchive
from deploy.settings import StackSettings
from deploy.stack.data_folder import DataFolder, opened
from deploy.stack.plan import StackOptions, StackPlan, prepare

_PROBE_EVERY_S = 0.1
_ANSWER_S = 2
_LAST_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did.

    Attributes:
        base: when the copy that it began from was made.
        newest: the newest commit that is in the database; None: none after the copy.
        aside: where what was there before lies now; None: nothing was there.
        kept: segments of the log that were saved from it.
        seconds: how long it took.
    """

    base: datetime
    newest: datetime | None
    aside: Path | None
    kept: int
    seconds: float


def restore(
    options: StackOptions,
    until: datetime | None,
    settings: StackSettings,
    say: Callable[[str], None],
) -> Restored:
    """Bring the stack's database to a moment; the stack must not run.

    Args:
        options: data folder and folder of backups.
        until: real time of the last commit wanted; None: all that there is.
        settings: the environment.
        say: tells the operator something.

    Raises:
        BackupFailed: there is no backup from before, or its log does not reach the moment.
        FolderRefused: the stack runs.
    """
    began = time.monotonic()
    account = service_account()
    with opened(options.data, account) as folder:
        real_s = time.time()  # noqa: TID251 - the edge of a command
        plan = prepare(options, settings, folder, account=account, say=say, real_s=real_s)
        server, archive = plan.postgres(), plan.backups
        if archive is None:
            raise BackupFailed("say where the backups are: --backups FOLDER")
        base = _base_before(archive, until)
        archive.make_folder()
        kept, aside = _put_aside(folder, server, archive, datetime.fromtimestamp(real_s, UTC))
        say(f"replaying the log from {base.ended:%Y-%m-%dT%H:%M:%SZ} on")
        try:
            archive.unpack(base, server.data, plan.binaries.postgres)
            newest = _replayed(plan, archive, until)
        except BackupFailed:
            shutil.rmtree(server.data, ignore_errors=True)
            if aside is not None:
                aside.rename(server.data)
            raise
    took = time.monotonic() - began
    return Restored(base=base.ended, newest=newest, aside=aside, kept=kept, seconds=took)


def _base_before(archive: WalArchive, until: datetime | None) -> BaseBackup:
    good = [one for one in archive.bases() if until is None or one.ended <= until]
    if not good:
        first = next(
            (f"; the first is of {one.ended:%Y-%m-%dT%H:%M:%SZ}" for one in archive.bases()), ""
        )
        raise BackupFailed(f"there is no backup from before in {archive.folder}{first}")
    return good[-1]


def _put_aside(
    folder: DataFolder, server: PrivatePostgres, archive: WalArchive, now: datetime
) -> tuple[int, Path | None]:
    """Save what was not handed over yet, and move what is there out of the way."""
    if not server.data.exists():
        return 0, None
    kept = archive.keep_rest(server.data)
    aside = folder.servers / f"postgres.before-{now:%Y%m%dT%H%M%SZ}"
    server.data.rename(aside)
    return kept, aside


def _replayed(plan: StackPlan, archive: WalArchive, until: datetime | None) -> datetime | None:
    """Run the server until it has replayed all that is wanted; return the newest commit.

    Raises:
        BackupFailed: it ended before, with its last words.
    """
    server = plan.postgres()
    (server.data / "recovery.signal").touch()
    server.prepare()
    launch = server.launch()
    words = [*launch.argv, "-c", f"restore_command={archive.restore_command()}"]
    words += ["-c", "recovery_target_action=promote"]
    if until is not None:
        words += ["-c", f"recovery_target_time={until.isoformat()}"]
    log = plan.folder.logs / "restore.log"
    with _started(launch, words, log) as process:
        while True:
            if process.poll() is not None:
                lines = log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
                raise BackupFailed("it does not reach that moment:\n" + "\n".join(lines))
            with contextlib.suppress(psycopg.OperationalError):
                return _newest_of(server.url("postgres"))
            time.sleep(_PROBE_EVERY_S)


def _newest_of(url: str) -> datetime | None:
    """Return the newest commit replayed, once the server takes writes.

    Raises:
        psycopg.OperationalError: it does not yet.
    """
    with psycopg.connect(url, connect_timeout=_ANSWER_S, autocommit=True) as connection:
        asked = "SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()"
        row = connection.execute(asked).fetchone()
    if row is None or row[0]:
        raise psycopg.OperationalError("it is being restored")
    newest: datetime | None = row[1]
    return newest


@contextlib.contextmanager
def _started(launch: Launch, words: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A server that is stopped in order at the end."""
    log.unlink(missing_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - our own server
            words, stdout=out, stderr=out, **launch.options()
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(launch.stop_signal)
            process.wait(launch.stop_timeout_s)
