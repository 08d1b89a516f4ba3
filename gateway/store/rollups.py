"""Hours that were written into: what is rolled up of them holds no more.

Said in the transaction that writes, so that whoever reads sees both or neither. The newest hour of
a patient is *open*: it is noted once, and nobody rolls it up before a newer one is.
"""

from gateway.store.binary_arrays import BoolArray, Int4Array, Int8Array
from gateway.store.statements import Statement

# The row is updated even where it says so already: that locks it, and a roll-up in progress waits
# or is waited for.
HOURS = Statement(
    """
    INSERT INTO rollup_hour AS r (patient_no, hour, state)
    SELECT no, to_timestamp(hour * 3600.0), CASE WHEN newest THEN 'open' ELSE 'due' END
      FROM unnest(%s, %s, %s) n(no, hour, newest)
    ON CONFLICT (patient_no, hour) DO UPDATE SET state = excluded.state
""",
    (
        Int4Array,
        Int8Array,
        BoolArray,
    ),
)
OVER = Statement(
    """
    UPDATE rollup_hour r SET state = 'due'
      FROM unnest(%s, %s) n(no, hour)
     WHERE r.patient_no = n.no AND r.hour < to_timestamp(n.hour * 3600.0) AND r.state = 'open'
""",
    (
        Int4Array,
        Int8Array,
    ),
)
