"""The address of a login role is that of the administrator, with another name."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from deploy.database.bootstrap import login_address

PASSWORDS = {"homeward_owner": "secret"}


@pytest.mark.parametrize(
    ("administrator", "place"),
    [
        ("postgresql://postgres:x@db:5433/homeward", "db:5433"),
        ("postgresql://postgres:x@a:1,b:2/homeward", "a:1,b:2"),
        ("host=a,b port=5433 user=postgres password=x dbname=homeward", "a:5433,b:5433"),
        ("dbname=homeward", "127.0.0.1:5432"),
    ],
)
def test_all_hosts_are_named(administrator: str, place: str) -> None:
    made = login_address(administrator, "homeward_owner", PASSWORDS)
    assert made == f"postgresql://homeward_owner:secret@{place}/homeward"


def test_how_the_line_is_kept_is_taken_along_and_the_own_password_is_not() -> None:
    said = (
        "postgresql://postgres@db/homeward?sslmode=verify-full&sslrootcert=/a%20b.crt&passfile=/p"
    )
    made = conninfo_to_dict(login_address(said, "homeward_owner", PASSWORDS))
    assert (made["sslmode"], made["sslrootcert"]) == ("verify-full", "/a b.crt")
    assert made.get("password") == PASSWORDS["homeward_owner"]
    assert "passfile" not in made
