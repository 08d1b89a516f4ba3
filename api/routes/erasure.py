"""Forgetting a person who has left: their key, devices, accounts and every row that is theirs."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter

from analytics.domain.care import Role
from api.errors import ConflictError, NotFoundError
from api.http.deps import Shared, Signed, acting, allow
from api.store import erasure, patients

router = APIRouter(tags=["patients"])


@router.post("/patients/{patient_id}/erase", status_code=204, dependencies=[allow(Role.ADMIN)])
async def erase(services: Shared, caller: Signed, patient_id: UUID) -> None:
    """Forget a discharged person, for good.

    Records that were merged are one person's and go together.

    Their data key is destroyed, their devices and accounts end, and every row that is theirs is
    deleted; from then on the person is answered like one who never was (404). The audit record
    keeps that it was done. The two transactions follow each other: what the gateway must hear of
    is not held up by the deletion, and the alert engine goes on with that if this fails. An
    administrator who sees no patient erases one by the id that they were told.
    """
    async with acting(services, replace(caller, office_only=False)) as work:
        row = await patients.record(work.conn, patient_id, lock=True)
        if row is None:
            raise NotFoundError
        one_person = await erasure.records_of_one(work.conn, row["no"])
        if any(state != "discharged" for state in one_person.values()):
            raise ConflictError("Discharge the patient first.")
        for no in one_person:
            await erasure.erase(work.conn, no, work.now)
            work.note("patient.erase", no)
    async with services.engine_pool.connection() as conn, conn.transaction():
        await erasure.purge(conn)
