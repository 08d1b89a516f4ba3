"""The list of alerts in the order of danger, page by page.

First what lives: whom the newest score and values endanger most, then who has waited longest. What
is over but not answered sinks below what is not; the equipment's and the ward's own come after,
whatever their priority. Then what is closed, newest first; then, only if asked for, what late data
showed, by when it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.store.alerts import ALERT, many
from api.store.types import Conn, Row

CRITICAL_WORTH, HIGH_WORTH, MEDIUM_WORTH = 10, 7, 5
"""What an alert that holds is worth on the scale of NEWS2 (proposed): a critical value more than
the emergency score, other high ones as much, medium ones as much as the urgent one."""
FRESH_S = 7_200
"""A score whose newest measurement is older says nothing of now (the age limit of pulse, breathing
and SpO2); its alerts still count."""
LIVE, CLOSED = ("open", "acknowledged"), ("resolved", "expired")
HISTORIC = "historic"
Key = tuple[int, float, datetime, UUID]
"""Where a page ends: the part of the list, its rank there, its time, its id."""

_WANTED = """
    (%(patient)s::uuid IS NULL OR e.patient_no = (SELECT no FROM patient WHERE id = %(patient)s))
       AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
       AND (%(own)s::uuid IS NULL OR e.kind = 'clinical' OR e.acknowledged_by = %(own)s
            OR e.doctor_id IN (SELECT id FROM doctor WHERE user_id = %(own)s))
"""

# Parts 0 to 3: present danger, over, equipment of a patient, the ward's own. What is shown of an
# alert is read for those of the page alone.
_LIVE = f"""
    WITH endangered AS MATERIALIZED (
        SELECT x.patient_no,
               greatest(max(CASE WHEN x.cleared_at IS NOT NULL THEN 0
                                 WHEN starts_with(x.condition, 'critical_')
                                   OR EXISTS (SELECT FROM reason r
                                               WHERE r.episode_id = x.id AND r.state = 'open'
                                                 AND starts_with(r.condition, 'critical_'))
                                   THEN %(critical)s
                                 WHEN x.priority = 'high' THEN %(high)s
                                 WHEN x.priority = 'medium' THEN %(medium)s ELSE 0 END),
                        max(CASE WHEN s.measured > %(fresh)s THEN s.news2_low END)) AS danger
          FROM episode x LEFT JOIN patient_now s ON s.patient_no = x.patient_no
         WHERE x.state IN ('open', 'acknowledged') AND x.kind = 'clinical' GROUP BY 1),
    ranked AS (
        SELECT e.id, e.raised_at, coalesce(g.danger, 0) AS danger,
               CASE WHEN e.patient_no IS NULL THEN 3 WHEN e.kind = 'technical' THEN 2
                    WHEN e.cleared_at IS NOT NULL THEN 1 ELSE 0 END AS part,
               (CASE WHEN e.kind = 'technical' THEN 0 ELSE -10 * coalesce(g.danger, 0) END
                + 3 * (e.state <> 'open')::int
                + array_position(ARRAY['high', 'medium', 'low'], e.priority))::float AS rank
          FROM episode e LEFT JOIN endangered g ON g.patient_no = e.patient_no
         WHERE e.raised_at IS NOT NULL AND e.state = ANY (%(states)s) AND {_WANTED})
    SELECT * FROM ranked
     WHERE %(part)s::int IS NULL OR (part, rank, raised_at, id)
           > (%(part)s, %(rank)s::float, %(at)s::timestamptz, %(id)s::uuid)
     ORDER BY part, rank, raised_at, id LIMIT %(limit)s
"""  # noqa: S608 - our own words

_CLOSED_PART, _HISTORIC_PART = 4, 5
_PAST = f"""
    {ALERT}
     WHERE {{which}} AND e.state = ANY (%(states)s) AND {_WANTED}
       AND (%(at)s::timestamptz IS NULL
            OR ({{at}}, e.id) < (%(at)s::timestamptz, %(id)s::uuid))
     ORDER BY {{at}} DESC, e.id DESC LIMIT %(limit)s
"""
_CLOSED_SQL = _PAST.format(which="e.raised_at IS NOT NULL AND NOT e.historic", at="e.raised_at")
_HISTORIC_SQL = _PAST.format(which="e.historic", at="e.closed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is asked for.

    Attributes:
        states: of them ``historic`` stands for what late data showed; never ``pending``.
        patient: only this patient's.
        kind: only ``clinical`` or ``technical``.
        own: of the technical ones only those that this account holds; None: all.
    """

    states: Sequence[str]
    patient: UUID | None = None
    kind: str | None = None
    own: UUID | None = None


async def page(
    conn: Conn, wanted: Wanted, *, now: datetime, limit: int, after: Key | None = None
) -> list[Row]:
    """Return alerts that the acting person may see, in the order of the list.

    Args:
        conn: a connection acting for the person.
        wanted: which.
        now: ward time.
        limit: the most rows.
        after: the key of the last row of the page before; :func:`key_of` gives it.
    """
    rows: list[Row] = []
    part = -1 if after is None else after[0]
    live = [one for one in wanted.states if one in LIVE]
    if live and part < _CLOSED_PART:
        rows = await _live(conn, _asked(wanted, live, limit), now, after)
    closed = [one for one in wanted.states if one in CLOSED]
    if closed and part <= _CLOSED_PART:
        asked = _asked(wanted, closed, limit - len(rows))
        rows += await _past(conn, asked, after, historic=False)
    if HISTORIC in wanted.states:
        asked = _asked(wanted, CLOSED, limit - len(rows))
        rows += await _past(conn, asked, after, historic=True)
    return rows


def key_of(row: Row) -> Key:
    """Return where a page ends whose last row this is."""
    if "part" in row:
        return row["part"], row["rank"], row["raised_at"], row["id"]
    if row["historic"]:
        return _HISTORIC_PART, 0.0, row["closed_at"], row["id"]
    return _CLOSED_PART, 0.0, row["raised_at"], row["id"]


async def _live(conn: Conn, asked: Row, now: datetime, after: Key | None) -> list[Row]:
    part, rank, at, last = after or (None, None, None, None)
    asked |= {
        "part": part,
        "rank": rank,
        "at": at,
        "id": last,
        "fresh": now - timedelta(seconds=FRESH_S),
        "critical": CRITICAL_WORTH,
        "high": HIGH_WORTH,
        "medium": MEDIUM_WORTH,
    }
    ranked = await (await conn.execute(_LIVE, asked)).fetchall()
    shown = await many(conn, [one["id"] for one in ranked])
    return [shown[one["id"]] | one for one in ranked if one["id"] in shown]


async def _past(conn: Conn, asked: Row, after: Key | None, *, historic: bool) -> list[Row]:
    if asked["limit"] <= 0:
        return []
    mine = after is not None and after[0] == (_HISTORIC_PART if historic else _CLOSED_PART)
    at, last = (after[2], after[3]) if after is not None and mine else (None, None)
    asked |= {"at": at, "id": last}
    return await (await conn.execute(_HISTORIC_SQL if historic else _CLOSED_SQL, asked)).fetchall()


def _asked(wanted: Wanted, states: Sequence[str], limit: int) -> Row:
    return {
        "states": list(states),
        "patient": wanted.patient,
        "kind": wanted.kind,
        "own": wanted.own,
        "limit": limit,
    }
