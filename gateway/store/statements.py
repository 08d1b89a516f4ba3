"""The statements that write a batch's state: rows come as one packed array for each column."""

from typing import NamedTuple

from gateway.store.binary_arrays import (
    BoolArray,
    ByteaArray,
    Float8Array,
    Int2Array,
    Int4Array,
    Int8Array,
    Shape,
    TextArray,
    UuidArray,
)


class Statement(NamedTuple):
    """SQL and the types of its columns."""

    sql: str
    shape: Shape


WINDOW = Statement(
    """
    INSERT INTO device_window AS w (device_no, boot, upto, highest, also, refused, stored,
        duplicates, last_received, last_device_ms, offset_low_ms, offset_high_ms, clock_jumps,
        acked_at)
    SELECT no, boot, upto, highest, also::bigint[], refused::jsonb, stored, duplicates,
           to_timestamp(received / 1000.0), last_ms, low, high, jumps, to_timestamp(acked / 1000.0)
      FROM unnest(%s, %s, %s, %s, %s, %s,
                  %s, %s, %s, %s, %s,
                  %s, %s, %s)
           n(no, boot, upto, highest, also, refused, stored, duplicates, received, last_ms, low,
             high, jumps, acked)
    ON CONFLICT (device_no, boot) DO UPDATE SET upto = excluded.upto, highest = excluded.highest,
        also = excluded.also, refused = excluded.refused, stored = excluded.stored,
        duplicates = excluded.duplicates, last_received = excluded.last_received,
        last_device_ms = excluded.last_device_ms, offset_low_ms = excluded.offset_low_ms,
        offset_high_ms = excluded.offset_high_ms, clock_jumps = excluded.clock_jumps,
        acked_at = excluded.acked_at
""",
    (
        Int4Array,
        Int8Array,
        Int8Array,
        Int8Array,
        TextArray,
        TextArray,
        Int8Array,
        Int8Array,
        Int8Array,
        Int8Array,
        Int8Array,
        Int8Array,
        Int4Array,
        Int8Array,
    ),
)
NOW = Statement(
    """
    INSERT INTO patient_now AS p (patient_no, received, measured, news2_low, news2_high, risk,
        assessment, latest)
    SELECT no, to_timestamp(received / 1000.0), to_timestamp(measured / 1000.0), low, high, risk,
           assessment::jsonb, latest::jsonb
      FROM unnest(%s, %s, %s, %s, %s,
                  %s, %s, %s)
           n(no, received, measured, low, high, risk, assessment, latest)
    ON CONFLICT (patient_no) DO UPDATE SET received = excluded.received, latest = excluded.latest,
        measured = coalesce(excluded.measured, p.measured),
        news2_low = CASE WHEN excluded.assessment IS NULL THEN p.news2_low
             ELSE excluded.news2_low END,
        news2_high = CASE WHEN excluded.assessment IS NULL THEN p.news2_high
             ELSE excluded.news2_high END,
        risk = CASE WHEN excluded.assessment IS NULL THEN p.risk
             ELSE excluded.risk END,
        assessment = coalesce(excluded.assessment, p.assessment)
""",
    (
        Int4Array,
        Int8Array,
        Int8Array,
        Int2Array,
        Int2Array,
        Float8Array,
        TextArray,
        TextArray,
    ),
)
OUTBOX = Statement(
    """
    INSERT INTO outbox (patient_no, device_no, frame_id, kind, created_at, payload)
    SELECT patient_no, device_no, frame_id, kind, to_timestamp(at / 1000.0), payload::jsonb
      FROM unnest(%s, %s, %s, %s, %s, %s)
           n(patient_no, device_no, frame_id, kind, at, payload)
""",
    (
        Int4Array,
        Int4Array,
        Int8Array,
        TextArray,
        Int8Array,
        TextArray,
    ),
)
QUARANTINE = Statement(
    """
    INSERT INTO quarantine (received, device_no, topic, reason, signed, boot, seq, detail, payload)
    SELECT to_timestamp(at / 1000.0), device_no, topic, reason, signed, boot, seq, detail, payload
      FROM unnest(%s, %s, %s, %s, %s, %s,
                  %s, %s, %s)
           n(at, device_no, topic, reason, signed, boot, seq, detail, payload)
""",
    (
        Int8Array,
        Int4Array,
        TextArray,
        TextArray,
        BoolArray,
        Int8Array,
        Int8Array,
        TextArray,
        ByteaArray,
    ),
)
REFUSALS = Statement(
    """
    INSERT INTO refusal_count AS r (device_no, reason, n, newest)
    SELECT no, reason, count, to_timestamp(at / 1000.0)
      FROM unnest(%s, %s, %s, %s) n(no, reason, count, at)
    ON CONFLICT (device_no, reason) DO UPDATE SET n = r.n + excluded.n, newest = excluded.newest
""",
    (
        Int4Array,
        TextArray,
        Int8Array,
        Int8Array,
    ),
)
EXAMPLES = Statement(
    """
    INSERT INTO risk_example (patient_no, at, example)
    SELECT no, to_timestamp(at / 1000.0), example
      FROM unnest(%s, %s, %s) n(no, at, example)
""",
    (
        Int4Array,
        Int8Array,
        ByteaArray,
    ),
)
INPUTS = Statement(
    """
    UPDATE lane_input i SET folded_as = n.frame_id, folded_at = to_timestamp(n.at / 1000.0),
           plan_revision = n.plan, model_version = n.model, in_episode = n.episode,
           paused = n.paused, settings_no = n.settings
      FROM unnest(%s, %s, %s, %s, %s, %s,
                  %s, %s) n(id, frame_id, at, plan, model, episode, paused, settings)
     WHERE i.id = n.id
""",
    (
        Int8Array,
        Int8Array,
        Int8Array,
        Int4Array,
        Int4Array,
        BoolArray,
        BoolArray,
        Int4Array,
    ),
)
RECEIPTS = Statement(
    """
    UPDATE command c SET state = n.state, changed_at = to_timestamp(n.at / 1000.0),
           args = c.args - 'token'
      FROM (SELECT DISTINCT ON (no, id) * FROM unnest(%s, %s, %s, %s) n(no, id, state, at)
             ORDER BY no, id, array_position(ARRAY['delivered', 'seen', 'done', 'declined'], state)
                      DESC) n
     WHERE c.id::text = n.id AND c.device_no = n.no
       AND array_position(ARRAY['queued', 'sent', 'expired', 'delivered', 'seen', 'done',
                                'declined'], n.state)
         > array_position(ARRAY['queued', 'sent', 'expired', 'delivered', 'seen', 'done',
                                'declined'], c.state)
""",
    (
        Int4Array,
        TextArray,
        TextArray,
        Int8Array,
    ),
)
ONLINE = Statement(
    """
    INSERT INTO device_now AS d (device_no, online, since)
    SELECT no, online, to_timestamp(at / 1000.0)
      FROM unnest(%s, %s, %s) n(no, online, at)
    ON CONFLICT (device_no) DO UPDATE SET online = excluded.online, since = excluded.since
     WHERE d.online <> excluded.online
""",
    (
        Int4Array,
        BoolArray,
        Int8Array,
    ),
)
SUPERSEDED = Statement(
    """
    UPDATE device_key k SET superseded_at = to_timestamp(n.at / 1000.0), superseded_boot = n.boot,
           superseded_seq = n.seq
      FROM unnest(%s, %s, %s, %s) n(id, at, boot, seq)
     WHERE k.id = n.id AND k.superseded_at IS NULL
""",
    (
        Int8Array,
        Int8Array,
        Int8Array,
        Int8Array,
    ),
)
STAFF = Statement(
    """
    INSERT INTO observation (time, received, frame_id, patient_no, metric, quality, value,
        entered_by)
    SELECT to_timestamp(at / 1000.0), to_timestamp(received / 1000.0), frame_id, patient_no,
           metric, quality, value, by
      FROM unnest(%s, %s, %s, %s, %s, %s,
                  %s, %s) n(at, received, frame_id, patient_no, metric, quality, value, by)
""",
    (
        Int8Array,
        Int8Array,
        Int8Array,
        Int4Array,
        Int2Array,
        Int2Array,
        Float8Array,
        UuidArray,
    ),
)
