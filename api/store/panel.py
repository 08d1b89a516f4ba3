"""SQL of the panel: everybody whom the acting user may see and who is not gone, ranked.

The rank is made where the rows are, over all of them, and only then is a page cut: whoever is worst
stands first, however late they were taken in. ``analytics.ward.urgency`` says what the order means;
its thresholds are parameters here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.store import panel_rows
from api.store.timestamps import ms_of
from api.store.types import Conn, Row

_SEEN = """
    SELECT *, coalesce(adult_from_ms <= %(now_ms)s, true)
              AND NOT coalesce((pregnant_ms ->> 0)::bigint <= %(now_ms)s
                  AND (pregnant_ms ->> 1 IS NULL
                       OR %(now_ms)s < (pregnant_ms ->> 1)::bigint), false) AS scored,
           coalesce(state = 'active' AND overdue_at <= %(now)s, false) AS overdue,
           extract(epoch FROM %(now)s - received)::float8 AS heard_s,
           extract(epoch FROM %(now)s - measured)::float8 AS scored_s
      FROM panel_standing WHERE %(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s)
"""

_LEVEL = """
    CASE WHEN scored AND low >= %(emergency)s THEN 3
         WHEN scored AND (single_3 OR low >= %(urgent)s) THEN 2
         WHEN heard_s IS NULL OR heard_s > %(stale_s)s THEN 1
         WHEN scored AND (low IS NULL OR scored_s IS NULL OR scored_s > %(stale_score_s)s) THEN 1
         ELSE 0 END
"""

_URGENCY = f"""
    CASE WHEN state <> 'active' AND worst IS NULL THEN 0 ELSE round(1000 * (
        100 * greatest(coalesce(worst, 0), {_LEVEL})
        + CASE WHEN scored THEN %(point)s * least(coalesce(low, 0), %(most)s)
                               + CASE WHEN complete THEN 0 ELSE %(incomplete)s END
               ELSE 0 END
        + %(risk)s * coalesce(risk, 0))::float8) / 1000 END
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
    "overdue": "overdue",
    "unheard": "state = 'active' AND ({unheard})",
    "round": "state = 'active' AND ({gap})",
}
SHOWN = tuple(_SHOWN)

# Nothing but what staff tell is missing: consciousness and oxygen.
_GAP = """
    scored AND NOT complete AND staff_gap
    AND scored_s IS NOT NULL AND scored_s <= %(stale_score_s)s
"""

# Nothing was heard within the time in which a reading counts.
_UNHEARD = "heard_s IS NULL OR heard_s > %(stale_s)s"

# What is asked for stands in the order of its key, the smallest first.
_KEYS = {
    "urgency": "-urgency",
    "score": "-CASE WHEN scored THEN coalesce(low, -1) ELSE -2 END",
    "waiting": "coalesce(extract(epoch FROM waiting_since), 1e12)",
    "silent": "coalesce(extract(epoch FROM received), 0)",
    "name": "place",
}
SORTS = tuple(_KEYS)

_PAGE = """
    WITH seen AS MATERIALIZED ({seen}),
         ranked AS MATERIALIZED (SELECT *, {urgency} AS urgency FROM seen),
         found AS (SELECT * FROM unnest(%(found)s::integer[]) WITH ORDINALITY AS f (who, place)),
         wanted AS (SELECT ranked.*, ({key})::float8 AS key
                      FROM ranked LEFT JOIN found ON who = no
                     WHERE ({shown}) AND (%(found)s::integer[] IS NULL OR who IS NOT NULL)),
         page AS (SELECT * FROM wanted
                   WHERE %(after)s::float8 IS NULL OR (key, no) > (%(after)s, %(after_no)s)
                   ORDER BY key, no OFFSET %(offset)s LIMIT %(limit)s)
    SELECT (SELECT count(*) FROM wanted) AS matched, whole.*, page.*
      FROM (SELECT count(*) AS total, count(*) FILTER (WHERE urgency >= %(act)s) AS act,
                   count(*) FILTER (WHERE urgency >= %(review)s) AS attention,
                   count(*) FILTER (WHERE urgency >= %(act)s AND NOT owned) AS unowned,
                   count(*) FILTER (WHERE overdue) AS overdue_total,
                   count(*) FILTER (WHERE state = 'active' AND ({unheard})) AS unheard,
                   count(*) FILTER (WHERE state = 'active') AS active,
                   count(*) FILTER (WHERE state = 'active' AND ({gap})) AS round
              FROM ranked) AS whole LEFT JOIN page ON true ORDER BY key, no
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelQuery:
    """Which page of the panel.

    Attributes:
        show: one of :data:`SHOWN`.
        sort: one of :data:`SORTS`; by ``name`` they stand as in ``found``.
        found: only these numbers; None: everybody.
        ids: only these patients; None: everybody.
        after: (key, number) of the last row of the page before.
        offset: so many rows are left out.
        limit: the most rows.
    """

    show: str = "all"
    sort: str = "urgency"
    found: Sequence[int] | None = None
    ids: Sequence[UUID] | None = None
    after: tuple[float, int] | None = None
    offset: int = 0
    limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A page: its rows, of how many that were wanted, and of how many that may be seen.

    ``bands`` counts everybody who may be seen by what they need: ``act``, ``review``, ``steady``;
    of those in ``act`` the ``unowned`` are with nobody; ``round`` lack what staff alone can tell;
    ``overdue`` are those whose observation by the schedule was not made in time; ``unheard`` of the
    ``active`` are those of whom nothing was heard within the time in which a reading counts.
    """

    rows: list[Row]
    matched: int
    total: int
    bands: dict[str, int]


def statement(asked: PanelQuery) -> str:
    """Return the SQL that ranks everybody and cuts this page."""
    parts = {"gap": _GAP, "unheard": _UNHEARD}
    shown = _SHOWN[asked.show].format(**parts)
    return _PAGE.format(seen=_SEEN, urgency=_URGENCY, shown=shown, key=_KEYS[asked.sort], **parts)


def parameters(asked: PanelQuery, thresholds: Mapping[str, float], now: datetime) -> Row:
    """Return the values of :func:`statement`."""
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
    """Return a page of the panel; equal ones in the order they were taken in.

    Args:
        conn: a connection acting for who looks.
        asked: which page.
        thresholds: what the order goes by, from ``analytics.ward.urgency``.
        now: the ward's time.
    """
    found = await conn.execute(statement(asked), parameters(asked, thresholds, now))
    ranked = await found.fetchall()
    told = ranked[0]
    rows = [row for row in ranked if row["no"] is not None]
    return Ranked(
        rows=await panel_rows.told(conn, rows),
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
        "overdue": told["overdue_total"],
        "unheard": told["unheard"],
        "active": told["active"],
    }


async def counts(conn: Conn) -> dict[str, int]:
    """Return how many alerts nobody has answered, by priority, in all that may be seen."""
    found = await conn.execute(
        """SELECT priority, count(*) AS n FROM episode
            WHERE state = 'open' AND raised_at IS NOT NULL GROUP BY priority"""
    )
    return {row["priority"]: row["n"] for row in await found.fetchall()}
