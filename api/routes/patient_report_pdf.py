"""The discharge report of a stay, to print: PDF."""

from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Query
from fastapi.responses import Response

from analytics.domain.care import Role
from api.http.deps import CLINICIANS, COORDINATORS, Work, allow
from api.report.gathering import discharge_report
from api.report.pdf import report_pdf

router = APIRouter(tags=["patients"])
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}
STAFF: tuple[Role, ...] = (*CLINICIANS, *COORDINATORS)


@router.get(
    "/patients/{patient_id}/report.pdf",
    dependencies=[allow(*STAFF)],
    response_class=Response,
    responses=_PDF,
)
async def print_report(
    work: Work, patient_id: UUID, stay: Annotated[UUID | None, Query()] = None
) -> Response:
    """Print a stay: curves, scores, thresholds, alerts; the newest stay where none is named."""
    report = await discharge_report(work, patient_id, stay)
    made = await to_thread.run_sync(report_pdf, report, work.services.settings.report_font_file)
    name = f"discharge-report-{report.until:%Y-%m-%d}.pdf"
    return Response(
        made,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
