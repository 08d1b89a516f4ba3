"""E-mail, text messages and chat: the only module that speaks to ``apprise``.

The site's operator gives the gateway for e-mail and for text messages; a chat address is given by
whoever wants to be reached there. It answers whether the gateway took the notice, and no more.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit
from uuid import UUID

import apprise

from api.notify.retries import TAKEN, AttemptOutcome
from api.notify.settings import NotifySettings
from api.notify.words import Words

ID_HEADER = "Homeward-Notice"
OWN_HOSTS = frozenset({"ntfys", "gotifys", "mmosts", "matrixs", "rockets"})
"""Services that people run themselves, over TLS: their address names the host."""


def refused(address: str, settings: NotifySettings) -> str | None:
    """Return why a chat address is not taken, None if it is."""
    service, _, rest = address.partition("://")
    service = service.lower()
    fixed = {one.strip() for one in settings.chat_services.split(",")}
    if service in OWN_HOSTS:
        hosts = {one.strip().lower() for one in settings.chat_hosts.split(",") if one.strip()}
        if (urlsplit(address).hostname or "") not in hosts:
            return "leads to a host that this site allows no notices to"
    elif service not in fixed:
        return "is of no service that this site allows"
    if not rest or "?" in rest or _service(address, None) is None:
        return f"is no address of {service}"
    return None


def _service(address: str, answer_s: float | None) -> apprise.NotifyBase | None:
    asset = apprise.AppriseAsset(
        storage_mode="memory",
        service_timeout=answer_s,
        app_id="Homeward",
        app_desc="Homeward",
        app_url="",
        http_redirects=False,
    )
    made = apprise.Apprise.instantiate(address, asset=asset)
    if made is not None:
        made.redirects = False
        if answer_s is not None:
            made.socket_connect_timeout = made.socket_read_timeout = answer_s
    return made


def filled(gateway: str, address: str) -> str:
    """Return the site's gateway with the person's address in it."""
    return gateway.replace("{to}", quote(address, safe=""))


def send(address: str, notice_id: UUID, words: Words, answer_s: float) -> AttemptOutcome:
    """Hand a notice to the gateway; blocks, so call it in a thread.

    Args:
        address: as ``apprise`` reads it.
        notice_id: the idempotency key, told where the way has room for it.
        words: what it says.
        answer_s: real seconds that the gateway may take.
    """
    service = _service(address, answer_s)
    if service is None:
        return AttemptOutcome(failure="the gateway's address is not understood", final=True)
    headers = getattr(service, "headers", None)
    if isinstance(headers, Mapping):
        vars(service)["headers"] = {**headers, ID_HEADER: str(notice_id)}
    taken = service.notify(body=f"{words.line}\n{words.link}", title=words.title)
    return TAKEN if taken else AttemptOutcome(failure="the gateway did not take it")
