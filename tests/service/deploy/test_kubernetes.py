"""The manifests for Kubernetes: what its schemas take, what the programs read, no more rights."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.secrets.logins import LOGINS
from deploy.settings import StackSettings
from deploy.stack.provision import provision
from tests.house.test_compose import COMPOSE, SETTINGS, classes, variable
from tests.support.kubernetes_schemas import VERSIONS, faults

ROOT = Path(__file__).parents[3]
DOCUMENTS: list[dict[str, Any]] = [
    document
    for file in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(file.read_text())
]
PODS = {
    one["metadata"]["name"]: one["spec"]["template"]["spec"]
    for one in DOCUMENTS
    if "template" in one.get("spec", {})
}
OURS = {
    "homeward-migrate-0.1.0": "migrate",
    "homeward-gateway": "gateway",
    "homeward-api": "api",
}


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (one for one in DOCUMENTS if (one["kind"], one["metadata"]["name"]) == (kind, name))
    return found


def containers(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from pod["containers"]
    yield from pod.get("initContainers", [])


def environment(pod: dict[str, Any]) -> dict[str, Any]:
    (one,) = pod["containers"]
    given = {each["name"]: each.get("value", each.get("valueFrom")) for each in one["env"]}
    for each in one.get("envFrom", []):
        given |= named("ConfigMap", each["configMapRef"]["name"])["data"]
    return given


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_each_of_them(version: str) -> None:
    for document in DOCUMENTS:
        assert faults(document, version) == [], document["metadata"]["name"]


def test_a_wrong_word_would_be_found() -> None:
    broken = copy.deepcopy(named("Deployment", "homeward-api"))
    broken["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    broken["spec"]["replicas"] = "two"
    assert len(faults(broken, VERSIONS[-1])) == 2


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_and_every_required_setting_is_given(name: str) -> None:
    known, required = {}, set()
    for settings in classes(SETTINGS[OURS[name]]):
        known |= {variable(settings, field): field for field in settings.model_fields}
        required |= {
            variable(settings, field)
            for field, about in settings.model_fields.items()
            if about.is_required()
        }
    if OURS[name] == "migrate":
        known[variable(StackSettings, "database_url")] = "database_url"
    given = environment(PODS[name])
    assert set(given) <= set(known)
    assert required <= set(given)


@pytest.mark.parametrize("name", PODS)
def test_a_pod_may_do_nothing_that_it_need_not(name: str) -> None:
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False, "a service's address would become a setting"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    for one in containers(pod):
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} == set(one["resources"]["requests"])
        assert "memory" in one["resources"]["limits"]
    for volume in pod["volumes"]:
        assert set(volume) & {"secret", "emptyDir", "persistentVolumeClaim"}


@pytest.mark.parametrize("name", [name for name in PODS if "migrate" not in name])
def test_what_serves_is_looked_after(name: str) -> None:
    (one,) = PODS[name]["containers"]
    ports = {each["name"] for each in one["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        how = one[probe]
        assert "exec" in how or how["httpGet"]["port"] in ports


def test_the_pages_are_there_while_a_gateway_is_silent() -> None:
    (api,) = PODS["homeward-api"]["containers"]
    allowed = environment(PODS["homeward-api"])["HOMEWARD_ALLOWED_HOSTS"].split(",")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = api[probe]["httpGet"]
        assert asked["path"] == "/healthz"
        assert asked["httpHeaders"][0]["value"] in allowed


def test_there_are_two_of_each_and_one_stays() -> None:
    for name in ("homeward-api", "homeward-gateway"):
        spec = named("Deployment", name)["spec"]
        assert spec["replicas"] >= 2
        assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        assert named("PodDisruptionBudget", name)["spec"]["minAvailable"] == 1


def test_no_secret_is_written_or_has_a_default_and_each_pod_gets_its_own_alone(
    tmp_path: Path,
) -> None:
    provision(tmp_path, ["broker.example.org"], datetime(2026, 1, 1, tzinfo=UTC))
    made = {file.name for file in (tmp_path / "secrets").iterdir()}
    assert not [one for one in DOCUMENTS if one["kind"] == "Secret"]
    for name, pod in PODS.items():
        items = [
            item for volume in pod["volumes"] for item in volume.get("secret", {}).get("items", [])
        ]
        assert {item["key"] for item in items} <= made, name
        if name not in OURS:
            continue
        said = [str(value) for value in environment(pod).values()]
        for item in items:
            path = f"/run/secrets/{item['path']}"
            logins = item["path"].removesuffix(".password") in LOGINS and "migrate" in name
            assert logins or any(path in one for one in said), f"{name}: {path}"
        for word in " ".join(said).replace("?", "&").replace("=", "&").split("&"):
            if word.startswith("/run/secrets/"):
                assert word.split()[0].split("/")[-1] in {item["path"] for item in items}, word
        for volume in pod["volumes"]:
            assert not volume.get("secret", {}).get("optional")


def test_the_names_that_point_at_each_other_exist() -> None:
    labels = {
        one["spec"]["template"]["metadata"]["labels"]["app"]: one["spec"]["template"]["spec"]
        for one in DOCUMENTS
        if "template" in one.get("spec", {})
    }
    claims = {one["metadata"]["name"] for one in DOCUMENTS if "Claim" in one["kind"]}
    for one in DOCUMENTS:
        spec = one.get("spec", {})
        if one["kind"] == "Service" and "selector" in spec:
            ports = {
                each["name"] for each in labels[spec["selector"]["app"]]["containers"][0]["ports"]
            }
            assert {each["targetPort"] for each in spec["ports"]} <= ports
        if one["kind"] == "NetworkPolicy":
            assert spec["podSelector"].get("matchLabels", {"app": "homeward-api"})["app"] in labels
    for pod in PODS.values():
        mounts = {mount["name"] for one in containers(pod) for mount in one["volumeMounts"]}
        volumes = {volume["name"] for volume in pod["volumes"]}
        assert mounts | {"data"} >= volumes
        assert volumes | {"data"} >= mounts
        for volume in pod["volumes"]:
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            assert claim is None or claim in claims


def test_the_images_are_those_of_the_containers() -> None:
    known = {one["image"] for one in COMPOSE["services"].values()}
    for pod in PODS.values():
        assert {one["image"] for one in containers(pod)} <= known
