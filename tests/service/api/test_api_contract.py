"""Every route keeps what its OpenAPI promises, under made-up and broken input, within a bound."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.api.conftest import Ward

LEFT_OUT = (
    "^/(readyz|api/v1/(auth/logout|auth/login|me/password|me/totp.*|me/sessions.*|me/recovery.*"
    "|alerts/stream|users/.*))$"
)
"""What would end the session that asks, or answers for ever; and readiness, which is rightly 503
where no gateway runs."""
NOT_CHECKED = "positive_data_acceptance"
"""That all a schema allows is accepted: rules across fields (an end after its start), or about what
is easily guessed, are in no schema."""
SCOPES = ["system/*.rs", "system/Observation.c", "api/patients.read", "api/patients.write"]


def asked(ward: Ward, token: str | None, folder: Path, timeout_s: float) -> str:
    """Let schemathesis ask every route with somebody's token; fails where a promise is broken."""
    whose = [] if token is None else ["--header", f"Authorization: Bearer {token}"]
    found = subprocess.run(  # noqa: S603 - our own command
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{ward.client.base_url}/openapi.json",
            *whose,
            "--exclude-path-regex",
            LEFT_OUT,
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "5",
            "--seed",
            "17",
            "--request-timeout",
            "20",
            "--exclude-checks",
            NOT_CHECKED,
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        cwd=folder,
    )
    assert found.returncode == 0, found.stdout[-16_000:] + found.stderr[-1_000:]
    return found.stdout


@pytest.mark.timeout(330)
def test_no_route_breaks_its_contract(watched: tuple[Ward, str], tmp_path: Path) -> None:
    ward, _ = watched
    asked(ward, ward.tokens["admin"], tmp_path, 300)


@pytest.mark.soak
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize(
    "who", ["nobody", "patient", "nurse", "doctor", "coordinator", "auditor", "machine"]
)
def test_no_route_breaks_its_contract_for_any_role(
    watched: tuple[Ward, str], tmp_path: Path, who: str
) -> None:
    ward, patient = watched
    ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'patient'", ward.number(patient))
    ward.add("auditor", "auditor")
    key = {"name": "other system", "ward": "main", "scopes": SCOPES}
    ward.tokens["machine"] = ward.post("admin", "/api-keys", key).json()["key"]
    told = asked(ward, ward.tokens.get(who), tmp_path, 1_100)
    print(who, told[-700:])  # noqa: T201 - how many cases there were
