"""What a doctor signs of a consultation or a case, as one hash that the audit keeps; pure.

The hash is of the words in the clear, so that a word that was changed afterwards, by whatever way,
no longer fits; of who was erased it stays, and tells nothing.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from api.store.timestamps import rfc3339


def signed_hash(
    consultation: UUID,
    by: UUID,
    at: datetime,
    *,
    notes: str | None,
    summary: str,
    follow_up: Sequence[str],
) -> bytes:
    """Return the SHA-256 of everything that is signed, in one written form."""
    said = {
        "consultation": str(consultation),
        "by": str(by),
        "at": rfc3339(at),
        "notes": notes or "",
        "summary": summary,
        "follow_up": list(follow_up),
    }
    return _hashed(said)


def concluded_hash(case: UUID, by: UUID, at: datetime, *, question: str, conclusion: str) -> bytes:
    """Return the SHA-256 of what an expert concludes, with the question that it answers."""
    said = {
        "case": str(case),
        "by": str(by),
        "at": rfc3339(at),
        "question": question,
        "conclusion": conclusion,
    }
    return _hashed(said)


def _hashed(said: Mapping[str, object]) -> bytes:
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).digest()
