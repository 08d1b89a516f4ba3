"""A folder from which a database can be brought back to a moment: base backups, and all since.

PostgreSQL hands each finished segment of its write-ahead log to a script, which keeps it, whole or
not at all. ``pg_basebackup`` makes the copies from which such a log is replayed. Both are
PostgreSQL's own; here is only where they lie and what is thrown away.
"""

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from deploy.errors import BackupFailed
from deploy.services.unix_account import UnixAccount, can_reach, hand_over
from deploy.settings import plain_environment

SEGMENT = re.compile(r"[0-9A-F]{24}")
_SEGMENT_BYTES = 16 * 1024 * 1024
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_SCRIPT = """\
#!/bin/sh
# Written by Homeward: keeps one finished segment of the write-ahead log, whole or not at all.
set -eu
draft={folder}/wal/.$2.part target={folder}/wal/$2.gz
gzip -1 -n < "$1" > "$draft"
if [ -e "$target" ]; then cmp -s "$draft" "$target" && rm "$draft" && exit 0; exit 1; fi
sync "$draft"
mv "$draft" "$target"
sync {folder}/wal
"""


class BaseBackup(NamedTuple):
    """One copy of the whole database.

    Attributes:
        ended: when it was whole: it can be brought to any moment from then on (real time).
        folder: where it lies.
    """

    ended: datetime
    folder: Path

    def first_segment(self) -> str:
        """Return the segment of the log from which it is replayed, without its timeline."""
        said = json.loads((self.folder / "backup_manifest").read_bytes())["WAL-Ranges"][0]
        high, low = (int(part, 16) for part in said["Start-LSN"].split("/"))
        return f"{high:08X}{low // _SEGMENT_BYTES:08X}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalArchive:
    """Where one database's backups lie.

    Attributes:
        folder: reachable by ``account``; better on another disk than the database.
        account: who the database runs as; None means ourselves.
        within_s: a segment that is not full is kept after so many seconds, if anything changed.
    """

    folder: Path
    account: UnixAccount | None
    within_s: float

    @property
    def _wal(self) -> Path:
        return self.folder / "wal"

    @property
    def _bases(self) -> Path:
        return self.folder / "base"

    def make_folder(self) -> None:
        """Make the folder and its script.

        Raises:
            BackupFailed: the database's account cannot reach it.
        """
        self.folder.mkdir(
            parents=True, exist_ok=True, mode=0o700 if self.account is None else 0o711
        )
        for folder in (self._wal, self._bases):
            folder.mkdir(exist_ok=True, mode=0o700)
        if not can_reach(self.folder, self.account):
            name = self.account.name if self.account else "this account"
            raise BackupFailed(f"{name}, as whom the database runs, cannot enter {self.folder}")
        script = self.folder / "archive.sh"
        script.write_text(_SCRIPT.format(folder=shlex.quote(str(self.folder))))
        script.chmod(0o755)
        hand_over(self._wal, self.account)

    def settings(self) -> str:
        """Return the lines of the database's configuration."""
        script = shlex.quote(str(self.folder / "archive.sh"))
        command = f'/bin/sh {script.replace("%", "%%")} "%p" "%f"'
        return (
            "archive_mode = on\n"
            f"archive_command = {_quoted(command)}\n"
            f"archive_timeout = '{max(1, round(self.within_s))}s'\n"
        )

    def restore_command(self) -> str:
        """Return the command by which a recovery fetches a segment."""
        place = shlex.quote(str(self._wal)).replace("%", "%%")
        return f'gzip -dc < {place}/"%f".gz > "%p"'

    def bases(self) -> list[BaseBackup]:
        """Return the base backups, the oldest first; what is not whole is none."""
        found = []
        for folder in sorted(self._bases.glob("2*Z")):
            ended = datetime.strptime(folder.name, _STAMP).replace(tzinfo=UTC)
            found.append(BaseBackup(ended, folder))
        return found

    def take(self, tools: Path, port: int, login: tuple[str, str], now: datetime) -> BaseBackup:
        """Copy the running database.

        Args:
            tools: folder of ``pg_basebackup``.
            port: of the database, on the loopback.
            login: the superuser's name and password.
            now: real time, asked before: the name is that of the moment when it is whole.

        Raises:
            BackupFailed: it could not be made; nothing is left of it.
        """
        draft = self._bases / f".{now.strftime(_STAMP)}.part"
        shutil.rmtree(draft, ignore_errors=True)
        words = ["--host=127.0.0.1", f"--port={port}", f"--username={login[0]}", "--no-password"]
        words += [f"--pgdata={draft}", "--format=tar", "--gzip", "--checkpoint=fast"]
        words += ["--wal-method=fetch", "--manifest-checksums=SHA256"]
        try:
            _run(tools / "pg_basebackup", words, {"PGPASSWORD": login[1]})
        except BackupFailed:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        whole = self._bases / _now_from(draft).strftime(_STAMP)
        draft.chmod(0o700)
        draft.rename(whole)
        return BaseBackup(datetime.strptime(whole.name, _STAMP).replace(tzinfo=UTC), whole)

    def unpack(self, base: BaseBackup, target: Path, tools: Path) -> None:
        """Make a database's folder of a base backup, and hold every file against its checksum.

        Raises:
            BackupFailed: a file is not what was copied.
        """
        target.mkdir(mode=0o700)
        packed = base.folder / "base.tar.gz"
        _run(Path("tar"), ["--extract", "--gzip", f"--file={packed}", f"--directory={target}"], {})
        shutil.copy(base.folder / "backup_manifest", target)
        _run(tools / "pg_verifybackup", ["--no-parse-wal", "--quiet", str(target)], {})
        (target / "backup_manifest").unlink()
        target.chmod(0o700)
        hand_over(target, self.account)

    def keep_rest(self, data: Path) -> int:
        """Keep what a database that has ended had not handed over yet; return how many segments."""
        kept = 0
        for segment in sorted((data / "pg_wal").glob("*")):
            if SEGMENT.fullmatch(segment.name) and _is_current(segment):
                target = self._wal / f"{segment.name}.gz"
                if not target.exists():
                    draft = target.with_suffix(".part")
                    with segment.open("rb") as source, draft.open("wb") as made:
                        subprocess.run(["gzip", "-1", "-n"], stdin=source, stdout=made, check=True)  # noqa: S607
                    draft.rename(target)
                    kept += 1
        hand_over(self._wal, self.account)
        return kept

    def forget(self, most: int) -> int:
        """Keep the newest base backups and the log since the oldest of them; return what went."""
        bases, gone = self.bases(), 0
        for base in bases[:-most]:
            shutil.rmtree(base.folder)
            gone += 1
        if bases:
            oldest = bases[-most:][0].first_segment()
            for kept in self._wal.glob("*.gz"):
                name = kept.name.removesuffix(".gz")
                if SEGMENT.fullmatch(name) and name[8:] < oldest:
                    kept.unlink()
                    gone += 1
        return gone


def _now_from(draft: Path) -> datetime:
    """Return when a copy was whole: its manifest is written last."""
    return datetime.fromtimestamp((draft / "backup_manifest").stat().st_mtime, UTC)


def _is_current(segment: Path) -> bool:
    """Whether a segment holds what its name says: one made ready for later holds an older's."""
    with segment.open("rb") as handle:
        head = handle.read(16)
    place = int.from_bytes(head[8:16], "little")
    number = int(segment.name[8:16], 16) << 32 | int(segment.name[16:24], 16) * _SEGMENT_BYTES
    return place == number


def _quoted(text: str) -> str:
    """Return a value as a configuration file holds it."""
    return "'" + text.replace("'", "''") + "'"


def _run(program: Path, words: list[str], more: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [str(program), *words],
        env=plain_environment() | more,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BackupFailed(f"{program.name} failed: {done.stderr.strip() or done.stdout.strip()}")
