"""Binaries of PostgreSQL with TimescaleDB, Mosquitto, Orthanc and Chromium on this machine.

What the system has is used when it is good enough; else a private copy is made. A PostgreSQL
without TimescaleDB is passed over, however prominent it is in the path.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.services.debian_packages import Recipe, cache_folder, ensure, library_folders
from deploy.settings import StackSettings, plain_environment

MIN_POSTGRES = 15
MIN_MOSQUITTO = 2

SERVICES = Recipe(
    name="services",
    debian_suite="trixie",
    packages=("postgresql-*-timescaledb", "mosquitto"),
    programs=(
        "usr/lib/postgresql/*/bin/postgres",
        "usr/lib/postgresql/*/bin/initdb",
        "usr/lib/postgresql/*/bin/pg_basebackup",
        "usr/lib/postgresql/*/bin/pg_dump",
        "usr/lib/postgresql/*/bin/pg_restore",
        "usr/lib/postgresql/*/bin/pg_verifybackup",
        "usr/lib/postgresql/*/bin/psql",
        "usr/sbin/mosquitto",
    ),
)
ARCHIVE = Recipe(
    name="archive",
    debian_suite="trixie",
    packages=("orthanc", "orthanc-dicomweb"),
    programs=("usr/sbin/Orthanc",),
)
MONITORING = Recipe(
    name="monitoring",
    debian_suite="trixie",
    packages=("prometheus",),
    programs=("usr/bin/promtool",),
)
BROWSER = Recipe(
    name="browser",
    debian_suite="",
    packages=("chromium", "fontconfig-config", "fonts-dejavu-core"),
    left_out=("libc6", "libc-bin"),
)

_SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_MOSQUITTO_PLACES = (
    "/usr/sbin/mosquitto",
    "/usr/local/sbin/mosquitto",
    "/opt/homebrew/sbin/mosquitto",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """The folder of PostgreSQL's programs, and the broker."""

    postgres: Path
    mosquitto: Path


def find_services(settings: StackSettings, say: Callable[[str], None]) -> Binaries:
    """Return programs that are good enough, from the system or from a private copy.

    Raises:
        NothingToRun: neither is possible; the message says what to install.
        SetupFailed: the private copy could not be made.
    """
    postgres = None if settings.database_url else system_postgres()
    mosquitto = None if settings.mqtt_url else system_mosquitto()
    need_postgres = postgres is None and not settings.database_url
    need_mosquitto = mosquitto is None and not settings.mqtt_url
    if need_postgres or need_mosquitto:
        copy = ensure(SERVICES, cache_folder(settings), say)
        if need_postgres:
            postgres = max(copy.glob("usr/lib/postgresql/*/bin"))
        if need_mosquitto:
            mosquitto = copy / "usr/sbin/mosquitto"
    return Binaries(postgres=postgres or Path(), mosquitto=mosquitto or Path())


def system_postgres() -> Path | None:
    """Return the system's newest PostgreSQL that is new enough and has TimescaleDB, or None."""
    good = [folder for folder in _postgres_folders() if has_timescale(folder)]
    return max(good, key=lambda folder: major_version(folder / "postgres"), default=None)


def _postgres_folders() -> Iterator[Path]:
    """Yield folders that hold both ``postgres`` and ``initdb``."""
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    for pattern in _SYSTEM_POSTGRES:
        found += Path("/").glob(pattern.lstrip("/"))
    yield from (f for f in found if (f / "postgres").exists() and (f / "initdb").exists())


def has_timescale(folder: Path) -> bool:
    """Whether the PostgreSQL in ``folder`` is new enough and has TimescaleDB to load."""
    if major_version(folder / "postgres") < MIN_POSTGRES:
        return False
    pg_config = folder / "pg_config"
    if pg_config.exists():
        share = Path(_output([str(pg_config), "--sharedir"]).strip())
    else:
        share = Path("/usr/share/postgresql") / folder.parent.name
    return (share / "extension" / "timescaledb.control").exists()


def system_mosquitto() -> Path | None:
    """Return the system's Mosquitto if it is new enough, or None."""
    on_path = shutil.which("mosquitto")
    for place in [*([on_path] if on_path else []), *_MOSQUITTO_PLACES]:
        if Path(place).exists() and major_version(Path(place), flag="-h") >= MIN_MOSQUITTO:
            return Path(place)
    return None


def major_version(program: Path, flag: str = "--version") -> int:
    """Return the first number of the version that ``program`` tells, 0 if it tells none."""
    found = re.search(r"(?:version|PostgreSQL\)) (\d+)", _output([str(program), flag]))
    return int(found[1]) if found else 0


def _output(command: list[str]) -> str:
    """Return what a short command prints, empty when it cannot be run."""
    try:
        return subprocess.run(  # noqa: S603 - fixed commands
            command, check=False, capture_output=True, text=True, env=plain_environment()
        ).stdout
    except OSError:
        return ""


def find_archive(settings: StackSettings, say: Callable[[str], None]) -> Path:
    """Return a private copy of Orthanc: fetched when a ward first keeps images, and not before.

    Always a copy: which plugins and which dictionary a system's own has is anybody's guess.
    """
    return ensure(ARCHIVE, cache_folder(settings), say)


def find_promtool(settings: StackSettings, say: Callable[[str], None]) -> Path:
    """Return what checks Prometheus' rules: the system's, else a private copy.

    Raises:
        NothingToRun: there is no way to one.
        SetupFailed: the private copy could not be made.
    """
    on_path = shutil.which("promtool")
    return (
        Path(on_path)
        if on_path
        else ensure(MONITORING, cache_folder(settings), say) / ("usr/bin/promtool")
    )


def find_chromium(settings: StackSettings, say: Callable[[str], None]) -> Path:
    """Return a Chromium to drive in tests: the system's, else a private copy."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    return _wrapped(ensure(BROWSER, cache_folder(settings), say))


def _wrapped(copy: Path) -> Path:
    """Return a starter beside the copied browser that shows it its libraries and fonts."""
    starter = copy / "homeward-chromium"
    config = copy / "homeward-fonts.conf"
    libraries = ":".join(str(folder) for folder in library_folders(copy))
    text = (
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="{config}"\n'
        f'exec "{copy}/usr/lib/chromium/chromium" "$@"\n'
    )
    if not starter.exists() or starter.read_text() != text:
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
            f"<fontconfig><dir>{copy}/usr/share/fonts</dir>"
            "<cachedir prefix='xdg'>homeward-fonts</cachedir></fontconfig>\n"
        )
        draft = starter.with_suffix(".draft")
        draft.write_text(text)
        draft.chmod(0o755)
        draft.rename(starter)
    return starter
