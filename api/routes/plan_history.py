"""Plans of the past: when each was made, why, and what it changed for whom."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from analytics.domain.care import Role
from api.errors import NotFoundError
from api.forms.paging import Cursor, Limit, Page, cut, read_newest_first
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.rota.merging import merged
from api.rota.telling import name_changes
from api.store import plans
from api.store.timestamps import rfc3339
from api.store.types import Row

router = APIRouter(prefix="/allocation/plans", tags=["rota"], dependencies=[allow(*COORDINATORS)])


@router.get("")
async def history(work: Work, cursor: Cursor = None, limit: Limit = 50) -> Page[dict[str, Any]]:
    """List the plans that are kept, the newest first, each with its cause and how much it moved."""
    after = read_newest_first(cursor)
    rows = await plans.history(work.conn, after, limit + 1)
    shown, following = cut(rows, limit, lambda row: (row["made_at"], str(row["id"])))
    work.note("allocation.history")
    return Page(items=[_line(work, row) for row in shown], next=following)


@router.get("/{plan_id}")
async def past_plan(work: Work, plan_id: UUID) -> dict[str, Any]:
    """One plan: its cause and every change with its reason."""
    row = await plans.find(work.conn, plan_id)
    if row is None:
        raise NotFoundError
    told = _ours(work, row)
    named = await name_changes(work.conn, work.services.vault, told["changes"])
    work.saw("allocation.history.read", named, plan=str(plan_id))
    return {**_line(work, row), "changes": told["changes"]}


def _ours(work: UnitOfWork, row: Row) -> dict[str, Any]:
    everywhere = work.caller.role is Role.ADMIN
    wards = row["answer"] if everywhere else {"": row["answer"].get(work.caller.ward)}
    return merged([one for one in wards.values() if one is not None])


def _line(work: UnitOfWork, row: Row) -> dict[str, Any]:
    told = _ours(work, row)
    return {
        "id": str(row["id"]),
        "made_at": rfc3339(row["made_at"]),
        "cause": row["cause"],
        "in_force": row["in_force"],
        "status": told["status"],
        "moves": told["moves"],
        "unmet": len(told["unmet"]),
        "changed": len(told["changes"]),
        "cost": told["cost"],
    }
