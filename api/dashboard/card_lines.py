"""What the card of an alert says of its patient besides: the telephone, and what was done last."""

from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Query

from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.store import last_done, patients
from api.store.timestamps import rfc3339
from api.store.types import Row
from api.vault import personal_data
from api.vault.envelope import Vault, VaultError

router = APIRouter(prefix="/ui", include_in_schema=False)
_MOST = 100
_log = structlog.get_logger("api.cards")


@router.get("/cards", dependencies=[allow(*CLINICIANS, *COORDINATORS)])
async def cards(
    work: Work, patient: Annotated[list[UUID], Query(min_length=1, max_length=_MOST)]
) -> dict[str, Any]:
    """Return the telephone of each of these patients, and what was done last by whom and when."""
    rows = await last_done.of_patients(work.conn, patient)
    sealed = await patients.sealed(work.conn, [row["patient"] for row in rows])
    phones = {row["id"]: _phone(work.services.vault, row) for row in sealed}
    work.saw("cards.read", (row["no"] for row in rows))
    return {
        "items": [
            {
                "patient": str(row["patient"]),
                "phone": phones.get(row["patient"]),
                "last": _last(row),
            }
            for row in rows
        ]
    }


def _phone(vault: Vault, row: Row) -> str | None:
    """Return a patient's telephone; one damaged record takes no card away."""
    try:
        personal = personal_data.open_personal(vault, row)
    except VaultError:
        _log.exception("a record does not open", patient=str(row["id"]))
        return None
    return None if personal is None else personal.phone


def _last(row: Row) -> dict[str, Any] | None:
    if row["what"] is None:
        return None
    return {
        "what": row["what"],
        "outcome": row["outcome"],
        "by": row["by"],
        "at": rfc3339(row["at"]),
    }
