"""A standby of a private PostgreSQL, made by a base backup as an operator makes one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.bench.child import Child
from deploy.bench.stack import DatabaseServer
from deploy.services.ports import free_ports
from deploy.services.postgres import PrivatePostgres
from deploy.services.unix_account import hand_over, service_account
from deploy.settings import plain_environment


@contextmanager
def standby_of(primary: DatabaseServer) -> Iterator[tuple[Child, PrivatePostgres]]:
    """Yield a standby that follows a primary, and how it is reached; it is stopped at the end."""
    here, account = primary.base, service_account()
    port = free_ports(1)[0]
    private = PrivatePostgres(
        binaries=here.binaries.postgres,
        data=here.folder / f"standby-{port}",
        port=port,
        password=here.secrets.superuser,
        account=account,
    )
    words = ["--host=127.0.0.1", f"--port={primary.private.port}", "--username=postgres"]
    words += [f"--pgdata={private.data}", "--write-recovery-conf", "--checkpoint=fast"]
    program = str(here.binaries.postgres / "pg_basebackup")
    env = plain_environment() | {"PGPASSWORD": here.secrets.superuser}
    subprocess.run([program, *words], check=True, env=env)  # noqa: S603 - our own server's
    private.data.chmod(0o700)
    hand_over(private.data, account)
    private.prepare()
    child = Child(
        name="standby",
        launch=private.launch(),
        answers=private.answers,
        log=here.folder / f"standby-{port}.log",
    )
    child.start()
    try:
        yield child, private
    finally:
        child.stop()
