"""What a machine may do: scopes, and which one a request needs.

``system/Observation.rs`` are SMART's words for FHIR: ``c`` create, ``r`` read, ``s`` search, of one
type or of every (``*``). ``api/patients.read`` and ``.write`` are the other addresses of one kind.
Accounts, sign-in, settings, the audit and erasure are open to no machine, whatever its scopes; nor
are answers to alerts (whoever answers takes the patient on) and their stream (there are webhooks).
"""

import re

FHIR_ROOT, API_ROOT = "/fhir/r4", "/api/v1/"
KINDS = (
    "alerts",
    "allocation",
    "devices",
    "doctors",
    "observations",
    "panel",
    "patients",
    "shifts",
)
"""First words of the addresses that a machine may be given."""
_FHIR = re.compile(r"system/(\*|[A-Z][A-Za-z]{2,40})\.(c?r?s?)")
_API = re.compile(r"api/([a-z]+)\.(read|write)")
_NEVER = frozenset({"api/alerts.write"})
_READING = frozenset({"GET", "HEAD"})
_PEOPLE_ONLY = re.compile(
    r"/api/v1/(patients/[^/]+/(erase|account|care-team|cases)|alerts/stream)(/|$)"
)


def fault_of(scope: str) -> str | None:
    """Return what is wrong with a scope, None if it can be given."""
    fhir, api = _FHIR.fullmatch(scope), _API.fullmatch(scope)
    if fhir is not None and fhir[2]:
        return None
    if api is not None and api[1] in KINDS and scope not in _NEVER:
        return None
    return f"{scope} is none: system/<type or *>.<crs>, or api/<kind>.<read or write> of {KINDS}"


def allows(scopes: frozenset[str], method: str, path: str) -> bool:
    """Whether these scopes let a machine make a request.

    Args:
        scopes: of its key.
        method: of the request.
        path: of the request, without its query.
    """
    reading = method in _READING
    if path == FHIR_ROOT or path.startswith(f"{FHIR_ROOT}/"):
        return _fhir_allows(scopes, path.removeprefix(FHIR_ROOT).strip("/"), reading=reading)
    if not path.startswith(API_ROOT) or _PEOPLE_ONLY.match(path):
        return False
    kind = path.removeprefix(API_ROOT).partition("/")[0]
    return kind in KINDS and f"api/{kind}.{'read' if reading else 'write'}" in scopes


def _fhir_allows(scopes: frozenset[str], place: str, *, reading: bool) -> bool:
    kind, _, rest = place.partition("/")
    if not reading:
        return _has(
            scopes, "Observation", "c"
        )  # the one type that is written, also by transactions
    if kind.startswith("$") or rest.endswith(("$everything", "$document")):
        return _has(scopes, "*", "r") and _has(scopes, "*", "s")
    return _has(scopes, kind, "s" if not rest or rest.startswith("$") else "r")


def _has(scopes: frozenset[str], kind: str, right: str) -> bool:
    for scope in scopes:
        found = _FHIR.fullmatch(scope)
        if found is not None and found[1] in (kind, "*") and right in found[2]:
            return True
    return False
