"""The containers' description agrees with the programs: no setting is invented or forgotten."""

import importlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.secrets.logins import LOGINS
from deploy.services.orthanc import PrivateOrthanc
from deploy.stack.provision import provision

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SETTINGS = {
    "gateway": ("gateway.settings",),
    "api": (
        "api.settings",
        "api.notify.settings",
        "api.consult.settings",
        "api.consult.case_settings",
        "api.imaging.settings",
    ),
    "hl7": ("api.settings", "api.hl7.settings"),
    "migrate": ("deploy.settings",),
}
STARTS_DATABASE = (ROOT / "deploy" / "container" / "database.sh").read_text()
ALLOWED_KEYS = {
    "image", "build", "user", "restart", "read_only", "tmpfs", "cap_drop", "security_opt",
    "command", "environment", "secrets", "volumes", "networks", "shm_size", "healthcheck",
    "ports", "depends_on", "logging", "mem_limit", "stop_grace_period", "cap_add", "entrypoint",
    "profiles",
}  # fmt: skip


def classes(modules: tuple[str, ...]) -> list[type[BaseSettings]]:
    found = []
    for name in modules:
        module = importlib.import_module(name)
        found += [
            thing
            for thing in vars(module).values()
            if isinstance(thing, type)
            and issubclass(thing, BaseSettings)
            and thing.__module__ == name
        ]
    return found


def variable(settings: type[BaseSettings], name: str) -> str:
    return f"{settings.model_config['env_prefix']}{name}".upper()


