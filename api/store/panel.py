"""SQL of the panel: everybody whom the acting user may see and who is not gone, ranked.

The rank is made where the rows are, over all of them, and only then is a page cut: whoever is worst
stands first, however late they were taken in. ``analytics.ward.urgency`` says what the order means;
its thresholds are parameters here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.store.timestamps import ms_of
from api.store.types import Conn, Row

_SEEN = """
    SELECT p.no, p.state, n.received, n.measured, n.news2_low AS low, n.risk, e.worst,
           coalesce(e.unanswered, 0) AS unanswered, coalesce(e.open_alerts, 0) AS open_alerts,
           coalesce((n.assessment -> 'news2' ->> 'single_3')::boolean, false) AS single_3,
           n.assessment -> 'news2' ->> 'score' IS NOT NULL AS complete,
           coalesce((c.scoring ->> 'adult_from_ms')::bigint <= %(now_ms)s, true)
             AND NOT coalesce((c.scoring -> 'pregnant_ms' ->> 0)::bigint <= %(now_ms)s
                 AND (c.scoring -> 'pregnant_ms' ->> 1 IS NULL
                      OR %(now_ms)s < (c.scoring -> 'pregnant_ms' ->> 1)::bigint), false) AS scored,
           extract(epoch FROM %(now)s - n.received) AS heard_s,
           extract(epoch FROM %(now)s - n.measured) AS scored_s,
           a.doctor_id, coalesce(e.owned, false) AS owned,
           CASE jsonb_typeof(n.assessment #> '{{news2,missing}}') WHEN 'array'
                THEN n.assessment #> '{{news2,missing}}' ELSE '[]' END AS missing
      FROM patient p
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, count(*) AS open_alerts,
               count(*) FILTER (WHERE state = 'open') AS unanswered,
               bool_or(kind = 'clinical' AND state = 'acknowledged') AS owned,
               max(CASE priority WHEN 'high' THEN 3 WHEN 'medium' THEN 2 ELSE 1 END) AS worst
          FROM episode WHERE state IN ('open', 'acknowledged') AND patient_no IS NOT NULL
         GROUP BY patient_no) e ON e.patient_no = p.no
     WHERE p.state <> 'discharged'
       AND (%(ids)s::uuid[] IS NULL OR p.id = ANY (%(ids)s))
"""

_LEVEL = """
    CASE WHEN scored AND low >= %(emergency)s THEN 3
         WHEN scored AND (single_3 OR low >= %(urgent)s) THEN 2
         WHEN heard_s IS NULL OR heard_s > %(stale_s)s THEN 1
         WHEN scored AND (low IS NULL OR scored_s IS NULL OR scored_s > %(stale_score_s)s) THEN 1
         ELSE 0 END
"""

_URGENCY = f"""
    CASE WHEN state <> 'active' AND worst IS NULL THEN 0 ELSE round((
        100 * greatest(coalesce(worst, 0), {_LEVEL})
        + CASE WHEN scored THEN %(point)s * least(coalesce(low, 0), %(most)s)
                               + CASE WHEN complete THEN 0 ELSE %(incomplete)s END
               ELSE 0 END
        + %(risk)s * coalesce(risk, 0))::numeric, 3)::float8 END
"""

_SHOWN = {
    "all": "true",
    "alerts": "unanswered > 0",
    "urgent": "scored AND (single_3 OR low >= %(urgent)s)",
    "partial": "scored AND (NOT complete OR scored_s IS NULL OR scored_s > %(stale_score_s)s)",
    "silent": "heard_s IS NULL OR heard_s > %(silent_s)s",
    "unassigned": "doctor_id IS NULL",
    "attention": "urgency >= %(review)s",
    "steady": "urgency < %(review)s",
    "unowned": "urgency >= %(act)s AND NOT owned",
    "round": "state = 'active' AND ({gap})",
}
SHOWN = tuple(_SHOWN)

# Nothing but what staff tell is missing: consciousness and oxygen.
_GAP = """
    scored AND NOT complete AND jsonb_array_length(missing) > 0
    AND missing <@ '["acvpu", "o2"]'::jsonb
    AND scored_s IS NOT NULL AND scored_s <= %(stale_score_s)s
"""

_PAGE = """
    WITH seen AS MATERIALIZED ({seen}),
         ranked AS MATERIALIZED (SELECT *, {urgency} AS urgency FROM seen),
         wanted AS (SELECT * FROM ranked
                     WHERE ({shown}) AND (%(found)s::integer[] IS NULL OR no = ANY (%(found)s))),
         page AS (SELECT * FROM wanted
                   WHERE %(after)s::float8 IS NULL OR (-urgency, no) > (%(after)s, %(after_no)s)
                   ORDER BY urgency DESC, no OFFSET %(offset)s LIMIT %(limit)s)
    SELECT (SELECT count(*) FROM wanted) AS matched, whole.*, page.*
      FROM (SELECT count(*) AS total, count(*) FILTER (WHERE urgency >= %(act)s) AS act,
                   count(*) FILTER (WHERE urgency >= %(review)s) AS attention,
                   count(*) FILTER (WHERE urgency >= %(act)s AND NOT owned) AS unowned,
                   count(*) FILTER (WHERE state = 'active' AND ({gap})) AS round
              FROM ranked) AS whole LEFT JOIN page ON true ORDER BY urgency DESC NULLS LAST, no
