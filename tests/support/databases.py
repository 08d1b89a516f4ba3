"""A fresh, migrated database for each test, copied from a template in well under a second."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from deploy.database.roles import make_database, make_roles
from deploy.secrets.logins import GROUPS, LOGINS, OWNER
from gateway.migrations import upgrade

TEMPLATE = "homeward_template"


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Addresses of one database by who connects."""

    name: str
    superuser: str
    owner: str
    gateway: str
    api: str
    engine: str


@dataclass(slots=True)
class DatabaseServer:
    """A running server: makes databases, empty or migrated.

    Attributes:
        url: superuser's address of the database ``postgres``.
        passwords: of the login roles.
    """

    url: str
    passwords: dict[str, str] = field(
        default_factory=lambda: {login: secrets.token_hex(16) for login in LOGINS}
    )
    _templated: bool = False

    def hurry(self) -> None:
        """Wait for no disk: a killed server loses nothing by it, only a machine's fall would."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(
                    sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting))
                )
            connection.execute("SELECT pg_reload_conf()")

    def prepare(self) -> None:
        """Make the roles."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            make_roles(connection, self.passwords)

    def database(self, name: str) -> Database:
        """Return the addresses of database ``name``, whether it exists or not."""
        login = {group: login for login, group in GROUPS.items()}
        return Database(
            name=name,
            superuser=self._address(name),
            owner=self._address(name, OWNER),
            gateway=self._address(name, login["homeward_gateway"]),
            api=self._address(name, login["homeward_api"]),
            engine=self._address(name, login["homeward_engine"]),
        )

    def _address(self, name: str, login: str | None = None) -> str:
        parts = conninfo_to_dict(self.url)
        user = login or parts["user"]
        password = self.passwords[login] if login else parts["password"]
        return f"postgresql://{user}:{password}@{parts['host']}:{parts['port']}/{name}"

    @contextmanager
    def empty(self) -> Iterator[Database]:
        """Yield a database without any table."""
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            make_database(connection, name)
        try:
            yield self.database(name)
        finally:
            self.drop(name)

    @contextmanager
    def migrated(self) -> Iterator[Database]:
        """Yield a database with the newest schema."""
        self._ensure_template()
        name = f"test_{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
            names = [sql.Identifier(n) for n in (name, TEMPLATE, OWNER)]
            connection.execute(statement.format(*names))
        try:
            yield self.database(name)
        finally:
            self.drop(name)

    def _ensure_template(self) -> None:
        """Migrate a database once and close it: an open one cannot be copied."""
        if self._templated:
            return
        self.drop(TEMPLATE)
        with psycopg.connect(self.url, autocommit=True) as connection:
            make_database(connection, TEMPLATE)
        upgrade(self.database(TEMPLATE).owner)
        with psycopg.connect(self.url, autocommit=True) as connection:
            name = sql.Identifier(TEMPLATE)
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                (TEMPLATE,),
            )
        self._templated = True

    def drop(self, name: str) -> None:
        """Drop a database, with whoever is still connected to it."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(statement.format(sql.Identifier(name)))
