"""What Kubernetes takes, by its own schemas: from a package that is fetched on first use.

Read out of the package as it comes: unpacked, its versions are 17,000 files.
"""

import fcntl
import hashlib
import json
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

_LOCK = Path(__file__).parent / "kubernetes" / "requirements.lock"
_HOME = Path(__file__).parents[2] / ".make"
VERSIONS = ("v1.30.0", "v1.37.0")


def _package() -> Path:
    folder = _HOME / f"kubernetes-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]}"
    _HOME.mkdir(exist_ok=True)
    with (_HOME / "kubernetes.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not list(folder.glob("*.whl")):
            words = ["--no-deps", "--require-hashes", "--dest", str(folder), "-r", str(_LOCK)]
            done = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, "-m", "pip", "download", "--quiet", *words],
                capture_output=True,
                text=True,
                timeout=170,
                check=False,
            )
            assert done.returncode == 0, done.stderr[-2000:]
    return next(folder.glob("*.whl"))


def _read(version: str, name: str) -> dict[str, Any]:
    """A schema of a version, with what it refers to found in itself."""
    place = f"kubernetes_validate/kubernetes-json-schema/{version}-local-strict/{name}.json"
    with zipfile.ZipFile(_package()) as package:
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
