"""A simulated patient to learn the ward with: admitted with one call, removed with another."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.alerts.transitions import EpisodePolicy
from api.alerting.due import stop_watching
from api.errors import ConflictError, NotFoundError
from api.http.deps import COORDINATORS, Shared, Signed, Work, acting, allow
from api.patients import simulated
from api.store import erasure, patients, simulations, stays

router = APIRouter(
    prefix="/simulated-patients", tags=["patients"], dependencies=[allow(*COORDINATORS)]
)


class Simulated(BaseModel):
    """The simulated patient: an ordinary record, marked as what it is."""

    id: UUID


@router.post("", status_code=201)
async def begin(work: Work) -> Simulated:
    """Admit a simulated patient to the caller's ward, which can have one at a time."""
    return Simulated(id=await simulated.admit(work))


@router.delete("/{patient_id}", status_code=204)
async def remove(patient_id: UUID, caller: Signed, services: Shared) -> None:
    """Remove a simulated patient with everything that is theirs; 409: this is a person's record.

    The stay ends and alerts are closed first, so that open pages are told; then it is an erasure.
    """
    async with acting(services, caller) as work:
        row = await patients.record(work.conn, patient_id, lock=True)
        if row is None:
            raise NotFoundError
        if not row["simulated"]:
            raise ConflictError("This is no simulated patient.")
        if row["state"] != "discharged":
            await patients.discharge(work.conn, row["no"])
            await stays.end(work.conn, row["no"], work.now)
    async with services.engine_pool.connection() as conn:
        await stop_watching(conn, services.now(), EpisodePolicy())
    async with acting(services, caller) as work:
        await simulations.erase(work.conn, row["no"], work.now)
        work.note("simulated.remove", row["no"])
    async with services.engine_pool.connection() as conn, conn.transaction():
        await erasure.purge(conn)
