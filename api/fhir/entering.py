"""Observations that another system or an app sends: one, or a transaction of many.

They go the way of every entry: the same checks, the sender's name, the lane. ``If-None-Exist`` with
an identifier makes a sender's repeat the entry that it was.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from analytics.domain.vitals import METRIC_BY_NAME, Metric
from api.auth.sessions import Caller
from api.errors import InvalidError
from api.evidence.observation_ids import ObservationId
from api.fhir.elements import Resource
from api.fhir.identity import pressure_key, reading_key
from api.fhir.resources.entered import entry_of, patient_of_entry, source_of
from api.http.deps import UnitOfWork, acting
from api.patients.entering import Entry, TakenEntry, entry_key, folded, take
from api.services import Services
from api.store import fhir

MOST_ENTRIES = 200
_IDENTIFIER = re.compile(r"identifier=([^&|]*)\|([^&|]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An Observation that was sent.

    Attributes:
        resource: as it was sent.
        none_exist: the search of ``If-None-Exist``; empty: it is always new.
    """

    resource: Resource
    none_exist: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of it.

    Attributes:
        taken: the entry.
        key: id of the Observation; None: the gateway has not scored it yet.
    """

    taken: TakenEntry
    key: str | None

    @property
    def status(self) -> int:
        """The answer's status: created, known before, or accepted and scored later."""
        if self.key is None:
            return 202
        return 200 if self.taken.repeated else 201


async def write(
    services: Services, caller: Caller, received: Sequence[Received], *, several: bool
) -> list[Written]:
    """Take all of them in one transaction, or none; then wait a moment for their scores.

    Raises:
        InvalidError: one is not right; of several, which is named.
        NotFoundError: the caller may not see one's patient.
    """
    entries = []
    async with acting(services, caller) as work:
        for place, one in enumerate(received):
            entries.append(await _take(work, one, f"entry[{place}]." if several else ""))
    return [
        Written(taken=taken, key=await _scored(services, caller, taken, measured))
        for taken, measured in entries
    ]


async def _take(
    work: UnitOfWork, one: Received, where: str
) -> tuple[TakenEntry, tuple[datetime, Metric, bool]]:
    try:
        form = entry_of(one.resource)
        patient_id = patient_of_entry(one.resource)
        key = _key(one.none_exist)
        source = source_of(one.resource)
        taken = await take(work, Entry(patient=patient_id, form=form, key=key, source=source))
    except InvalidError as error:
        first, *more = [(f"{where}{name}", why) for name, why in error.found]
        raise InvalidError(*first, *more) from error
    measured = sorted(METRIC_BY_NAME[name] for name in form.samples[0].measured())
    pressure = measured[0] in (Metric.SBP, Metric.DBP)
    return taken, (form.samples[0].t, measured[0], pressure)


def _key(none_exist: str) -> bytes | None:
    if not none_exist:
        return None
    found = _IDENTIFIER.fullmatch(unquote(none_exist.strip().lstrip("?")))
    if found is None:
        raise InvalidError("If-None-Exist", "must be identifier=system|value")
    return entry_key("fhir", found[1], found[2])


async def _scored(
    services: Services, caller: Caller, taken: TakenEntry, measured: tuple[datetime, Metric, bool]
) -> str | None:
    """Return the Observation's id once the gateway has made readings of the entry."""
    if not await folded(services, caller, taken.entry_id):
        return None
    at, metric, pressure = measured
    async with acting(services, caller) as work:
        frame_id = await fhir.folded_as(work.conn, taken.entry_id)
    if frame_id is None:
        return None
    identity = ObservationId(time=at, patient_no=taken.patient_no, metric=metric, frame_id=frame_id)
    return pressure_key(identity) if pressure else reading_key(identity)


def of_bundle(bundle: Resource) -> list[Received]:
    """Return the Observations of a transaction.

    Raises:
        InvalidError: it is no transaction of Observations that are to be created.
    """
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "transaction":
        raise InvalidError("Bundle.type", "must be transaction")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ENTRIES:
        raise InvalidError("Bundle.entry", f"must hold 1 to {MOST_ENTRIES} entries")
    return [_received(one, place) for place, one in enumerate(entries)]


def _received(entry: Any, place: int) -> Received:  # noqa: ANN401 - as it was sent
    where = f"Bundle.entry[{place}]"
    request = entry.get("request") if isinstance(entry, dict) else None
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(request, dict) or not isinstance(resource, dict):
        raise InvalidError(where, "needs a request and a resource")
    if (request.get("method"), request.get("url")) != ("POST", "Observation"):
        raise InvalidError(f"{where}.request", "must be POST of Observation")
    told = request.get("ifNoneExist", "")
    return Received(resource=resource, none_exist=told if isinstance(told, str) else "?")
