"""Observations, their provenance, and the risk of one patient."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from analytics.domain.vitals import CLINICAL, Metric
from api.errors import InvalidError
from api.fhir import terms
from api.fhir.bundles import NOTHING, ResourcePage, page_of
from api.fhir.elements import Resource
from api.fhir.identity import parsed
from api.fhir.resources.observations import observation_of
from api.fhir.resources.provenance import provenance_of
from api.fhir.resources.scores import risk_assessment, score_observation
from api.fhir.search import NEWEST, OLDEST, FhirSearch, identity
from api.forms.paging import cut, read_cursor
from api.http.deps import UnitOfWork
from api.store import chart_points, fhir, patients, readings
from api.store.types import Row

SOURCES = frozenset(Metric) - {Metric.BATTERY}
"""Metrics that are observations of the person."""
_SLACK = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)


async def search_observations(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """Readings and scores of one patient by ``code``, ``category`` and ``date``, in pages."""
    patient_id = _patient(search)
    no = await patients.number(work.conn, patient_id)
    if no is None:
        return NOTHING
    metrics = wanted_metrics(search)
    asked = fhir.ObservationsAsked(
        patient_no=no,
        span=search.span("date"),
        received=search.updated,
        newest_first=_newest_first(search),
        after=_after(search),
        limit=search.count + 1,
    )
    work.note("observations.read", no, metrics=sorted(one.wire_name for one in metrics), by="fhir")
    rows = await _rows(work, asked, metrics, scored=_wants_score(search))
    shown, following = cut(
        rows, search.count, lambda row: [row["time"], row["metric"], row["frame_id"]]
    )
    return ResourcePage(
        resources=[_resource(work, row, patient_id) for row in shown], following=following
    )


async def newest_of_each(work: UnitOfWork, search: FhirSearch, most: int) -> list[Resource]:
    """The newest readings of each code, ``most`` of each, the newest of a code first."""
    patient_id = _patient(search)
    no = await patients.number(work.conn, patient_id)
    if no is None:
        return []
    metrics = wanted_metrics(search) & SOURCES
    asked = fhir.ObservationsAsked(
        patient_no=no,
        span=search.span("date"),
        received=search.updated,
        newest_first=True,
        after=None,
        limit=most,
    )
    work.note("observations.read", no, metrics=sorted(one.wire_name for one in metrics), by="fhir")
    by_code: dict[int, list[Row]] = defaultdict(list)
    for row in await fhir.observations(work.conn, asked, sorted(metrics)):
        by_code[Metric.SBP if row["metric"] == Metric.DBP else row["metric"]].append(row)
    rows = [row for _, found in sorted(by_code.items()) for row in found[:most]]
    return [observation_of(row, patient_id) for row in rows]


async def included(
    work: UnitOfWork, resources: Sequence[Resource], wanted: Sequence[str]
) -> list[Resource]:
    """Return what ``_include`` asks to be brought along: scores' readings (``derived-from``)."""
    if "Observation:derived-from" not in wanted:
        return []
    keys = {
        one["reference"].removeprefix("Observation/")
        for resource in resources
        for one in resource.get("derivedFrom", ())
    } - {resource["id"] for resource in resources}
    whose: dict[int, list[fhir.Key]] = defaultdict(list)
    for named in filter(None, map(parsed, sorted(keys))):
        one = named[1]
        whose[one.patient_no].append((one.time, one.metric, one.frame_id))
    found: list[Resource] = []
    for no, identities in whose.items():
        patient_id = await chart_points.patient_id(work.conn, no)
        if patient_id is not None:
            work.note("observations.read", no, n=len(identities), by="fhir")
            rows = await fhir.named(work.conn, no, identities)
            found += [observation_of(row, patient_id) for row in rows]
    return found


def _patient(search: FhirSearch) -> UUID:
    found = search.patient()
    if found is None:
        raise InvalidError("patient", "is needed: the record of everybody is an export's matter")
    return found


async def _rows(
    work: UnitOfWork, asked: fhir.ObservationsAsked, metrics: frozenset[Metric], *, scored: bool
) -> list[Row]:
    rows: list[Row] = []
    if metrics:
        rows = await fhir.observations(work.conn, asked, sorted(int(one) for one in metrics))
    if scored:
        rows += await fhir.scores(work.conn, asked, sorted(int(one) for one in CLINICAL))
    rows.sort(key=_place, reverse=asked.newest_first)
    return rows[: asked.limit]


def _place(row: Row) -> tuple[datetime, int, int]:
    return row["time"], row["metric"], row["frame_id"]


def _resource(work: UnitOfWork, row: Row, patient_id: UUID) -> Resource:
    if row["metric"] == 0:
        return score_observation(row, patient_id, snomed=work.services.settings.fhir_snomed)
    return observation_of(row, patient_id)


