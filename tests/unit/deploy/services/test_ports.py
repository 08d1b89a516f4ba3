"""Ports that stay, and a data folder for one stack at a time."""

import stat
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest
from sqlalchemy.exc import ArgumentError

from deploy.cli.operator_errors import explain
from deploy.errors import FolderRefused
from deploy.services import ports
from deploy.services.ports import Ports, assignable, choose, claim, ephemeral, free_ports, kept_in
from deploy.services.unix_account import UnixAccount
from deploy.settings import DatabaseSettings
from deploy.stack import data_folder as folders
from gateway.migrations import upgrade


def test_a_base_gives_a_fixed_row() -> None:
    assert astuple(choose(8000, {"api": 1})) == tuple(range(8000, 8007))


def test_kept_ports_are_used_again_while_they_are_free() -> None:
    first = choose(None, {})
    kept = {name: getattr(first, name) for name in Ports.__dataclass_fields__}
    assert choose(None, kept) == first
    assert len(set(free_ports(6))) == 6


@pytest.mark.parametrize("content", ["", "[]", "{", '{"api": "x", "mqtt": 1.5, "postgres": 70000}'])
def test_ports_that_cannot_be_read_are_chosen_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "ports.json").write_text(content)
    assert kept_in(tmp_path / "ports.json") == {}
    assert kept_in(tmp_path / "none.json") == {}


def test_a_free_port_is_none_that_the_kernel_gives_to_outgoing_connections() -> None:
    assert not set(free_ports(20)) & set(ephemeral())


@pytest.mark.parametrize("content", ["", "32768", "a b", "1 2 3"])
def test_a_kernel_that_does_not_tell_has_the_usual_range(tmp_path: Path, content: str) -> None:
    (tmp_path / "range").write_text(content)
    assert ephemeral(tmp_path / "range") == ephemeral(tmp_path / "none") == range(32_768, 61_000)


def test_ports_come_from_beside_the_ephemeral_range_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "range").write_text("10000\t60000\n")
    assert ephemeral(tmp_path / "range") == range(10_000, 60_001)
    assert assignable(range(10_000, 60_001)) == list(range(60_001, 65_536))
    assert assignable(range(32_768, 61_000))[0] == 10_000
    assert assignable(range(1024, 65_536)), "a machine that gives away nearly all has ports too"


CLAIMS = """
from deploy.services.ports import free_ports
print(free_ports(1)[0], flush=True)
input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="claims are names in a namespace of Linux")
def test_two_processes_are_never_told_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other has not bound it yet: it has only been told."""
    command = [sys.executable, "-c", CLAIMS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: S603
        assert other.stdout is not None
        told = int(other.stdout.readline())
        assert choose(None, {"api": told}).api != told
        monkeypatch.setattr(ports, "assignable", lambda _: [told])
        assert ports.is_free(told)
        assert not claim(told)
        with pytest.raises(OSError, match="fewer than 1 ports"):
            free_ports(1)
        other.communicate(b"\n")
    assert free_ports(1) == [told], "whoever ends gives its ports back"


def test_one_folder_serves_one_stack(tmp_path: Path) -> None:
    with folders.opened(tmp_path / "ward", None) as ward:
        assert stat.S_IMODE(ward.root.stat().st_mode) == 0o700
        with (
            pytest.raises(FolderRefused, match="another Homeward already runs"),
            folders.opened(tmp_path / "ward", None),
        ):
            pass
    with folders.opened(tmp_path / "ward", None) as again:
        assert again.servers.is_dir()


def test_a_folder_that_cannot_be_made_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(FolderRefused, match="cannot use the data folder"),
        folders.opened(tmp_path / "file" / "ward", None),
    ):
        pass


def test_servers_that_cannot_enter_get_a_folder_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = UnixAccount(name="nobody", uid=65534, gid=65534)
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setattr(folders, "_ELSEWHERE", elsewhere)
    monkeypatch.setattr(
        folders, "can_reach", lambda folder, _: elsewhere in (folder, *folder.parents)
    )
    with folders.opened(tmp_path / "ward", account) as ward:
        assert ward.servers.parent == elsewhere
    with folders.opened(tmp_path / "ward", account) as again:
        assert again.servers == ward.servers


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(ValueError, match="database_url") as failure:
        DatabaseSettings(_env_file=None)  # type: ignore[call-arg]
    assert explain(failure.value) == "HOMEWARD_DATABASE_URL: is not set"


def test_a_defect_is_not_explained_away() -> None:
    assert explain(RuntimeError("bug")) is None


def test_an_address_that_is_none_is_told_in_one_line() -> None:
    with pytest.raises(ArgumentError) as caught:
        upgrade("garbage")
    said = explain(caught.value)
    assert said is not None
    assert said.startswith("HOMEWARD_DATABASE_URL is not like postgresql://")
