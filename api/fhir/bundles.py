"""Bundle of a search's answer, with links to itself and to the next page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from api.fhir.elements import Resource
from api.fhir.search import FhirSearch

BASE = "/fhir/r4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePage:
    """A page of what was sought.

    Attributes:
        resources: the matches.
        included: what they refer to and was asked for with them.
        following: the cursor of the next page; None: this is the last.
    """

    resources: Sequence[Resource]
    included: Sequence[Resource] = field(default_factory=tuple)
    following: str | None = None


NOTHING = ResourcePage(resources=())
"""What is answered where nothing is found, or nothing may be seen."""


def page_of(found: Resource | None) -> ResourcePage:
    """Return the page of one resource that was sought by its id, or of none."""
    return ResourcePage(resources=[found]) if found else NOTHING


def searchset(
    search: FhirSearch, found: ResourcePage, origin: str, operation: str = ""
) -> Resource:
    """Return the Bundle of a page.

    Args:
        search: what was asked.
        found: the page.
        origin: scheme and host by which this server was reached.
        operation: what comes after the type in the address, ``/$lastn``.
    """
    base, place = origin + BASE, f"/{search.kind}{operation}"
    entries = [_entry(one, base, "match") for one in found.resources]
    entries += [_entry(one, base, "include") for one in found.included]
    links = [{"relation": "self", "url": _link(search, base + place, search.cursor)}]
    if found.following is not None:
        links.append({"relation": "next", "url": _link(search, base + place, found.following)})
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return bundle | ({"entry": entries} if entries else {})


def _entry(resource: Resource, base: str, mode: str) -> Resource:
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}",
        "resource": resource,
        "search": {"mode": mode},
    }


def _link(search: FhirSearch, address: str, cursor: str | None) -> str:
    pairs = [
        (name, value)
        for name, values in search.values.items()
        for value in values
        if name != "_cursor"
    ]
    pairs += [("_cursor", cursor)] if cursor else []
    return address + (f"?{urlencode(pairs)}" if pairs else "")
