"""A relay's credential ends by itself, and nobody without the secret can make one."""

import base64
import hashlib
import hmac
from pathlib import Path
from typing import Any

from api.consult.relay import ice_servers
from api.consult.settings import CallSettings


def settings(**more: Any) -> CallSettings:  # noqa: ANN401 - settings of any kind
    return CallSettings(_env_file=None, **more)  # type: ignore[call-arg]


def test_without_a_relay_browsers_meet_directly() -> None:
    assert ice_servers(settings(), "seat", 1_000.0) == []
    named = settings(turn_urls="turn:turn.example.org")
    assert ice_servers(named, "seat", 1_000.0) == [], "without its secret it would refuse"


def test_a_credential_says_when_it_ends_and_is_sealed_by_the_secret(tmp_path: Path) -> None:
    secret = tmp_path / "turn.secret"
    secret.write_text("north-wind\n")
    site = settings(
        stun_urls="stun:turn.example.org",
        turn_urls="turn:turn.example.org, turns:turn.example.org:5349",
        turn_secret_file=secret,
        turn_s=600,
    )
    stun, turn = ice_servers(site, "seat", 1_000.9)
    assert stun == {"urls": ["stun:turn.example.org"]}
    assert turn["urls"] == ["turn:turn.example.org", "turns:turn.example.org:5349"]
    assert turn["username"] == "1600:seat"
    made = hmac.new(b"north-wind", b"1600:seat", hashlib.sha1).digest()
    assert base64.b64decode(turn["credential"]) == made
