"""For operators: is it alive, is it ready and why not, and its metrics. No personal data."""

from contextlib import suppress

import psycopg
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout

from api import readiness
from api.http.deps import Shared
from api.store import quarantine
from api.telemetry import POOL, REFUSED, REGISTRY

PREFIX = ""
router = APIRouter(tags=["operations"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Answer that the program runs."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"model": dict[str, object], "description": "Not ready"}})
async def readyz(services: Shared) -> JSONResponse:
    """Answer 200 when the whole ward is ready, else 503 with the reasons."""
    found = await readiness.look(services.pool, services.settings.gateway_silent_s)
    body = {
        "ready": found.ready,
        "reasons": [f"{part}: {why}" for part, why in found.checks.items() if why],
        "checks": {part: why or "ok" for part, why in found.checks.items()},
        "ages_s": found.ages_s,
    }
    return JSONResponse(body, 200 if found.ready else 503)


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
)
async def metrics(services: Shared) -> Response:
    """Answer the metrics in Prometheus' text format.

    While the database is away its own figures are as they were last read.
    """
    with suppress(psycopg.Error, PoolTimeout):
        async with services.engine_pool.connection(timeout=2.0) as conn:
            for reason, count in (await quarantine.totals(conn)).items():
                REFUSED.labels(reason).set(count)
    for pool in (services.pool, services.engine_pool):
        for what, value in pool.get_stats().items():
            POOL.labels(pool.name, what).set(value)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
