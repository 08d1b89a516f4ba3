"""Beds, kits and equipment in a plan: how many are used, who is to have the next, what is short."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics.allocation.units import UnitRequest, share_units
from api.rota.demands import PatientSeen, acuity
from api.rota.settings import RotaSettings
from api.store.types import Row

if TYPE_CHECKING:
    from uuid import UUID


def told(
    rows: Sequence[Row],
    holders: Sequence[Row],
    patients: Sequence[PatientSeen],
    settings: RotaSettings,
) -> list[dict[str, Any]]:
    """Return each of a ward's resources as it is kept with a plan.

    Args:
        rows: of :func:`api.store.resources.of_wards`.
        holders: who has or waits for any of them.
        patients: of the ward, for how urgent those are who wait.
        settings: the site's settings.
    """
    urgency = {one.no: acuity(one, settings) for one in patients}
    waiting: dict[UUID, list[UnitRequest]] = {}
    for one in holders:
        if one["given_at"] is None:
            asked = UnitRequest(
                patient=str(one["patient"]),
                acuity=urgency.get(one["no"], 0),
                since=one["wanted_at"].timestamp(),
            )
            waiting.setdefault(one["resource_id"], []).append(asked)
    return [_one(row, waiting.get(row["id"], [])) for row in rows]


def _one(row: Row, waiting: Sequence[UnitRequest]) -> dict[str, Any]:
    found = share_units(row["count"], row["used"], waiting)
    acuities: Mapping[str, int] = {one.patient: one.acuity for one in waiting}
    return {
        "id": str(row["id"]),
        "kind": row["kind"],
        "name": row["name"],
        "count": row["count"],
        "used": row["used"],
        "each_patient": row["each_patient"],
        "free": found.free,
        "short": found.short,
        "waiting": [
            {"patient": who, "acuity": acuities[who], "next": who in found.give}
            for who in (*found.give, *found.wait)
        ],
    }
