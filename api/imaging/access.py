"""Who may see which study, and which looks at one have been noted.

A series is fetched in hundreds of pieces. The access log has one line for the look, not for each
piece: the same person at the same series within some minutes is one look.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request

from api.errors import NotFoundError
from api.http.deps import UnitOfWork
from api.imaging.archive import Archive
from api.imaging.dicomweb import UID
from api.store import imaging
from api.store.types import Row

StudyUid = Annotated[str, Path(pattern=f"^{UID.pattern}$", max_length=64)]
_MOST = 10_000


class Looks:
    """Looks of the last minutes; bounded, and lost with the process: then one is noted again."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[tuple[UUID, str], float] = {}

    def is_new(self, person: UUID, what: str, now_s: float, minutes: float) -> bool:
        """Whether a look is to be noted; from now on it is known."""
        key = (person, what)
        before = self._known.pop(key, None)
        new = before is None or now_s - before > minutes * 60
        self._known[key] = now_s if new or before is None else before
        if len(self._known) > _MOST:
            self._known.pop(next(iter(self._known)))
        return new


def archive_of(request: Request) -> Archive:
    """Return the process's archive."""
    found: Archive = request.app.state.archive
    return found


async def study_of(work: UnitOfWork, no: int, uid: str) -> Row:
    """Return a study of a patient.

    Raises:
        NotFoundError: the patient has none of this name.
    """
    found = await imaging.study(work.conn, no, uid)
    if found is None:
        raise NotFoundError
    return found
