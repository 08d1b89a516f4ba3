"""Which addresses of DICOMweb are passed on to the archive, and in what form it may answer.

Reading alone (QIDO-RS and WADO-RS, PS3.18 chapter 10), and only below a study of which the caller
has been found to be allowed to see it. In its answers the archive names itself; those addresses
become ours.
"""

import re
from dataclasses import dataclass

_UID = r"[0-9]+(?:\.[0-9]+){1,63}"
_SHAPE = re.compile(
    rf"(?:(?P<study>metadata|series|instances|)"
    rf"|series/(?P<series>{_UID})"
    rf"(?:/(?P<of_series>metadata|instances|rendered|thumbnail)"
    rf"|/instances/(?P<instance>{_UID})"
    rf"(?:/(?P<of_instance>metadata|rendered|thumbnail|bulk/[0-9a-fA-F/]{{1,200}}"
    rf"|frames/[0-9]{{1,6}}(?:,[0-9]{{1,6}}){{0,63}}(?:/(?:rendered|thumbnail))?))?)?)"
)
JSON = "application/dicom+json"
_PIXELS = 'multipart/related; type="application/octet-stream"; transfer-syntax=1.2.840.10008.1.2.1'
_WHOLE = 'multipart/related; type="application/dicom"; transfer-syntax=*'
UID = re.compile(_UID)
SEARCH_WORDS = frozenset({"limit", "offset", "includefield", "fuzzymatching", "viewport", "window"})
_TAG = re.compile(r"[0-9A-Fa-f]{8}|[A-Z][A-Za-z0-9]{2,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """An address below a study.

    Attributes:
        path: as the archive is asked.
        series: the series that it is about, if it is about one.
        accept: in which form the archive is to answer.
    """

    path: str
    series: str | None
    accept: str


def address_of(study: str, rest: str) -> WebAddress | None:
    """Return an address below a study, None if it is not one that is passed on."""
    found = _SHAPE.fullmatch(rest)
    if found is None:
        return None
    return WebAddress(
        path=f"studies/{study}/{rest}".rstrip("/"), series=found["series"], accept=_accept(found)
    )


def _accept(found: re.Match[str]) -> str:
    last = found["of_instance"] or found["of_series"] or found["study"]
    if not last:
        return _WHOLE
    if last.endswith(("rendered", "thumbnail")):
        return "image/jpeg"
    if last.startswith("frames"):
        return _PIXELS
    return "*/*" if last.startswith("bulk") else JSON


def search_words(asked: dict[str, str]) -> dict[str, str]:
    """Return what of a query is passed on: the words of a search, and attributes to match."""
    return {
        name: value
        for name, value in asked.items()
        if name in SEARCH_WORDS or (_TAG.fullmatch(name) and name not in {"PatientID", "00100020"})
    }


def renamed(text: bytes, theirs: str, ours: str) -> bytes:
    """Return an answer in which the archive's own address is ours."""
    return text.replace(theirs.encode(), ours.encode())
