"""Bootstrap of a database before the programs use it: roles, schema, first administrator."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from api.admin import create_admin
from api.store.connections import address
from deploy.database.roles import make_database, make_roles
from deploy.secrets.logins import LOGINS, OWNER
from deploy.secrets.stack_secrets import Secrets
from gateway.migrations import upgrade

ADMIN = "admin"
_OWN = {"user", "password", "passfile", "host", "port", "dbname"}


def prepare_database(administrator: str, secrets: Secrets) -> None:
    """Bring the ward's database up to date, with its first administrator.

    Args:
        administrator: address of the ward's database (it need not exist yet), for a role that may
            make roles and databases.
        secrets: passwords of the login roles and of the first administrator.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    owner = migrate_with_roles(administrator, secrets.logins)
    with psycopg.connect(address(administrator)) as conn:
        known = conn.execute("SELECT 1 FROM app_user WHERE username = %s", (ADMIN,)).fetchone()
    if known is None:
        create_admin(owner, ADMIN, secrets.admin)


def migrate_with_roles(administrator: str, passwords: Mapping[str, str]) -> str:
    """Make roles and database, bring the schema up to date; return the owner's address."""
    make_empty(administrator, passwords)
    owner = login_address(administrator, OWNER, passwords)
    upgrade(owner)
    return owner


def make_empty(administrator: str, passwords: Mapping[str, str]) -> None:
    """Make the roles, and the database without any table; what is there is left alone."""
    name = str(conninfo_to_dict(administrator)["dbname"])
    with psycopg.connect(
        address(make_conninfo(administrator, dbname="postgres")), autocommit=True
    ) as conn:
        make_roles(conn, passwords)
        make_database(conn, name)


def read_passwords(folder: Path) -> dict[str, str]:
    """Return the login roles' passwords from ``<login>.password`` files.

    Raises:
        FileNotFoundError: one of them is missing.
    """
    files = {login: folder / f"{login}.password" for login in LOGINS}
    return {login: file.read_text().strip() for login, file in files.items()}


def login_address(administrator: str, login: str, passwords: Mapping[str, str]) -> str:
    """Return the address of the same database for a login role, as a URL; of all its hosts."""
    parts = conninfo_to_dict(administrator)
    hosts = str(parts.get("host") or "127.0.0.1").split(",")
    ports = str(parts.get("port") or "5432").split(",")
    ports *= len(hosts) if len(ports) == 1 else 1
    places = ",".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=True))
    more = {name: str(said) for name, said in parts.items() if name not in _OWN}
    asked = f"?{urlencode(more, quote_via=quote)}" if more else ""
    return f"postgresql://{login}:{passwords[login]}@{places}/{parts['dbname']}{asked}"
