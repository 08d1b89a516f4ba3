"""The composition root of the API: ``create_app(settings)``; nothing happens at import.

The application's lifespan opens two pools (for requests, as ``homeward_api``; for the engine, as
``homeward_engine``) and keeps the background tasks running: alert engine, re-planner, live feed.
``app.state.services`` holds what they and the routes share, ``app.state.live`` the live feed.
"""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, Depends, FastAPI

from analytics.tracing.switch import tracer_of
from api import routes
from api.alerting import run_engine
from api.auth.provider import Provider
from api.auth.provider_settings import ProviderSettings
from api.consult.case_settings import CaseSettings
from api.consult.rooms import RoomHub
from api.consult.settings import CallSettings
from api.contact.settings import ContactSettings
from api.contact.telling import run_contact
from api.contact.weekly import run_weekly
from api.dashboard import pages
from api.evidence.anchors import read_key
from api.forms.text import storable
from api.http import openapi, problems
from api.http.middleware import AccessLog, AllowedHosts, BoundedBody, SecurityHeaders
from api.http.spoken import Spoken
from api.imaging.access import Looks
from api.imaging.archive import Archive
from api.imaging.related import stored_studies
from api.imaging.settings import ArchiveSettings
from api.jobs.audit_anchoring import keep_anchors, sign_daily
from api.jobs.certificate_renewal import keep_certificates
from api.jobs.practice import tell_stories
from api.jobs.retention import run_retention
from api.jobs.retention_settings import RetentionSettings
from api.jobs.revocation_list import keep_list
from api.jobs.rolling_up import roll_up_all
from api.jobs.scoring import answer_all
from api.jobs.sealing import seal_all
from api.jobs.supervisor import Task, running
from api.live import LiveFeed
from api.notify.sender import run_sender
from api.notify.settings import NotifySettings
from api.outlet.settings import OutletSettings
from api.replay.desk import ReplayDesk
from api.rota.cohort_demand import run_cohorts
from api.rota.jobs import JobBook
from api.rota.replanner import run_rota
from api.rota.what_if import WhatIfDesk
from api.services import Services, shared
from api.settings import ApiSettings

PREFIX = "/api/v1"
DESCRIPTION = (
    "A virtual ward at home. Not a medical device, and not for primary alarming: "
    "in an emergency call the emergency services."
)


def create_app(settings: ApiSettings) -> FastAPI:
    """Return the application; the database is opened when it starts, not here.

    Args:
        settings: as read from the environment.

    Raises:
        OSError: the file of a key or of the collector's token cannot be read.
        api.evidence.anchors.AnchorError: the file of the key that signs heads holds none.
        api.vault.envelope.VaultError: the master key file holds no keys.
    """
    app = FastAPI(
        title="Homeward",
        description=DESCRIPTION,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        dependencies=[Depends(storable)],
    )
    app.state.services = shared(settings, tracer_of("api"))
    app.state.live = LiveFeed(app.state.services)
    app.state.what_if = WhatIfDesk()
    app.state.what_if_jobs = JobBook()
    app.state.replays = ReplayDesk()
    app.state.notify = NotifySettings()
    app.state.contact = ContactSettings()
    app.state.calls = CallSettings()
    app.state.cases = CaseSettings()
    app.state.rooms = RoomHub(app.state.services, app.state.calls)
    app.state.provider = Provider(ProviderSettings())
    app.state.archive = Archive(ArchiveSettings())
    app.state.looks = Looks()
    app.state.retention = RetentionSettings()
    app.state.outlet = OutletSettings()
    sign_key = settings.audit_sign_key_file
    app.state.anchor_key = None if sign_key is None else read_key(sign_key)
    problems.install(app)
    openapi.describe(app)
    large = stored_studies(app.state.archive.settings)
    app.add_middleware(BoundedBody, body_s=settings.request_body_s, large=large)
    app.add_middleware(AllowedHosts, hosts=settings.hosts())
    app.add_middleware(SecurityHeaders, tls=settings.cookie_secure)
    app.add_middleware(AccessLog)
    app.add_middleware(Spoken)
    _mount(app)
    return app


def _mount(app: FastAPI) -> None:
    """Include every module of ``api.routes``, and the pages."""
    for found in sorted(pkgutil.iter_modules(routes.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"api.routes.{found.name}")
        router: APIRouter = module.router
        app.include_router(router, prefix=getattr(module, "PREFIX", PREFIX))
    app.include_router(pages.router)


def _tasks(app: FastAPI) -> dict[str, Task]:
    """Return the background tasks by name."""
    services: Services = app.state.services
    tasks: dict[str, Task] = {
        "live": app.state.live.run,
        "alerting": partial(run_engine, services),
        "rota": partial(run_rota, services),
        "cohorts": partial(run_cohorts, services),
        "notices": partial(run_sender, services, app.state.notify),
        "rooms": app.state.rooms.run,
        "contact": partial(run_contact, services, app.state.contact),
        "weekly": partial(run_weekly, services, app.state.contact),
        "renewals": partial(keep_certificates, services),
        "scoring": partial(answer_all, services),
        "sealing": partial(seal_all, services),
        "practice": partial(tell_stories, services),
        "retention": partial(run_retention, services, app.state.retention),
        "roll-ups": partial(roll_up_all, services),
    }
    if services.settings.audit_anchor_file is not None:
        tasks["anchors"] = partial(keep_anchors, services, services.settings.audit_anchor_file)
        if app.state.anchor_key is not None:
            tasks["signed_anchors"] = partial(
                sign_daily, services, services.settings.audit_anchor_file, app.state.anchor_key
            )
    if app.state.archive.is_set_up:
        from api.imaging.intake import run_intake  # noqa: PLC0415 - what reads DICOM takes 0.2 s

        tasks["imaging"] = partial(run_intake, services, app.state.archive)
    if app.state.outlet.url is not None:
        from api.outlet.telling import run_outlet  # noqa: PLC0415 - a ward without one needs no NATS

        tasks["outlet"] = partial(run_outlet, services, app.state.outlet)
    if services.settings.device_crl_file is not None:
        tasks["revocations"] = partial(keep_list, services, services.settings.device_crl_file)
    return tasks


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await services.pool.open()
    await services.engine_pool.open()
    if services.replica is not None:
        await services.replica.pool.open()
    try:
        async with running(_tasks(app)):
            yield
    finally:
        await app.state.archive.close()
        await app.state.what_if_jobs.close()
        await app.state.replays.close()
        await app.state.what_if.close()
        if services.replica is not None:
            await services.replica.pool.close()
        await services.engine_pool.close()
        await services.pool.close()
        if services.tracer is not None:
            await asyncio.to_thread(services.tracer.close)
