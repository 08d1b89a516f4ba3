"""Database roles: who may log in, and as what.

Migrations give privileges to group roles without login; the login roles of the three programs
are members of one each. Made here, by whoever administers the server, before the migrations:
the owner of the schema then needs no right to make roles.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from deploy.secrets.logins import GROUPS, LOGINS, OWNER


def make_roles(connection: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Make what is missing of the groups and logins, and set the logins' passwords.

    Args:
        connection: autocommit connection of a superuser (or a role that may make roles).
        passwords: by login role, for all of ``LOGINS``.
    """
    for group in GROUPS.values():
        _make(connection, group, "NOLOGIN")
    for login in LOGINS:
        _make(connection, login, "LOGIN")
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(login), sql.Literal(passwords[login])
            )
        )
    connection.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(sql.Identifier(OWNER)))
    for login, group in GROUPS.items():
        grant = sql.SQL("GRANT {} TO {}")
        connection.execute(grant.format(sql.Identifier(group), sql.Identifier(login)))


def _make(connection: psycopg.Connection, role: str, login: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    if known is None:
        statement = sql.SQL("CREATE ROLE {} " + login).format(sql.Identifier(role))
        connection.execute(statement)


def make_database(connection: psycopg.Connection, name: str) -> None:
    """Make the database if there is none, owned by the schema's owner, closed to the public."""
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    names = {"database": sql.Identifier(name), "owner": sql.Identifier(OWNER)}
    if known is None:
        connection.execute(sql.SQL("CREATE DATABASE {database}").format(**names))
    connection.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    for group in GROUPS.values():
        grant = sql.SQL("GRANT CONNECT ON DATABASE {database} TO {group}")
        connection.execute(grant.format(group=sql.Identifier(group), **names))
