"""Addresses of the database: several hosts, and lines that nobody waits on for ever.

``postgresql://login@a:5432,b:5432/homeward`` names the members of a pair; the one that takes writes
is found by libpq, at every connect anew, so a promotion needs no word to anybody. Whatever the
address says itself holds (``connect_timeout``, ``tcp_user_timeout``, ..): libpq's own names.
"""

from collections.abc import Mapping

from psycopg import conninfo

LINE: Mapping[str, str] = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""Parameters of libpq: a host that is away is passed over, a line that is cut is found, in time."""


def address(database_url: str, **more: str) -> str:
    """Return an address with what it leaves out.

    Args:
        database_url: of one host, or of several.
        more: further parameters of libpq, which hold.

    Raises:
        psycopg.ProgrammingError: it is no address.
    """
    said = {name: str(value) for name, value in conninfo.conninfo_to_dict(database_url).items()}
    several = "," in (said.get("host") or said.get("hostaddr") or "")
    found = {"target_session_attrs": "read-write"} if several else {}
    return conninfo.make_conninfo(**{**LINE, **found, **said, **more})
