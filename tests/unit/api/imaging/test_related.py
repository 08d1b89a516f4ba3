"""A body of files is read whatever the pieces are in which it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from api.errors import InvalidError, TooLargeError
from api.imaging.related import RelatedParts, boundary_of, stored_studies
from api.imaging.settings import ArchiveSettings

BOUND = b"bound"
MOST = ArchiveSettings()


def body(*files: bytes, before: bytes = b"") -> bytes:
    parts = [b"--bound\r\nContent-Type: application/dicom\r\n\r\n" + one for one in files]
    return before + b"\r\n".join([*parts, b"--bound--\r\n"])


def fed(parts: RelatedParts, content: bytes, piece: int) -> bytes:
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    return b"".join(parts.feed(one) for one in pieces)


def whole(content: bytes) -> None:
    parts = RelatedParts(BOUND, MOST)
    parts.feed(content)
    parts.finish()


@given(
    files=st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=4),
    piece=st.integers(1, 300),
    before=st.sampled_from([b"", b"\r\n"]),
)
def test_files_come_out_as_they_went_in(files: list[bytes], piece: int, before: bytes) -> None:
    files = [one for one in files if b"--bound" not in one] or [b"one"]
    parts = RelatedParts(BOUND, MOST)
    found = fed(parts, body(*files, before=before), piece)
    parts.finish()
    assert (found, parts.sizes) == (b"".join(files), [len(one) for one in files])


def test_a_body_is_bounded_in_bytes_and_files() -> None:
    with pytest.raises(TooLargeError):
        RelatedParts(BOUND, ArchiveSettings(study_bytes=5)).feed(body(b"123", b"456"))
    with pytest.raises(TooLargeError):
        RelatedParts(BOUND, ArchiveSettings(files=1)).feed(body(b"1", b"2"))


@pytest.mark.parametrize("content", [b"", b"junk", body()[:3], body(b"12")[:-6], body(b"")])
def test_half_a_body_is_none(content: bytes) -> None:
    with pytest.raises(InvalidError):
        whole(content)


@pytest.mark.parametrize(
    "told",
    [
        'multipart/related; type="application/dicom"; boundary=bound',
        'multipart/related; boundary="bound"; type="application/dicom"',
        "multipart/related;boundary=bound",
    ],
)
def test_a_boundary_is_found(told: str) -> None:
    assert boundary_of(told) == BOUND


@pytest.mark.parametrize("told", ["", "multipart/related", "text/plain; boundary=bound"])
def test_what_is_no_body_of_files_is_unsupported(told: str) -> None:
    with pytest.raises(HTTPException):
        boundary_of(told)


def test_large_bodies_are_those_of_one_patients_studies() -> None:
    large = stored_studies(MOST)
    place = "/api/v1/patients/00000000-0000-0000-0000-000000000000/dicomweb/studies"
    for path, yes in ((place, True), (f"{place}/1.2.3", True), (f"{place}/1.2.3/series", False)):
        assert large.of({"method": "POST", "path": path}) is yes, path
    assert not large.of({"method": "GET", "path": place})
    assert not large.of({"method": "POST", "path": "/api/v1/patients"})
