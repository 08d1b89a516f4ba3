"""Where two browsers look for each other: STUN, and TURN with a credential that ends by itself.

The credential is coturn's "REST API" (``use-auth-secret``): the name is when it ends and whose it
is, the password an HMAC of it under the secret that the relay has too. So the relay keeps no users,
and nobody keeps a password of it.
"""

import base64
import hashlib
import hmac
from typing import Any

from api.consult.settings import CallSettings


def ice_servers(settings: CallSettings, seat: str, real_s: float) -> list[dict[str, Any]]:
    """Return what a browser is told, in the form of ``RTCConfiguration.iceServers``.

    Args:
        settings: the site's.
        seat: whose credential it is; it names nobody.
        real_s: real seconds since 1970.
    """
    found: list[dict[str, Any]] = []
    if stun := _urls(settings.stun_urls):
        found.append({"urls": stun})
    turn = _urls(settings.turn_urls)
    if turn and settings.turn_secret_file is not None:
        secret = settings.turn_secret_file.read_bytes().strip()
        name = f"{int(real_s) + settings.turn_s}:{seat}"
        digest = hmac.new(secret, name.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(digest).decode()
        found.append({"urls": turn, "username": name, "credential": credential})
    return found


def _urls(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
