"""Ports that stay, and a data folder for one stack at a time."""

import stat
from dataclasses import astuple
from pathlib import Path

import pytest
from sqlalchemy.exc import ArgumentError

from deploy import folder as folders
from deploy.accounts import Account
from deploy.errors import FolderRefused
from deploy.ports import Ports, choose, free_ports, kept_in
from deploy.refusals import explain
from deploy.settings import DatabaseSettings
from gateway.migrations import upgrade


def test_a_base_gives_a_fixed_row() -> None:
    assert astuple(choose(8000, {"api": 1})) == tuple(range(8000, 8006))


def test_kept_ports_are_used_again_while_they_are_free() -> None:
    first = choose(None, {})
    kept = {name: getattr(first, name) for name in Ports.__dataclass_fields__}
    assert choose(None, kept) == first
    assert len(set(free_ports(6))) == 6


@pytest.mark.parametrize("content", ["", "[]", "{", '{"api": "x", "mqtt": 1.5}'])
def test_ports_that_cannot_be_read_are_chosen_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "ports.json").write_text(content)
    assert kept_in(tmp_path / "ports.json") == {}
    assert kept_in(tmp_path / "none.json") == {}


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
    account = Account(name="nobody", uid=65534, gid=65534)
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
