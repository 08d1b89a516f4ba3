"""Inputs of a patient's lane: one verified frame or staff entry, mapped to event time.

They are light msgspec structs without garbage-collector tracking, since one is made for every
frame on the gateway's hot path.
"""

from msgspec import Struct


class Measurement(Struct, frozen=True, gc=False, array_like=True):
    """One measured value.

    Attributes:
        metric: code of ``analytics.domain.vitals.Metric``.
        t_ms: event time, mapped to the ward's clock, milliseconds since 1970.
        value: in the metric's own unit.
        quality: code of ``analytics.domain.vitals.Quality``.
    """

    metric: int
    t_ms: int
    value: float
    quality: int = 0


class RefusedValue(Struct, frozen=True, gc=False, array_like=True):
    """One value that was refused: it is no reading, yet says that the metric was not measured.

    Attributes:
        metric: code of ``analytics.domain.vitals.Metric``.
        t_ms: event time, mapped; of a time ahead of the ward's, that.
        value: as it was sent.
        reason: ``out_of_range`` or ``from_the_future``.
    """

    metric: int
    t_ms: int
    value: float
    reason: str


class Reading(Struct, frozen=True, gc=False, array_like=True):
    """One frame's accepted samples, or one staff entry.

    Attributes:
        frame_id: identity of the stored frame or entry, carried into the assessment.
        received_ms: when the gateway received it, ward time in milliseconds.
        late: back-fill as judged by the gateway; samples older than the policy's delay count as
            late in any case, unless the clock is uncertain.
        clock_uncertain: the device's clock is not known: every sample counts as live.
        staff: entered by a person of the staff.
        samples: in any order; times may differ within one frame.
        device: who measured, by the id in the signed bytes; empty: a person.
        refused: values of the same frame that were refused, of patient and device alike.
    """

    frame_id: int
    received_ms: int
    late: bool = False
    clock_uncertain: bool = False
    staff: bool = False
    samples: tuple[Measurement, ...] = ()
    device: str = ""
    refused: tuple[RefusedValue, ...] = ()
