"""What an installed page needs to be called: manifest, service worker, and the way from a notice.

The worker is served from the root, because it may only wake for addresses below its own.
"""

from pathlib import Path
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response

from api.dashboard import frames
from api.dashboard.visits import ACCOUNT, SEE_OTHER, Visitor, to_first_page, to_login
from api.http.deps import Shared, acting
from api.notify.words import ADVICE, ASKED, REMINDER, TEST, WEEKLY_REPORT
from api.store import calls, cases
from api.store.types import Conn, Row

router = APIRouter(include_in_schema=False)
_WORKER: Final = Path(__file__).parent / "static" / "js" / "worker.js"
_FRESH = {"Cache-Control": "no-cache"}
_MANIFEST: Final = {
    "id": "/",
    "name": "Homeward",
    "short_name": "Homeward",
    "description": "Alerts of a virtual ward. Not a medical device, not for primary alarming.",
    "start_url": "/",
    "scope": "/",
    "display": "standalone",
    "background_color": "#ffffff",
    "theme_color": "#0a5aa8",
    "icons": [
        {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    ],
}


@router.get("/manifest.webmanifest")
async def manifest() -> Response:
    """Tell a browser how the pages are installed."""
    return JSONResponse(_MANIFEST, media_type="application/manifest+json", headers=_FRESH)


@router.get("/worker.js")
async def worker() -> Response:
    """Serve the script that shows what a push service brings."""
    return FileResponse(_WORKER, media_type="text/javascript", headers=_FRESH)


@router.get("/n/{notice_id}")
async def opened(request: Request, services: Shared, visitor: Visitor, notice_id: UUID) -> Response:
    """Record that a notice was opened by whom it was for, and lead to what it is about."""
    if visitor is None:
        return to_login(request)
    async with acting(services, visitor) as work:
        row = await calls.open_(work.conn, notice_id, work.now)
        if row is None:
            return to_first_page(visitor)
        work.note("notice.open", row["patient_no"], notice=str(notice_id))
        leads = await _leads_to(work.conn, row)
    return RedirectResponse(leads, SEE_OTHER)


async def _leads_to(conn: Conn, row: Row) -> str:
    """Return the page that a notice leads to."""
    if row["episode_id"] is not None:
        return f"{frames.FEED}#{row['episode_id']}"
    if row["change"] == ASKED:
        return await _asked(conn, row["patient_no"])
    return _without_alert(row)


async def _asked(conn: Conn, patient_no: int) -> str:
    """Return the case that waits for the acting doctor, or all if one notice told of several."""
    found = await cases.page(conn, patient_no=patient_no, side="to_me", before=None, limit=2)
    return f"{frames.CASES}/{found[0]['id']}" if len(found) == 1 else frames.CASES


def _without_alert(row: Row) -> str:
    if row["change"] == TEST:
        return ACCOUNT
    if row["change"] in {REMINDER, WEEKLY_REPORT, ADVICE}:
        return frames.MINE
    if row["change"].startswith("consultation"):
        return frames.CONSULTATIONS
    return f"{frames.MESSAGES}?patient={row['patient']}"
