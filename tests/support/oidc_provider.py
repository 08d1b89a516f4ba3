"""A real OpenID Connect provider (``oidc-provider`` for Node), installed on first use."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from deploy.services.ports import free_ports
from tests.support.servers import wait_until

CLIENT, SECRET = "homeward", "a secret of+this%test"
_SOURCE = Path(__file__).parent / "oidc"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_BIN = Path(sys.executable).parent


def _environment() -> dict[str, str]:
    found = dict(os.environ) | {"PATH": f"{_BIN}:{os.environ['PATH']}"}
    if _AUTHORITIES.exists():
        found.setdefault("NODE_EXTRA_CA_CERTS", str(_AUTHORITIES))
    return found


def _folder() -> Path:
    """Return where it is installed, as its lock says; once for every process."""
    lock = hashlib.sha256((_SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    home = Path(__file__).parents[2] / ".make"
    folder = home / f"oidc-provider-{lock}"
    home.mkdir(exist_ok=True)
    with (home / "oidc-provider.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(_SOURCE, folder)
            subprocess.run(  # noqa: S603 - our own command
                [str(_BIN / "npm"), "ci", "--ignore-scripts", "--loglevel=error"],
                cwd=folder,
                env=_environment(),
                check=True,
                timeout=170,
            )
            (folder / "installed").touch()
        shutil.copy(_SOURCE / "provider.mjs", folder)
    return folder


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
    folder = _folder()
    (port,) = free_ports(1)
    asked = {"port": port, "client": CLIENT, "secret": SECRET, "back": back, "people": people}
    with subprocess.Popen(  # noqa: S603 - our own command
        [str(_BIN / "node"), "provider.mjs"],
        cwd=folder,
        env=_environment(),
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
