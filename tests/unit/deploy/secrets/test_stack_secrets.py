"""Secrets: made once, private, whole, and renewed only when they end."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.secrets.certificates import load
from deploy.secrets.logins import LOGINS
from deploy.secrets.stack_secrets import ensure_certificates, ensure_secrets, write_private
from deploy.services.mosquitto import password_line
from deploy.stack.provision import provision

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_nothing_has_a_default_and_a_second_start_finds_the_same(tmp_path: Path) -> None:
    one = ensure_secrets(tmp_path / "a", NOW, None)
    other = ensure_secrets(tmp_path / "b", NOW, None)
    assert not set(contents(one.folder).values()) & set(contents(other.folder).values())
    before = contents(one.folder)
    again = ensure_secrets(tmp_path / "a", NOW, None)
    assert contents(one.folder) == before
    assert again == one
    assert set(one.logins) == set(LOGINS)


def test_secrets_are_closed_to_everybody_else(tmp_path: Path) -> None:
    folder = ensure_secrets(tmp_path / "s", NOW, None).folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def test_raw_keys_have_32_bytes(tmp_path: Path) -> None:
    secrets = ensure_secrets(tmp_path, NOW, None)
    for name in ("gateway-sign.key", "gateway-box.key", "master.key"):
        assert len(secrets.file(name).read_bytes()) == 32


def test_the_admins_password_may_be_chosen_once(tmp_path: Path) -> None:
    assert ensure_secrets(tmp_path, NOW, "correct horse battery").admin == "correct horse battery"
    assert ensure_secrets(tmp_path, NOW, "something else").admin == "correct horse battery"


def test_a_certificate_that_ends_is_renewed_under_the_same_authority(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    before = contents(tmp_path)
    ensure_certificates(tmp_path, NOW + timedelta(days=380))
    changed = {name for name, content in contents(tmp_path).items() if before[name] != content}
    names = ("broker", "database", "gateway")
    assert changed == {f"{name}.{end}" for name in names for end in ("crt", "key")}


def test_a_renewal_that_was_cut_short_is_repaired(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    write_private(tmp_path / "broker.key", (tmp_path / "gateway.key").read_bytes())
    ensure_certificates(tmp_path, NOW)
    assert load(tmp_path / "broker.crt", tmp_path / "broker.key").belongs_together()


def test_the_two_authorities_do_not_vouch_for_each_other(tmp_path: Path) -> None:
    ensure_certificates(tmp_path, NOW)
    device, service = (
        load(tmp_path / f"{name}.crt", tmp_path / f"{name}.key").certificate
        for name in ("device-ca", "service-ca")
    )
    gateway = load(tmp_path / "gateway.crt", tmp_path / "gateway.key").certificate
    assert gateway.issuer == service.subject
    assert device.subject != service.subject
    ssl.create_default_context(cafile=str(tmp_path / "service-ca.crt"))


def test_a_password_line_is_mosquittos_format() -> None:
    user, fields = password_line("fleet", "secret").strip().split(":")
    assert user == "fleet"
    assert fields.startswith("$7$101$")
    assert len(fields.split("$")) == 5


def test_provisioning_keeps_what_is_there(tmp_path: Path) -> None:
    provision(tmp_path / "deployment", ["broker.example.org"], NOW)
    before = contents(tmp_path / "deployment" / "secrets")
    provision(tmp_path / "deployment", ["broker.example.org"], NOW)
    assert contents(tmp_path / "deployment" / "secrets") == before
    configuration = (tmp_path / "deployment" / "broker" / "mosquitto.conf").read_text()
    assert "${" not in configuration
    assert "password_file" not in configuration
    assert "HOMEWARD-FLEET" not in (tmp_path / "deployment" / "broker" / "access.acl").read_text()
