"""The archive of images, as the API speaks to it: DICOMweb, and Orthanc's own word for deletion.

The only module that knows the archive. It is asked by the API alone, with an account of its own;
whoever may see what is decided before.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from api.errors import InvalidError, NotFoundError, UnavailableError
from api.imaging.settings import ArchiveSettings

_PIECE = 1 << 18
_MISSING = "No archive of images is set up here: HOMEWARD_ARCHIVE_URL names one."
_SILENT = "The archive of images does not answer."
_NOT_FOUND, _BAD = 404, 400


class ArchiveRefusedError(Exception):
    """The archive does not take a file."""


class Archive:
    """One archive; made once for a process, opened when it is first asked."""

    def __init__(self, settings: ArchiveSettings) -> None:
        """Keep the settings; nothing is asked yet."""
        self.settings = settings
        self._client: httpx2.AsyncClient | None = None

    @property
    def is_set_up(self) -> bool:
        """Whether this site has an archive."""
        return self.settings.url is not None

    @property
    def web_address(self) -> str:
        """How the archive names itself in its answers."""
        return f"{self.settings.url}{self.settings.web}"

    def demand(self) -> None:
        """Do nothing if this site has an archive.

        Raises:
            UnavailableError: it has none; the text says how to set one up.
        """
        if not self.is_set_up:
            raise UnavailableError(_MISSING)

    def _asked(self) -> httpx2.AsyncClient:
        if self.settings.url is None:
            raise UnavailableError(_MISSING)
        if self._client is None:
            self._client = httpx2.AsyncClient(
                base_url=self.settings.url,
                auth=(self.settings.user, self.settings.password()),
                timeout=self.settings.answer_s,
                trust_env=False,
            )
        return self._client

    async def close(self) -> None:
        """End the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def store(self, file: Path) -> None:
        """Store one file (STOW-RS, PS3.18 10.5); storing it again changes nothing.

        Raises:
            ArchiveRefusedError: the archive does not take it.
            UnavailableError: it does not answer.
        """
        bound = secrets.token_hex(16)
        kind = f'multipart/related; type="application/dicom"; boundary={bound}'
        try:
            answer = await self._asked().post(
                f"{self.settings.web}/studies",
                content=_one_part(file, bound),
                headers={"Content-Type": kind, "Accept": "application/dicom+json"},
            )
        except httpx2.TransportError as error:
            raise UnavailableError(_SILENT) from error
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise UnavailableError(_SILENT)
        if answer.status_code >= _BAD:
            raise ArchiveRefusedError("the archive does not take it")

    async def query(self, path: str, asked: Mapping[str, str]) -> list[Any]:
        """Return what a search finds (QIDO-RS), as DICOM JSON.

        Raises:
            UnavailableError: the archive does not answer.
        """
        try:
            answer = await self._asked().get(
                f"{self.settings.web}/{path}{_query(asked)}",
                headers={"Accept": "application/dicom+json"},
            )
            answer.raise_for_status()
        except (httpx2.TransportError, httpx2.HTTPStatusError) as error:
            raise UnavailableError(_SILENT) from error
        found: list[Any] = json.loads(answer.content or b"[]")
        return found

    @asynccontextmanager
    async def opened(
        self, path: str, asked: Mapping[str, str], accept: str
    ) -> AsyncIterator[httpx2.Response]:
        """Open one answer of the archive, to be passed on as it comes.

        Raises:
            NotFoundError: it has no such thing.
            InvalidError: the query is none.
            UnavailableError: it does not answer, or cannot give it in this form.
        """
        try:
            async with self._asked().stream(
                "GET",
                f"{self.settings.web}/{path}{_query(asked)}",
                headers={"Accept": accept},
            ) as answer:
                if answer.status_code == _NOT_FOUND:
                    raise NotFoundError
                if answer.status_code == _BAD:
                    raise InvalidError("query", "is not one that the archive understands")
                if answer.status_code > _BAD:
                    raise UnavailableError("The archive cannot give that in this form.")
                yield answer
        except httpx2.TransportError as error:
            raise UnavailableError(_SILENT) from error

    async def forget(self, study: str) -> None:
        """Delete a study with all that is in it; one that is not there is forgotten already.

        Raises:
            UnavailableError: the archive does not answer, so nobody knows.
        """
        try:
            found = await self._asked().post("/tools/lookup", content=study)
            found.raise_for_status()
            for one in found.json():
                if one["Type"] == "Study":
                    gone = await self._asked().delete(f"/studies/{one['ID']}")
                    if gone.status_code != _NOT_FOUND:
                        gone.raise_for_status()
        except (httpx2.TransportError, httpx2.HTTPStatusError) as error:
            raise UnavailableError(_SILENT) from error


def _query(asked: Mapping[str, str]) -> str:
    """Return a query whose commas stand as they are: the archive does not decode them."""
    return "?" + urlencode(asked, safe=",", quote_via=quote) if asked else ""


async def _one_part(file: Path, bound: str) -> AsyncIterator[bytes]:
    """The body of a request with one file."""
    yield f"--{bound}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    with file.open("rb") as stream:
        while piece := await asyncio.to_thread(stream.read, _PIECE):
            yield piece
    yield f"\r\n--{bound}--\r\n".encode()
