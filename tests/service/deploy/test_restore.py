"""A ward's database brought back to a moment, and after its disk is gone."""

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from deploy.database.bootstrap import login_address, prepare_database
from deploy.errors import BackupFailed
from deploy.secrets.logins import GROUPS, OWNER
from deploy.services.unix_account import service_account
from deploy.services.wal_archive import WalArchive
from deploy.settings import StackSettings
from deploy.stack.data_folder import opened
from deploy.stack.plan import StackOptions, StackPlan, prepare
from deploy.stack.restore import Restored, restore
from gateway.store.evidence import Range
from gateway.verify import walk
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.servers import Running, wait_until

SECOND = timedelta(seconds=1)
LOGIN = {group: login for login, group in GROUPS.items()}


@dataclass(slots=True, kw_only=True)
class Kept:
    """A stack's database that keeps backups, without the rest of the stack."""

    place: Path
    options: StackOptions
    settings: StackSettings
    plan: StackPlan
    running: Running

    @property
    def archive(self) -> WalArchive:
        assert self.plan.backups is not None
        return self.plan.backups

    def url(self) -> str:
        return self.plan.postgres().url()

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()

    def frames(self) -> int:
        return int(str(self.rows("SELECT count(*) FROM signed_frame WHERE kind = 1")[0][0]))

    def now(self) -> datetime:
        [(now,)] = self.rows("SELECT clock_timestamp()")
        assert isinstance(now, datetime)
        return now

    def copy(self) -> None:
        server = self.plan.postgres()
        tools = self.plan.binaries.postgres
        self.archive.take(tools, server.port, ("postgres", server.password), datetime.now(UTC))

    def restore(self, until: datetime | None) -> Restored:
        done = restore(self.options, until, self.settings, lambda _: None)
        self.running.start()
        return done

    def database(self) -> Database:
        by = {
            login: login_address(self.url(), login, self.plan.secrets.logins)
            for login in (OWNER, *LOGIN.values())
        }
        return Database(
            name="homeward",
            superuser=self.url(),
            owner=by[OWNER],
            gateway=by[LOGIN["homeward_gateway"]],
            api=by[LOGIN["homeward_api"]],
            engine=by[LOGIN["homeward_engine"]],
        )

    @contextmanager
    def bench(self) -> Iterator[Bench]:
        folder = self.place / "gateway"
        folder.mkdir(exist_ok=True)
        with bench_on(self.database(), folder) as made:
            made.synced(made.fleet[0])
            yield made


def command(*words: str) -> str:
    """What a command of ``homeward`` prints."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "deploy.cli", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def send(bench: Bench, count: int) -> None:
    for _ in range(count):
        bench.send(bench.vitals(bench.fleet[0]))


@pytest.fixture
def kept(stack_settings: StackSettings) -> Iterator[Kept]:
    if stack_settings.database_url:
        pytest.skip("needs a server of its own")
    place = Path(tempfile.mkdtemp(prefix="homeward-restore-"))
    place.chmod(0o755)
    settings = stack_settings.model_copy(update={"backup_wal_s": 1.0})
    options = StackOptions(data=place / "ward", backups=place / "copies")
    account = service_account()
    with opened(options.data, account) as folder:
        plan = prepare(
            options, settings, folder, account=account, say=lambda _: None, real_s=time.time()
        )
        plan.postgres().prepare()
    running = Running(server=plan.postgres(), log=place / "postgres.log")
    running.start()
    try:
        prepare_database(plan.postgres().url(), plan.secrets)
        yield Kept(place=place, options=options, settings=settings, plan=plan, running=running)
    finally:
        running.stop()
        shutil.rmtree(place, ignore_errors=True)


def test_a_mistake_is_undone_and_the_record_proved(
    kept: Kept, record_property: Callable[[str, object], None]
) -> None:
    """What was committed up to the moment is there, what came after is not, and all of it holds."""
    with kept.bench() as bench:
        send(bench, 3)
        kept.copy()
        send(bench, 4)
        moment = kept.now()
        send(bench, 2)
        bench.run("DELETE FROM observation")
    kept.running.kill()
    done = kept.restore(moment)
    assert kept.frames() == 7
    assert walk.run(kept.url(), Range(), out := io.StringIO()) == 0, out.getvalue()
    assert done.newest is not None
    assert done.newest <= moment
    assert done.kept >= 1, "the moment was in no segment that had been handed over"
    assert done.aside is not None
    assert done.aside.exists()
    record_property("rto_s", f"{done.seconds:.1f}")
    again = Bench(kept.database(), bench.settings, bench.keys, bench.fleet)
    send(again, 1)
    again.session.close()
    assert kept.frames() == 8, "the ward goes on"
    kept.running.stop()
    with pytest.raises(BackupFailed, match="does not reach"):
        kept.restore(datetime.now(UTC) + timedelta(hours=1))
    with pytest.raises(BackupFailed, match="no backup from before"):
        kept.restore(moment - timedelta(days=1))
    kept.running.start()
    assert kept.frames() == 8, "what was there is put back"


def test_a_ward_whose_disk_is_gone_comes_back_to_its_last_seconds(
    kept: Kept, record_property: Callable[[str, object], None]
) -> None:
    with kept.bench() as bench:
        kept.copy()
        send(bench, 5)
        before = kept.now()
        [(segment,)] = kept.rows("SELECT pg_walfile_name(pg_current_wal_lsn())")
        archived = kept.archive.folder / "wal" / f"{segment}.gz"
        wait_until(archived.exists, 30.0)
        send(bench, 1)
        lost_from = kept.now()
    kept.running.kill()
    shutil.rmtree(kept.plan.postgres().data)
    said = command(
        "restore", "--data", str(kept.options.data), "--backups", str(kept.options.backups)
    )
    kept.running.start()
    assert kept.frames() in {5, 6}
    assert walk.run(kept.url(), Range(), out := io.StringIO()) == 0, out.getvalue()
    found = re.search(r"restored in ([0-9.]+) s .*\nnewest commit: (\S+);", said)
    assert found is not None, said
    newest = datetime.fromisoformat(found[2])
    assert newest >= before - SECOND
    record_property("rpo_s", f"{(lost_from - newest).total_seconds():.1f}")
    record_property("rto_s", found[1])


def test_old_copies_go_with_the_log_that_only_they_need(kept: Kept) -> None:
    kept.copy()
    kept.rows("SELECT pg_switch_wal()")
    kept.copy()
    kept.rows("SELECT pg_switch_wal()")
    stack = kept.place / "stack.json"
    told = {"database_url": kept.url(), "backups": str(kept.options.backups)}
    stack.write_text(json.dumps(told))
    assert "can be brought to any moment" in command("backup", "--stack", str(stack))
    bases = kept.archive.bases()
    assert len(bases) == 3
    kept.archive.forget(2)
    assert kept.archive.bases() == bases[1:]
    oldest = bases[1].first_segment()
    segments = [one.name for one in (kept.archive.folder / "wal").glob("*.gz")]
    whole = [one for one in segments if len(one) == len("000000010000000000000001.gz")]
    assert whole
    assert min(one[8:24] for one in whole) >= oldest
