"""A private PostgreSQL with TimescaleDB: its folder, its configuration, how it is started.

It listens on the loopback only, wants SCRAM passwords from everybody, never trades a committed
reading for speed (``synchronous_commit`` stays on), and reports nothing to anyone.
"""

import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from deploy.errors import SetupFailed
from deploy.services.process import Launch
from deploy.services.unix_account import UnixAccount, hand_over
from deploy.services.wal_archive import WalArchive
from deploy.settings import plain_environment

SUPERUSER = "postgres"
DATABASE = "homeward"

CONFIGURATION = """\
# Written by Homeward at every start: changes here are lost.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
max_connections = 120
max_locks_per_transaction = 256
max_worker_processes = 24
timescaledb.max_background_workers = 8
shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
effective_cache_size = '1GB'
max_wal_size = '2GB'
wal_compression = on
checkpoint_timeout = '15min'
synchronous_commit = on
track_commit_timestamp = on
fsync = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = '2s'
log_line_prefix = '%m [%p] %u@%d '
client_connection_check_interval = '5s'
"""
ACCESS = """\
# Written by Homeward at every start: passwords only, loopback only.
host all all 127.0.0.1/32 scram-sha-256
host replication postgres 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivatePostgres:
    """One database server of our own.

    Attributes:
        binaries: folder of ``postgres`` and ``initdb``.
        data: its data folder, reachable by ``account``.
        port: loopback port.
        password: the superuser's.
        account: who it runs as; None means ourselves.
        archive: where its write-ahead log is kept besides; None: nowhere.
    """

    binaries: Path
    data: Path
    port: int
    password: str
    account: UnixAccount | None
    archive: WalArchive | None = None

    def prepare(self) -> None:
        """Make the data folder on the first start; write the configuration on every start."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        kept = ""
        if self.archive is not None:
            self.archive.make_folder()
            kept = self.archive.settings()
        (self.data / "postgresql.conf").write_text(CONFIGURATION + kept)
        (self.data / "pg_hba.conf").write_text(ACCESS)

    def _initialise(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        hand_over(self.data, self.account)
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        with tempfile.NamedTemporaryFile("w", prefix="homeward-") as secret:
            secret.write(self.password + "\n")
            secret.flush()
            if self.account is not None:
                os.chown(secret.name, self.account.uid, self.account.gid)
            self._run_initdb("--pwfile", secret.name, "--locale", locale, "--encoding", "UTF8")

    def _run_initdb(self, *options: str) -> None:
        argv = [str(self.binaries / "initdb"), "--pgdata", str(self.data), "--username", SUPERUSER]
        argv += ["--auth", "scram-sha-256", "--no-instructions", *options]
        launch = self._launch(argv)
        done = subprocess.run(  # noqa: S603 - our own command
            launch.argv, check=False, capture_output=True, text=True, **launch.options()
        )
        if done.returncode != 0:
            raise SetupFailed(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")

    def launch(self) -> Launch:
        """Return how the server is started."""
        program = str(self.binaries / "postgres")
        return self._launch([program, "-D", str(self.data), "-p", str(self.port)])

    def _launch(self, argv: list[str]) -> Launch:
        return Launch(
            argv=argv,
            env=plain_environment(),
            account=self.account,
            stop_signal=signal.SIGINT,
            last_resort=signal.SIGQUIT,
            stop_timeout_s=30.0,
        )

    def url(self, database: str = DATABASE) -> str:
        """Return the superuser's address of ``database``."""
        return address(SUPERUSER, self.password, self.port, database)

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def address(user: str, password: str, port: int, database: str = DATABASE) -> str:
    """Return a connection URL on the loopback."""
    return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{port}/{database}"