def wanted_metrics(search: FhirSearch) -> frozenset[Metric]:
    """Return which metrics ``code`` and ``category`` of a search mean."""
    metrics: frozenset[Metric] = SOURCES
    if search.any_of("code"):
        pairs = [_token(one) for one in search.any_of("code")]
        metrics &= frozenset[Metric]().union(*(terms.metrics_of(*pair) for pair in pairs))
    if search.any_of("category"):
        named = {_token(one)[1] for one in search.any_of("category")}
        metrics = frozenset(one for one in metrics if terms.category(one) in named)
    return metrics


def _wants_score(search: FhirSearch) -> bool:
    """Whether NEWS2 is among what is asked for."""
    codes, named = search.any_of("code"), search.any_of("category")
    coded = not codes or any(terms.is_score(*_token(one)) for one in codes)
    return coded and (not named or "survey" in {_token(one)[1] for one in named})


def _token(text: str) -> tuple[str | None, str]:
    """Return system and code of a token; without ``|`` any system is meant."""
    system, bar, code = text.rpartition("|")
    return (system or None, code) if bar else (None, text)


def _newest_first(search: FhirSearch) -> bool:
    order = search.one("_sort") or "-date"
    if order not in ("date", "-date"):
        raise InvalidError("_sort", "must be date or -date")
    return order == "-date"


def _after(search: FhirSearch) -> fhir.Key | None:
    key = read_cursor(search.cursor, datetime, int, int)
    if key is None or not isinstance(key[0], datetime):
        return None
    return key[0], int(str(key[1])), int(str(key[2]))


async def observation(work: UnitOfWork, key: str) -> Resource | None:
    """Read one Observation by its id."""
    found = await _found(work, key)
    return None if found is None else _resource(work, *found)


async def _found(work: UnitOfWork, key: str) -> tuple[Row, UUID] | None:
    """Return the row of an Observation and whose it is."""
    named = parsed(key)
    if named is None:
        return None
    kind, identified = named
    patient_id = await chart_points.patient_id(work.conn, identified.patient_no)
    if patient_id is None or not OLDEST <= identified.time < NEWEST:
        return None
    asked = fhir.ObservationsAsked(
        patient_no=identified.patient_no,
        span=(identified.time, identified.time + _MICROSECOND),
        received=(OLDEST, NEWEST),
        newest_first=False,
        after=None,
        limit=100,
    )
    of_metric = frozenset[Metric]()
    if identified.metric in frozenset(int(one) for one in SOURCES):
        of_metric = frozenset({Metric(identified.metric)})
    rows = await _rows(work, asked, of_metric, scored=kind == "score")
    work.note("observations.read", identified.patient_no, by="fhir")
    for row in rows:
        pressure = row["metric"] in (Metric.SBP, Metric.DBP)
        is_kind = kind == ("score" if row["metric"] == 0 else "pressure" if pressure else "reading")
        if is_kind and row["frame_id"] == identified.frame_id:
            return row, patient_id
    return None


async def provenance(work: UnitOfWork, key: str) -> Resource | None:
    """Read where an Observation comes from, with the device's signature."""
    found = await _found(work, key)
    if found is None or found[0]["metric"] == 0:
        return None
    row, patient_id = found
    frame = None
    if row["device"] is not None:
        frame = await readings.signed_frame(
            work.conn, row["patient_no"], row["frame_id"], row["received"], _SLACK
        )
    return provenance_of(observation_of(row, patient_id), frame)


async def search_provenance(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """The provenance of the Observations named as ``target``."""
    targets = search.any_of("target")
    if not targets:
        raise InvalidError("target", "is needed: an Observation's id")
    found = [await provenance(work, one.removeprefix("Observation/")) for one in targets]
    return ResourcePage(resources=[one for one in found if one is not None])


async def risk(work: UnitOfWork, key: str) -> Resource | None:
    """Read what the risk model says of a patient now."""
    return await _risk_of(work, identity(key.removeprefix("risk-"), "_id"))


async def _risk_of(work: UnitOfWork, patient_id: UUID) -> Resource | None:
    no = await patients.number(work.conn, patient_id)
    row = await readings.latest(work.conn, no) if no is not None else None
    told: dict[str, Any] = (row["assessment"] if row else None) or {}
    if no is None or not told.get("time"):
        return None
    work.note("assessment.read", no, by="fhir")
    return risk_assessment(told.get("risk") or {}, str(told["time"]), patient_id)


async def search_risks(work: UnitOfWork, search: FhirSearch) -> ResourcePage:
    """The risk of one patient now, where the model is proven so far that it is shown."""
    return page_of(await _risk_of(work, _patient(search)))