"""

_DETAILS = """
    SELECT p.id, p.no, p.ward, p.sealed, k.master_version, k.wrapped, p.state, p.time_zone,
           p.paused_until, n.latest, n.assessment -> 'news2' AS news2,
           n.assessment -> 'baselines' AS baselines, coalesce(c.spo2_scale, 1) AS spo2_scale,
           n.assessment -> 'refused' AS refused,
           n.assessment -> 'quality' AS quality, c.scoring,
           d.id AS doctor, d.name AS doctor_name, coalesce(v.expected, '[]') AS expected
      FROM unnest(%(numbers)s::integer[]) AS asked (no) JOIN patient p ON p.no = asked.no
      LEFT JOIN patient_key k ON k.patient_no = p.no
      LEFT JOIN care_plan c ON c.patient_no = p.no AND c.revision = p.plan_revision
      LEFT JOIN patient_now n ON n.patient_no = p.no
      LEFT JOIN (
        SELECT patient_no, jsonb_agg(expected) AS expected
          FROM device WHERE state = 'enrolled' AND bound_to IS NULL
           AND patient_no = ANY (%(numbers)s)
         GROUP BY patient_no) v ON v.patient_no = p.no
      LEFT JOIN assignment a ON a.patient_no = p.no
      LEFT JOIN doctor d ON d.id = a.doctor_id
"""

_ALERTS = """
    SELECT e.patient_no, e.id::text AS id, e.condition, e.kind, e.priority, e.state,
           e.doctor_id::text AS doctor, d.name AS doctor_name, e.cleared_at, e.raised_at,
           e.deadline AS respond_by, e.acknowledged_until,
           coalesce(nullif(a.display_name, ''), a.username) AS acknowledged_by
      FROM episode e LEFT JOIN doctor d ON d.id = e.doctor_id
      LEFT JOIN app_user a ON a.id = e.acknowledged_by
     WHERE e.patient_no = ANY (%s) AND e.state IN ('open', 'acknowledged')
       AND e.raised_at IS NOT NULL ORDER BY e.raised_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelQuery:
    """Which page of the panel.

    Attributes:
        show: one of :data:`SHOWN`.
        found: only these numbers; None: everybody.
        ids: only these patients; None: everybody.
        after: (minus urgency, number) of the last row of the page before.
        offset: so many rows are left out.
        limit: the most rows.
    """

    show: str = "all"
    found: Sequence[int] | None = None
    ids: Sequence[UUID] | None = None
    after: tuple[float, int] | None = None
    offset: int = 0
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A page: its rows, of how many that were wanted, and of how many that may be seen.

    ``bands`` counts everybody who may be seen by what they need: ``act``, ``review``, ``steady``;
    of those in ``act`` the ``unowned`` are with nobody; ``round`` lack what staff alone can tell.
    """

    rows: list[Row]
    matched: int
    total: int
    bands: dict[str, int]


def _parameters(asked: PanelQuery, thresholds: Mapping[str, float], now: datetime) -> Row:
    after, after_no = asked.after or (None, None)
    return {
        **thresholds,
        "now": now,
        "now_ms": ms_of(now),
        "ids": None if asked.ids is None else list(asked.ids),
        "found": None if asked.found is None else list(asked.found),
        "after": after,
        "after_no": after_no,
        "offset": asked.offset,
        "limit": asked.limit,
    }


async def page(
    conn: Conn, asked: PanelQuery, thresholds: Mapping[str, float], now: datetime
) -> Ranked:
    """Return a page of the panel, most urgent first; equal ones in the order they were taken in.

    Args:
        conn: a connection acting for who looks.
        asked: which page.
        thresholds: what the order goes by, from ``analytics.ward.urgency``.
        now: the ward's time.
    """
    shown = _SHOWN[asked.show].format(gap=_GAP)
    query = _PAGE.format(seen=_SEEN.format(), urgency=_URGENCY, shown=shown, gap=_GAP)
    found = await conn.execute(query, _parameters(asked, thresholds, now))
    ranked = await found.fetchall()
    told = ranked[0]
    rows = [row for row in ranked if row["no"] is not None]
    numbers = [row["no"] for row in rows]
    details = await (await conn.execute(_DETAILS, {"numbers": numbers})).fetchall()
    known = {row["no"]: row for row in details}
    alerts = await alerts_of(conn, numbers)
    return Ranked(
        rows=[{**row, **known[row["no"]], "alerts": alerts.get(row["no"], [])} for row in rows],
        matched=told["matched"],
        total=told["total"],
        bands=_bands(told),
    )


def _bands(told: Row) -> dict[str, int]:
    act, attention = told["act"], told["attention"]
    return {
        "act": act,
        "review": attention - act,
        "steady": told["total"] - attention,
        "unowned": told["unowned"],
        "round": told["round"],
    }


async def alerts_of(conn: Conn, numbers: Sequence[int]) -> dict[int, list[Row]]:
    """Return the open alerts of these patients in short, oldest first."""
    found: dict[int, list[Row]] = {}
    for row in await (await conn.execute(_ALERTS, (list(numbers),))).fetchall():
        found.setdefault(row.pop("patient_no"), []).append(row)
    return found


async def counts(conn: Conn) -> dict[str, int]:
    """Return how many alerts nobody has answered, by priority, in all that may be seen."""
    found = await conn.execute(
        """SELECT priority, count(*) AS n FROM episode
            WHERE state = 'open' AND raised_at IS NOT NULL GROUP BY priority"""
    )
    return {row["priority"]: row["n"] for row in await found.fetchall()}
