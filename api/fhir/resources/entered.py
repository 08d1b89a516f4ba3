"""An Observation that somebody sends, as an entry: the metric by code, the value in our unit.

What is not understood is refused and its element named: a unit that was guessed is a wrong dose.
Factors: glucose 18.016 mg/dL to the mmol/L, the pound 0.45359237 kg (exact).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from analytics.domain.vitals import Metric
from api.errors import InvalidError
from api.fhir import terms
from api.forms.entries import EnteredSample, EntryForm
from api.forms.timestamps import Moment

Element = dict[str, Any]
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)
_KEPT_CHARACTERS = 500
_UNITS: Mapping[tuple[Metric, str], Callable[[float], float]] = MappingProxyType(
    {
        (Metric.GLUCOSE, "mmol/L"): lambda value: round(value * 18.016, 1),
        (Metric.TEMP, "[degF]"): lambda value: round((value - 32) / 1.8, 2),
        (Metric.WEIGHT, "[lb_av]"): lambda value: round(value * 0.45359237, 2),
        (Metric.WEIGHT, "g"): lambda value: value / 1000,
        (Metric.HR, "{beats}/min"): lambda value: value,
        (Metric.RR, "{breaths}/min"): lambda value: value,
    }
)


def patient_of_entry(resource: Element) -> UUID:
    """Return whose Observation it is.

    Raises:
        InvalidError: it is none of a patient here.
    """
    told = _dict(resource, "subject").get("reference")
    try:
        return UUID(str(told).removeprefix("Patient/"))
    except ValueError as error:
        raise InvalidError("Observation.subject", "must refer to a Patient by id") from error


def entry_of(resource: Element) -> EntryForm:
    """Return what an Observation measured.

    Raises:
        InvalidError: it is no Observation, is not final, or holds what is not understood.
    """
    if resource.get("resourceType") != "Observation":
        raise InvalidError("resourceType", "must be Observation")
    if resource.get("status") != "final":
        raise InvalidError("Observation.status", "must be final")
    try:
        at = _MOMENT.validate_python(resource.get("effectiveDateTime"))
    except ValidationError as error:
        wrong = "must be a time with its zone, to the second"
        raise InvalidError("Observation.effectiveDateTime", wrong) from error
    values = {metric.wire_name: value for metric, value in _measured(resource).items()}
    try:
        return EntryForm(samples=[EnteredSample.model_validate({"t": at, **values})])
    except ValidationError as error:
        raise InvalidError("Observation.value", str(error.errors()[0]["msg"])) from error


def source_of(resource: Element) -> Element:
    """Return what is kept of where an Observation comes from, as its sender told it."""
    told: Element = {}
    for name in ("identifier", "performer", "device", "method", "derivedFrom"):
        if name in resource and len(str(resource[name])) <= _KEPT_CHARACTERS:
            told[name] = resource[name]
    return told


def _measured(resource: Element) -> dict[Metric, float]:
    """Return each metric with its value: one, or a panel's."""
    metrics = _metrics(resource, "Observation.code")
    if metrics == {Metric.SBP, Metric.DBP} and "component" in resource:
        return _panel(resource)
    if len(metrics) != 1:
        wrong = "is no measurement that is kept here, or several: see the terms of this server"
        raise InvalidError("Observation.code", wrong)
    (metric,) = metrics
    return {metric: _value(metric, resource, "Observation")}


def _panel(resource: Element) -> dict[Metric, float]:
    found: dict[Metric, float] = {}
    for place, part in enumerate(_list(resource, "component")):
        where = f"Observation.component[{place}]"
        codes = {one.get("code") for one in _codings(part, where)}
        metric = next(
            (one for one in (Metric.SBP, Metric.DBP) if terms.codings(one)[0]["code"] in codes),
            None,
        )
        if metric is None or metric in found:
            raise InvalidError(f"{where}.code", "must be the systolic or the diastolic pressure")
        if "dataAbsentReason" not in part:
            found[metric] = _value(metric, part, where)
    return found


def _metrics(resource: Element, where: str) -> set[Metric]:
    found: set[Metric] = set()
    for one in _codings(resource, where):
        found |= terms.metrics_of(str(one.get("system")), str(one.get("code")))
    return found - {Metric.BATTERY}


def _codings(part: Element, where: str) -> list[Element]:
    found = _list(_dict(part, "code"), "coding")
    if not found:
        raise InvalidError(where, "needs a coding")
    return found


def _value(metric: Metric, part: Element, where: str) -> float:
    if metric is Metric.ACVPU:
        codes = {one.get("code") for one in _list(_dict(part, "valueCodeableConcept"), "coding")}
        known = [place for place, one in enumerate(terms.ACVPU_ANSWERS) if one[0] in codes]
        return _only(known, f"{where}.valueCodeableConcept", "must be an answer of LOINC 67775-7")
    if metric is Metric.O2:
        codes = {one.get("code") for one in _list(_dict(part, "valueCodeableConcept"), "coding")}
        known = [place for place, one in enumerate(terms.OXYGEN) if one[0] in codes]
        return _only(known, f"{where}.valueCodeableConcept", "must be air or oxygen")
    return _quantity(metric, _dict(part, "valueQuantity"), f"{where}.valueQuantity")


def _only(known: list[int], where: str, wrong: str) -> float:
    if len(known) != 1:
        raise InvalidError(where, wrong)
    return float(known[0])


def _quantity(metric: Metric, told: Element, where: str) -> float:
    value, unit = told.get("value"), str(told.get("code"))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidError(where, "needs a value")
    if told.get("system") != terms.UCUM:
        raise InvalidError(f"{where}.system", f"must be {terms.UCUM}")
    if unit == terms.UNITS[metric]:
        return float(value)
    into = _UNITS.get((metric, unit))
    if into is None:
        raise InvalidError(f"{where}.code", f"must be {terms.UNITS[metric]} or a unit known here")
    return into(float(value))


def _dict(part: Element, name: str) -> Element:
    found = part.get(name)
    return found if isinstance(found, dict) else {}


def _list(part: Element, name: str) -> list[Element]:
    found = part.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
