"""Whether a channel or webhook works, as its owner is told."""

from datetime import datetime
from typing import Any

from api.notify.words import TEST
from api.store.timestamps import rfc3339
from api.store.types import Row


def health(row: Row) -> dict[str, Any]:
    """Return whether it works (null: not tried yet), and what came of its last notice."""
    last = None
    if row["state"] is not None:
        last = {
            "state": row["state"],
            "test": row["change"] == TEST,
            "called_at": rfc3339(row["called_at"]),
            "sent_at": rfc3339(row["sent_at"]),
            "delivered_at": rfc3339(row["delivered_at"]),
            "opened_at": rfc3339(row["opened_at"]),
            "failure": row["last_failure"],
        }
    works = _works(row["worked_at"], row["failed_at"])
    return {"works": works, "failure": row["failure"], "last": last}


def _works(worked: datetime | None, failed: datetime | None) -> bool | None:
    if worked is None and failed is None:
        return None
    return failed is None or (worked is not None and worked >= failed)
