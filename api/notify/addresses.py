"""What may be the address of a channel, and how it is sealed.

An address that a person gives makes this program speak to a host. So hosts are named by the
operator: push services and webhooks by lists of names, e-mail and text messages through the site's
own gateway, chat through services whose hosts their maker has fixed. No answer is followed
elsewhere.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from api.errors import InvalidError
from api.notify import gateways
from api.notify.settings import NotifySettings
from api.vault.envelope import seal, unseal

PURPOSE = "notice-channel"
"""What the vault's key for addresses is derived for."""
_EMAIL = re.compile(r"[^\s@<>,;:\"'%{}?&#/]{1,64}@[A-Za-z0-9.-]{1,190}")
_PHONE = re.compile(r"\+[0-9]{6,15}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,200}={0,2}")
_LONGEST = 2_000
_LABELS = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
"""What may stand before ``.domain``: nothing that another reader of the address ends a host at."""


def allowed(url: str, hosts: str) -> bool:
    """Whether an address leads to a host of the list.

    Args:
        url: what was given.
        hosts: names, comma separated: ``host`` or ``*.domain``, over TLS alone; with
            ``http://host:port`` in the clear.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not host:
        return False
    for one in filter(None, (name.strip().lower() for name in hosts.split(","))):
        if one.startswith("http://"):
            if parts.scheme == "http" and one == f"http://{host}:{port or 80}":
                return True
        elif parts.scheme == "https" and _named(one, host, port or 443):
            return True
    return False


def _named(one: str, host: str, port: int) -> bool:
    name, _, wanted = one.partition(":")
    if port != int(wanted or 443):
        return False
    if not name.startswith("*."):
        return host == name
    return host.endswith(name[1:]) and _LABELS.fullmatch(host.removesuffix(name[1:])) is not None


def checked(kind: str, address: Any, settings: NotifySettings) -> Any:  # noqa: ANN401 - JSON
    """Return the address as it is kept.

    Args:
        kind: of the channel.
        address: text; for ``push`` the browser's subscription.
        settings: what the operator allows.

    Raises:
        InvalidError: it is none of that kind, or leads where the operator lets nothing be sent.
    """
    if kind == "push":
        return _subscription(address, settings)
    if not isinstance(address, str) or not 0 < len(address) <= _LONGEST:
        raise InvalidError("address", "must be a text")
    text = address.strip()
    if kind == "chat":
        problem = gateways.refused(text, settings)
        if problem is not None:
            raise InvalidError("address", problem)
        return text
    pattern, said = (
        (_EMAIL, "must be an e-mail address")
        if kind == "email"
        else (_PHONE, "must be a telephone number with +country")
    )
    if settings.gateway(kind) is None:
        raise InvalidError("kind", "is not set up here: the site has no gateway for it")
    if pattern.fullmatch(text) is None:
        raise InvalidError("address", said)
    return text


def _subscription(given: object, settings: NotifySettings) -> dict[str, Any]:
    if settings.vapid_key_file is None:
        raise InvalidError("kind", "is not set up here: the site has no key for push services")
    if not isinstance(given, Mapping) or not isinstance(given.get("keys"), Mapping):
        raise InvalidError("address", "must be the browser's push subscription")
    endpoint, keys = given.get("endpoint"), given["keys"]
    kept = {name: keys.get(name) for name in ("p256dh", "auth")}
    whole = all(isinstance(one, str) and _KEY.fullmatch(one) for one in kept.values())
    if not whole or not isinstance(endpoint, str) or len(endpoint) > _LONGEST:
        raise InvalidError("address", "must be the browser's push subscription")
    if not allowed(endpoint, settings.push_hosts):
        raise InvalidError("address", "names no push service that this site allows")
    return {"endpoint": endpoint, "keys": kept}


def _bond(owner: UUID, row: UUID) -> bytes:
    return b"notice-channel:" + owner.bytes + row.bytes


def sealed(key: bytes, owner: UUID, row: UUID, content: Mapping[str, Any]) -> bytes:
    """Seal what is known of a channel or webhook, bound to its owner and row."""
    return seal(key, msgspec.json.encode(content), _bond(owner, row))


def opened(key: bytes, owner: UUID, row: UUID, content: bytes) -> dict[str, Any]:
    """Return what ``sealed`` was given.

    Raises:
        VaultError: it was changed, or is somebody else's.
    """
    found: dict[str, Any] = msgspec.json.decode(unseal(key, content, _bond(owner, row)))
    return found


def shortened(kind: str, address: Any) -> str:  # noqa: ANN401 - JSON
    """Return an address as its owner is shown it: enough to know it by, no secret in it."""
    if kind == "push":
        return urlsplit(str(address["endpoint"])).hostname or ""
    if kind == "chat":
        return str(address).partition("://")[0]
    return str(address)


def dialled(kind: str, address: str) -> str:
    """Return an address as a gateway takes it: of a telephone number the digits alone."""
    return re.sub(r"[^+0-9]", "", address) if kind == "sms" else address


def same(one: str, other: str) -> bool:
    """Whether two words are the same, told in the same time whether they are or not."""
    return hmac.compare_digest(one, other)
