"""Frames with news, for the outlet: named with the batch that stores them, while one is set up."""

from gateway.store.binary_arrays import Int4Array, Int8Array
from gateway.store.statements import Statement

TOLD = Statement(
    """
    INSERT INTO outlet (kind, patient_no, frame_id, first, last)
    SELECT 'frame', no, frame_id, to_timestamp(first / 1000.0), to_timestamp(last / 1000.0)
      FROM unnest(%s, %s, %s, %s) n(no, frame_id, first, last)
     WHERE EXISTS (SELECT FROM outlet_state WHERE wanted_until > now())
""",
    (
        Int4Array,
        Int8Array,
        Int8Array,
        Int8Array,
    ),
)
