"""What an address leaves out is added, and what it says holds."""

import pytest
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from gateway.address import LINE, address


def test_a_line_is_found_dead_in_time() -> None:
    made = conninfo_to_dict(address("postgresql://g:x@a/homeward", application_name="worker"))
    assert {name: made[name] for name in LINE} == dict(LINE)
    assert made["application_name"] == "worker"
    assert "target_session_attrs" not in made


def test_of_several_hosts_the_one_that_takes_writes() -> None:
    made = conninfo_to_dict(address("postgresql://g:x@a:1,b:2/homeward"))
    assert (made["host"], made["port"]) == ("a,b", "1,2")
    assert made["target_session_attrs"] == "read-write"


def test_what_the_address_says_holds() -> None:
    said = "postgresql://a,b/homeward?target_session_attrs=any&connect_timeout=2"
    made = conninfo_to_dict(address(said))
    assert (made["target_session_attrs"], made["connect_timeout"]) == ("any", "2")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ProgrammingError):
        address("garbage")
