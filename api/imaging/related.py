"""Reads ``multipart/related`` as it comes: files one after the other, as an upload keeps them.

A body of many gigabytes is never held: what of a piece belongs to files is given back at once, and
all that is remembered is how long each file was.
"""

import re
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException

from api.errors import InvalidError, TooLargeError
from api.http.middleware import LargeBodies
from api.imaging.settings import ArchiveSettings

_UNSUPPORTED: Final = 415
_DICOM: Final = b"application/dicom"
_TYPE: Final = b"content-type"
_AROUND: Final = 1024
"""Most bytes of headers and boundary around one part."""
_PATH: Final = re.compile(r"/api/v1/patients/[0-9a-fA-F-]{36}/dicomweb/studies(?:/[0-9.]{1,64})?")


def stored_studies(most: ArchiveSettings) -> LargeBodies:
    """Return which requests store studies, and how much they may send."""
    return LargeBodies(
        method="POST",
        path=_PATH,
        most_bytes=most.study_bytes + most.files * _AROUND,
        least_bytes_s=most.store_bytes_s,
    )


def boundary_of(content_type: str) -> bytes:
    """Return what stands between the parts.

    Raises:
        HTTPException: 415, it is not ``multipart/related`` of ``application/dicom``.
    """
    kind, words = parse_options_header(content_type)
    bound = words.get(b"boundary", b"")
    if kind != b"multipart/related" or words.get(b"type", _DICOM) != _DICOM or not bound:
        told = 'Send multipart/related; type="application/dicom"; boundary=...'
        raise HTTPException(_UNSUPPORTED, told)
    return bound


class RelatedParts:
    """What has come of such a body; fed in the order of its bytes.

    Attributes:
        sizes: bytes of each part so far; that of the last grows.
    """

    def __init__(self, boundary: bytes, most: ArchiveSettings) -> None:
        """Begin before the first part.

        Raises:
            InvalidError: the boundary is longer than one may be.
        """
        self.sizes: list[int] = []
        self._most = most
        self._found: list[bytes] = []
        self._name, self._value = b"", b""
        self._taken, self._ended = 0, False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_part_data": self._take,
                    "on_header_field": self._name_goes_on,
                    "on_header_value": self._value_goes_on,
                    "on_header_end": self._header,
                    "on_end": self._end,
                },
            )
        except FormParserError as wrong:
            raise InvalidError("Content-Type", "has too long a boundary") from wrong

    def feed(self, piece: bytes) -> bytes:
        """Return what of a piece belongs to files.

        Raises:
            InvalidError: it is no such body, or a part is no DICOM file.
            TooLargeError: it is more than an upload may have.
        """
        self._found = []
        try:
            self._parser.write(piece)
        except FormParserError as wrong:
            raise InvalidError("body", "is not multipart/related of this boundary") from wrong
        return b"".join(self._found)

    def finish(self) -> None:
        """Say that nothing more comes.

        Raises:
            InvalidError: it ends in the middle, or no part was in it.
        """
        if not self._ended or not self.sizes or not all(self.sizes):
            raise InvalidError("body", "must hold one file or more, each whole")

    def _begin(self) -> None:
        self.sizes.append(0)
        if len(self.sizes) > self._most.files:
            raise TooLargeError

    def _take(self, data: bytes, start: int, end: int) -> None:
        self._found.append(data[start:end])
        self.sizes[-1] += end - start
        self._taken += end - start
        if self._taken > self._most.study_bytes:
            raise TooLargeError

    def _name_goes_on(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _value_goes_on(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        kind = parse_options_header(self._value)[0]
        if self._name.strip().lower() == _TYPE and kind != _DICOM:
            raise InvalidError("body", "must hold application/dicom alone")
        self._name, self._value = b"", b""

    def _end(self) -> None:
        self._ended = True
