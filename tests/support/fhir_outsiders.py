"""A validator and a client of FHIR that nobody here wrote: JavaScript, installed on first use.

They are a hundred megabytes, so a checkout that does not run their tests never fetches them.
"""

# ruff: noqa: ANN401 - resources are JSON of any shape

import json
from pathlib import Path
from typing import Any

from tests.support.npm_outsiders import NODE, installed, run

_SOURCE = Path(__file__).parent / "fhir"


def _folder() -> Path:
    return installed("fhir-outsiders", _SOURCE, "--legacy-peer-deps")


def invalid(resources: list[Any]) -> list[str]:
    """What the validator finds wrong with these resources."""
    folder = _folder()
    found: list[str] = json.loads(run(folder, NODE, "validate.mjs", given=json.dumps(resources)))
    return found


def session(base: str, token: str, patient: str) -> Any:
    """What a foreign client gets: the capability, a patient, their pulse page by page."""
    return json.loads(run(_folder(), NODE, "session.mjs", base, token, patient))
