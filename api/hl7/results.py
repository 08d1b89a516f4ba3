"""ORU^R01: what is known of a patient now, as one unsolicited observation message. Pure.

Each value stands with its own time, LOINC code and UCUM unit. A value that enters no score is
preliminary (``P``), and NEWS2 that is not complete has no value but its bounds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from analytics.domain.vitals import FACTS, METRIC_BY_NAME, Metric
from api.hl7.messages import written

_OWN: Final = "99HOMEWARD"
_SCORED: Final = frozenset({"ok", "manual"})
_SEX: Final = {"female": "F", "male": "M", "other": "O", "unknown": "U"}
_ACVPU: Final = ("A", "C", "V", "P", "U")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultState:
    """Of whom and what is told.

    Attributes:
        patient: our id.
        identifier: the external id.
        authority: its assigning authority; may be empty.
        name: as it is written on the record.
        birth_date: None: not known.
        sex: as the record says it.
        ward: where the patient is.
        latest: newest value by metric: ``{"t" ms, "v", "q"}``.
        news2: as the assessment tells it; None: never assessed.
        assessed_at: when that was.
        received: arrival of the newest of all this.
    """

    patient: UUID
    identifier: str
    authority: str
    name: str
    birth_date: date | None
    sex: str
    ward: str
    latest: Mapping[str, Mapping[str, Any]]
    news2: Mapping[str, Any] | None
    assessed_at: datetime | None
    received: datetime

    def control_id(self) -> str:
        """Return the id of the message: the same state of a patient is the same message."""
        return f"{self.patient.hex[:8]}{int(self.received.timestamp() * 1000):011x}"[:20]


def result_message(told: ResultState, now: datetime) -> str:
    """Return the message, as HL7 v2.5.1 writes it."""
    ward, own_id = written(told.ward), told.control_id()
    identifier = f"{written(told.identifier)}^^^{written(told.authority)}^MR"
    born = told.birth_date.strftime("%Y%m%d") if told.birth_date else ""
    level = f"{own_id}|P|2.5.1||||||UNICODE UTF-8"
    panel = "85353-1^Vital signs panel^LN"
    lines = [
        f"MSH|^~\\&|HOMEWARD|{ward}|||{_time(now)}||ORU^R01^ORU_R01|{level}",
        f"PID|1||{identifier}||{written(told.name)}||{born}|{_SEX[told.sex]}",
        f"PV1|1|O|{ward}",
        f"OBR|1||{own_id}^HOMEWARD|{panel}|||{_time(told.received)}",
        *_observations(told),
    ]
    return "\r".join(lines) + "\r"


def _observations(told: ResultState) -> Iterator[str]:
    number = 0
    for name, metric in METRIC_BY_NAME.items():
        one = told.latest.get(name)
        if one is not None and metric is not Metric.BATTERY:
            number += 1
            yield _reading(number, metric, one)
    if told.news2 is not None and told.assessed_at is not None:
        yield from _score(number, told.news2, told.assessed_at)


def _reading(number: int, metric: Metric, one: Mapping[str, Any]) -> str:
    facts = FACTS[metric]
    code = (
        f"{facts.loinc}^{facts.label}^LN"
        if facts.loinc
        else f"{metric.wire_name}^{facts.label}^{_OWN}"
    )
    kind, value, unit = "NM", f"{one['v']:g}", f"{written(facts.unit)}^^UCUM"
    if metric is Metric.ACVPU:
        kind, value, unit = "ST", _ACVPU[int(one["v"])], ""
    if metric is Metric.O2:
        kind, value, unit = "ST", "oxygen" if one["v"] else "air", ""
    status = "F" if one.get("q") in _SCORED else "P"
    at = datetime.fromtimestamp(one["t"] / 1000, UTC)
    return f"OBX|{number}|{kind}|{code}||{value}|{unit}|||||{status}|||{_time(at)}"


def _score(number: int, news2: Mapping[str, Any], at: datetime) -> Iterator[str]:
    if news2.get("score") is not None:
        value = f"NM|news2-total^NEWS2^{_OWN}||{news2['score']:g}|{{score}}^^UCUM|||||F"
        yield f"OBX|{number + 1}|{value}|||{_time(at)}"
    elif news2.get("low") is not None and news2.get("high") is not None:
        bounds = f"{news2['low']:g}^-^{news2['high']:g}"
        value = f"SN|news2-bounds^NEWS2, not complete^{_OWN}||{bounds}|{{score}}^^UCUM|||||P"
        yield f"OBX|{number + 1}|{value}|||{_time(at)}"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")
