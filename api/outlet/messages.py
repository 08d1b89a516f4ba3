"""The outlet's messages, as docs/outlet.asyncapi.json describes them: no names, no free text.

A message is the state of what it tells as it was when it was sent. What is told again under the
same frame and time (a correction) stands in the place of what was told before: the higher ``row``
counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from analytics.domain.vitals import FACTS, Metric, Quality
from api.outlet.settings import OutletSettings
from api.store.types import Row

_BANDS = ("low", "low_medium", "medium", "high")


class OutletTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema"):
    """What every message has.

    Attributes:
        id: the message's, the same each time that it is sent: whoever has it does nothing more.
        row: number of what is told; of two of the same thing the higher counts.
        site: which ward speaks.
    """

    id: str
    row: int
    site: str


class OutletReading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading.

    Attributes:
        time: when it was measured, as the ward's clock has it.
        unit: as UCUM writes it.
        code: of LOINC; null: LOINC has none for it.
    """

    time: datetime
    received: datetime
    metric: str
    value: float
    unit: str
    code: str | None
    quality: str
    device: str | None
    by_person: bool
    entered_in_error: bool


class ReadingsTold(OutletTold, frozen=True, kw_only=True, tag="homeward.readings/1"):
    """Readings that came in one frame, or that a person entered at once."""

    patient: UUID
    ward: str
    frame: int
    readings: list[OutletReading]


class ScoreTold(OutletTold, frozen=True, kw_only=True, tag="homeward.assessment/1"):
    """What was computed after a frame.

    Attributes:
        news2: the aggregate; null: incomplete, between ``news2_low`` and ``news2_high``.
        risk: of deterioration, 0 to 1; null: the model does not apply.
        late: made from what came late.
        superseded: a correction took it back, and nothing stands in its place.
    """

    patient: UUID
    ward: str
    frame: int
    time: datetime
    received: datetime
    news2: int | None
    news2_low: int
    news2_high: int
    band: str
    risk: float | None
    model_version: int
    plan_revision: int
    late: bool
    superseded: bool


class AlertTold(OutletTold, frozen=True, kw_only=True, tag="homeward.alert/1"):
    """One change of an alert.

    Attributes:
        patient: null: the ward's own.
        call: whether somebody is called by this change.
        historic: found in what came late; it called nobody.
    """

    patient: UUID | None
    ward: str
    alert: UUID
    event: str
    change: str
    at: datetime
    condition: str
    kind: str
    priority: str
    state: str
    level: str
    call: bool
    historic: bool
    started_at: datetime | None
    measured_at: datetime | None
    raised_at: datetime | None
    closed_at: datetime | None
    outcome: str | None


class ErasedTold(OutletTold, frozen=True, kw_only=True, tag="homeward.erased/1"):
    """A person was erased: whoever holds anything of them deletes it."""

    patient: UUID


class GapTold(OutletTold, frozen=True, kw_only=True, tag="homeward.gap/1"):
    """Not everything of a stretch of real time was told, and what is missing never will be.

    Attributes:
        start: null: as far back as anything is missing.
    """

    start: datetime | None
    end: datetime


class OutletMessage(NamedTuple):
    """One message as it goes out; ``forget``: what the stream holds of the patient goes first."""

    subject: str
    id: str
    body: bytes
    kind: str
    forget: str | None = None


def of_frames(
    settings: OutletSettings,
    rows: Iterable[Row],
    readings: Mapping[int, Sequence[Row]],
    scores: Mapping[int, Sequence[Row]],
) -> list[OutletMessage]:
    """Return what is to be told of rows of the outlet, in their order.

    Args:
        settings: who speaks.
        rows: of the outlet; what is of nobody any more tells nothing.
        readings: what the frames of these rows hold, by row.
        scores: what was computed after them, by row.
    """
    made: list[OutletMessage] = []
    for row in rows:
        if row["kind"] == "frame":
            made += _of_frame(settings, row, readings.get(row["id"], ()), scores.get(row["id"], ()))
        else:
            made.append(_of_event(settings, row))
    return made


def _of_event(settings: OutletSettings, row: Row) -> OutletMessage:
    head = {"row": row["id"], "site": settings.site, "id": _id(settings, row, row["kind"])}
    if row["kind"] == "gap":
        return _message(settings, "gap", GapTold(**head, start=row["first"], end=row["last"]))
    patient = str(row["patient"])
    erased = ErasedTold(**head, patient=row["patient"])
    return _message(settings, "erased", erased, patient)._replace(
        forget=settings.subject("*", patient)
    )


def _of_frame(
    settings: OutletSettings, row: Row, readings: Sequence[Row], scores: Sequence[Row]
) -> Iterable[OutletMessage]:
    if row["patient"] is None:
        return
    whose = {name: row[name] for name in ("patient", "ward")}
    head = {"row": row["id"], "site": settings.site, "frame": row["frame_id"], **whose}
    patient = str(row["patient"])
    if readings:
        held = [_reading(one) for one in readings]
        told = ReadingsTold(**head, id=_id(settings, row, "readings"), readings=held)
        yield _message(settings, "readings", told, patient)
    for n, one in enumerate(scores):
        name = _id(settings, row, f"assessment.{n}" if n else "assessment")
        score = {key: one[key] for key in one if key not in {"id", "score", "low", "high", "band"}}
        news2 = {"news2": one["score"], "news2_low": one["low"], "news2_high": one["high"]}
        made = ScoreTold(**head, **score, **news2, id=name, band=_BANDS[one["band"]])
        yield _message(settings, "assessment", made, patient)


def _reading(row: Row) -> OutletReading:
    metric = Metric(row["metric"])
    told = {key: row[key] for key in row if key not in {"id", "metric", "quality"}}
    return OutletReading(
        **told,
        metric=metric.wire_name,
        unit=FACTS[metric].unit,
        code=FACTS[metric].loinc,
        quality=Quality(row["quality"]).name.lower(),
    )


def of_alerts(settings: OutletSettings, rows: Iterable[Row]) -> list[OutletMessage]:
    """Return what is to be told of events of the feed, in their order."""
    made = []
    for row in rows:
        told = {key: row[key] for key in row if key != "stream_id"}
        name = f"{settings.site}.alert.{row['stream_id']}.{_ms(row['at'])}"
        alert = AlertTold(**told, id=name, row=row["stream_id"], site=settings.site)
        patient = "-" if row["patient"] is None else str(row["patient"])
        made.append(_message(settings, "alert", alert, patient))
    return made


def _id(settings: OutletSettings, row: Row, kind: str) -> str:
    """The same for the same row, and never again: a restored database gives its numbers again."""
    return f"{settings.site}.{kind}.{row['id']}.{_ms(row['at'])}"


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _message(
    settings: OutletSettings, kind: str, told: OutletTold, patient: str = "-"
) -> OutletMessage:
    subject = settings.subject(kind, patient)
    return OutletMessage(subject, told.id, msgspec.json.encode(told), kind)