def test_only_known_keys_and_only_described_networks_volumes_and_secrets() -> None:
    assert set(COMPOSE) <= {
        "name",
        "x-homeward",
        "x-logging",
        "services",
        "networks",
        "volumes",
        "secrets",
    }
    for name, service in COMPOSE["services"].items():
        assert set(service) <= ALLOWED_KEYS, name
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        assert set(service.get("depends_on", [])) <= set(COMPOSE["services"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"], name


@pytest.mark.parametrize("service", SETTINGS)
def test_every_variable_is_a_setting_and_every_required_setting_is_given(service: str) -> None:
    given = {v for v in COMPOSE["services"][service]["environment"] if v.startswith("HOMEWARD_")}
    known: dict[str, bool] = {}
    for settings in classes(SETTINGS[service]):
        for name, field in settings.model_fields.items():
            full = variable(settings, name)
            known[full] = known.get(full, False) or field.is_required()
    assert given <= set(known)
    assert {name for name, required in known.items() if required} <= given


def test_each_mounted_secret_is_used_and_each_used_one_is_mounted() -> None:
    for name in ("gateway", "api", "hl7", "database"):
        service = COMPOSE["services"][name]
        text = " ".join(str(value) for value in service["environment"].values())
        used = set(re.findall(r"/run/secrets/([\w.]+)", text))
        if name == "database":
            used |= set(re.findall(r"/run/secrets/([\w.]+)", STARTS_DATABASE))
        assert used == set(service["secrets"]), name
    wanted = {f"{login}.password" for login in LOGINS} | {"postgres_pgpass", "service_ca_crt"}
    assert set(COMPOSE["services"]["migrate"]["secrets"]) == wanted


def test_nothing_secret_is_written_here_or_has_a_default() -> None:
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"\$\{[A-Z_]+:-", text)
    assert not re.search(r"postgresql://[^@\s]*:[^@\s]*@", text)


def test_every_secret_is_one_that_provisioning_makes(tmp_path: Path) -> None:
    provision(tmp_path, ["broker.example.org"], datetime(2026, 1, 1, tzinfo=UTC))
    for secret in COMPOSE["secrets"].values():
        file = secret["file"].removeprefix("./deployment/")
        assert (tmp_path / file).is_file(), file


def test_the_ward_clock_is_real_in_production() -> None:
    assert "HOMEWARD_CLOCK" not in (ROOT / "docker-compose.yml").read_text()


def test_what_goes_to_the_database_is_encrypted_and_it_is_the_right_one() -> None:
    for name in ("migrate", "gateway", "api", "hl7"):
        for variable_name, value in COMPOSE["services"][name]["environment"].items():
            if variable_name.endswith("DATABASE_URL"):
                assert "sslmode=verify-full" in value, (name, variable_name)
                assert "sslrootcert=/run/secrets/service_ca_crt" in value, (name, variable_name)
    assert "ssl=on" in STARTS_DATABASE
    rules = (ROOT / "deploy" / "container" / "pg_hba.conf").read_text().splitlines()
    kinds = {line.split()[0] for line in rules if line and not line.startswith("#")}
    assert kinds == {"local", "hostssl"}, "nothing in clear from outside the container"


def test_the_api_answers_to_the_sites_name_alone() -> None:
    hosts = COMPOSE["services"]["api"]["environment"]["HOMEWARD_ALLOWED_HOSTS"]
    assert hosts == "${HOMEWARD_SITE:?},127.0.0.1"


def test_tokens_travel_only_behind_tls() -> None:
    assert "ports" not in COMPOSE["services"]["api"]
    assert "443:443" in COMPOSE["services"]["proxy"]["ports"]
    assert "COOKIE_SECURE" not in str(COMPOSE["services"]["api"]["environment"])


def test_no_service_grows_without_bound_or_has_more_rights_than_it_needs() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "max-size" in service["logging"]["options"], name
        assert "mem_limit" in service, name
        assert name == "database" or service["read_only"] is True, name


def test_every_image_that_we_do_not_build_is_pinned_to_a_version() -> None:
    for name, service in COMPOSE["services"].items():
        if "build" not in service:
            assert re.search(r":\d+\.\d+\.\d+", service["image"]), name


def test_the_operators_page_names_the_images_that_are_used() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    built_on = re.findall(
        r"^FROM (\S+)", (ROOT / "deploy" / "container" / "Dockerfile").read_text(), re.MULTILINE
    )
    images = {s["image"] for s in COMPOSE["services"].values() if "build" not in s}
    for image in images | set(built_on):
        assert re.search(r":\d+\.\d+\.\d+", image), f"{image} is whatever is newest that day"
        assert f"`{image}`" in page, image


def test_the_database_is_one_whose_jobs_run_on_todays_postgresql() -> None:
    """TimescaleDB must know the server's minor version: 2.19's jobs fail on later ones of 17."""
    version = re.search(r":(\d+)\.(\d+)\.\d+-pg17$", COMPOSE["services"]["database"]["image"])
    assert version is not None
    assert (int(version[1]), int(version[2])) >= (2, 31)


def test_each_part_starts_when_what_it_needs_serves() -> None:
    for name, service in COMPOSE["services"].items():
        for needed, how in dict(service.get("depends_on", {})).items():
            wanted = "service_completed_successfully" if needed == "migrate" else "service_healthy"
            assert how["condition"] == wanted, (name, needed)
            assert needed == "migrate" or "healthcheck" in COMPOSE["services"][needed], needed


def test_what_operators_ask_is_not_for_the_public() -> None:
    proxy = (ROOT / "deploy" / "container" / "Caddyfile").read_text()
    assert "@operators path /metrics /healthz /readyz" in proxy
    assert "respond @operators 404" in proxy


def test_the_archive_is_reached_by_the_api_alone_and_is_configured_as_the_embedded_one(
    tmp_path: Path,
) -> None:
    services = COMPOSE["services"]
    assert {name for name, one in services.items() if "images" in one.get("networks", [])} == {
        "archive",
        "api",
    }
    assert COMPOSE["networks"]["images"] == {"internal": True}
    assert "ports" not in services["archive"]
    script = (ROOT / "deploy" / "container" / "archive.sh").read_text()
    assert "/run/secrets/archive_password" in script
    ours = json.loads(script.partition("<<CONF\n")[2].partition("\nCONF")[0])
    copy = PrivateOrthanc(copy=tmp_path, folder=tmp_path, port=1, password="", account=None)
    copy.prepare()
    embedded = json.loads((tmp_path / "orthanc.json").read_text())
    elsewhere = {"HttpBindAddresses", "HttpPort", "RemoteAccessAllowed", "RegisteredUsers"}
    elsewhere |= {"StorageDirectory", "IndexDirectory", "TemporaryDirectory", "Plugins"}
    assert {name: value for name, value in ours.items() if name not in elsewhere} == {
        name: value for name, value in embedded.items() if name not in elsewhere
    }
    assert list(ours["RegisteredUsers"]) == list(embedded["RegisteredUsers"])
    assert f":{ours['HttpPort']:04X} " in services["archive"]["healthcheck"]["test"][1]
    assert services["api"]["environment"]["HOMEWARD_ARCHIVE_URL"].endswith(f":{ours['HttpPort']}")


def test_folders_that_are_mounted_are_made_by_provisioning(tmp_path: Path) -> None:
    provision(tmp_path, ["broker.example.org"], datetime(2026, 1, 1, tzinfo=UTC))
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            if volume.startswith("./deployment/"):
                folder = volume.split(":")[0].removeprefix("./deployment/")
                assert (tmp_path / folder).is_dir(), folder
