"""What Kubernetes takes, by its own schemas: from a package that nobody here wrote.

Read out of the package as it comes: unpacked, its versions are 17,000 files.
"""

import json
import zipfile
from functools import cache
from typing import Any

import jsonschema_rs

from tests.support.pip_outsiders import downloaded

VERSIONS = ("v1.30.0", "v1.37.0")


def _read(version: str, name: str) -> dict[str, Any]:
    """A schema of a version, with what it refers to found in itself."""
    place = f"kubernetes_validate/kubernetes-json-schema/{version}-local-strict/{name}.json"
    with zipfile.ZipFile(downloaded("kubernetes")) as package:
        text = package.read(place).decode().replace("/api/_definitions.json#", "#")
    made: dict[str, Any] = json.loads(text)
    return made


@cache
def _validator(version: str, api_version: str, kind: str) -> jsonschema_rs.Validator:
    group, _, number = api_version.rpartition("/")
    words = (kind.lower(), group.partition(".")[0], number)
    whole = _read(version, "-".join(word for word in words if word))
    del whole["$id"]
    return jsonschema_rs.validator_for(whole | {"$defs": _read(version, "_definitions")["$defs"]})


def faults(document: dict[str, Any], version: str) -> list[str]:
    """What this version of Kubernetes would refuse of a document, unknown names included."""
    validator = _validator(version, document["apiVersion"], document["kind"])
    return [f"{list(one.instance_path)}: {one.message}" for one in validator.iter_errors(document)]
