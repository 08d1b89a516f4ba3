"""A real OpenID Connect provider (``oidc-provider`` for Node), installed on first use."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from deploy.services.ports import free_ports
from tests.support.npm_outsiders import NODE, environment, installed
from tests.support.servers import wait_until

CLIENT, SECRET = "homeward", "a secret of+this%test"
_SOURCE = Path(__file__).parent / "oidc"


def _answers(issuer: str, process: subprocess.Popen[str]) -> bool:
    assert process.poll() is None, "the provider ended at once"
    try:
        return httpx2.get(f"{issuer}/.well-known/openid-configuration").status_code == 200
    except httpx2.HTTPError:
        return False


@contextmanager
def provider(back: Sequence[str], people: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Serve a provider with these people until the block ends; gives its issuer.

    Args:
        back: addresses that people may be sent back to.
        people: claims by the name that somebody signs in with there.
    """
    folder = installed("oidc-provider", _SOURCE, "--ignore-scripts")
    (port,) = free_ports(1)
    asked = {"port": port, "client": CLIENT, "secret": SECRET, "back": back, "people": people}
    with subprocess.Popen(  # noqa: S603 - our own command
        [NODE, "provider.mjs"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # a pipe that nobody reads would stop it
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        issuer = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: _answers(issuer, process), 60.0)
            yield issuer
        finally:
            process.terminate()
