"""Every route keeps what its OpenAPI promises, under made-up and broken input, within a bound."""

import subprocess
import sys
from pathlib import Path

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


def test_no_route_breaks_its_contract(watched: tuple[Ward, str], tmp_path: Path) -> None:
    ward, _ = watched
    found = subprocess.run(  # noqa: S603 - our own command
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            f"{ward.client.base_url}/openapi.json",
            "--header",
            f"Authorization: Bearer {ward.tokens['admin']}",
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
        timeout=170,
        check=False,
        cwd=tmp_path,
    )
    assert found.returncode == 0, found.stdout[-16_000:] + found.stderr[-1_000:]
