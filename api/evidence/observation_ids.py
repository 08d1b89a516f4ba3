"""The opaque id of a reading: its time, patient, metric and frame, in URL-safe base64.

A reading has no row number (a hypertable's rows are many); this is its identity, and it is worth
nothing to who may not see the patient.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_LAYOUT = struct.Struct(">qihq")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationId:
    """What identifies a reading.

    Attributes:
        time: mapped event time.
        patient_no: narrow key of the patient.
        metric: code of the metric.
        frame_id: frame, or number of the staff's entry in the lane.
    """

    time: datetime
    patient_no: int
    metric: int
    frame_id: int

    def text(self) -> str:
        """Return the id as it is told."""
        micros = (self.time - _EPOCH) // timedelta(microseconds=1)
        raw = _LAYOUT.pack(micros, self.patient_no, self.metric, self.frame_id)
        return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def parse(text: str) -> ObservationId | None:
    """Return what an id says, None for one that is none of ours."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        micros, patient_no, metric, frame_id = _LAYOUT.unpack(raw)
        time = _EPOCH + timedelta(microseconds=micros)
    except (binascii.Error, ValueError, OverflowError, struct.error):
        return None
    return ObservationId(time=time, patient_no=patient_no, metric=metric, frame_id=frame_id)
