"""Which ward a question about a ward is about: one's own, or an administrator's choice."""

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.http.deps import UnitOfWork
from api.store import wards


async def asked_ward(work: UnitOfWork, asked: str | None) -> str | None:
    """Return the ward in question; None: all of them, which only an administrator may ask for.

    Raises:
        NotFoundError: it is another ward, or none.
    """
    if work.caller.role is not Role.ADMIN:
        if asked not in (None, work.caller.ward):
            raise NotFoundError
        return work.caller.ward
    if asked is not None and not await wards.exists(work.conn, asked):
        raise NotFoundError
    return asked
