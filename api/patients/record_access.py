"""A patient's record for who asks: what addresses of one patient, and of oneself, begin with."""

from uuid import UUID

from api.errors import NotFoundError
from api.http.deps import UnitOfWork
from api.store import chart_points, patients
from api.store.types import Row


async def record_of(work: UnitOfWork, patient_id: UUID) -> Row:
    """Return a patient's record.

    Raises:
        NotFoundError: there is none that the caller may see.
    """
    row = await patients.record(work.conn, patient_id)
    if row is None:
        raise NotFoundError
    return row


async def own_record(work: UnitOfWork) -> Row:
    """Return the caller's own record.

    Raises:
        NotFoundError: the account is linked to no record.
    """
    number = work.caller.patient_no
    patient = None if number is None else await chart_points.patient_id(work.conn, number)
    if patient is None:
        raise NotFoundError
    return await record_of(work, patient)
