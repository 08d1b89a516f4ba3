"""SQL of what a case shows of a record: what its asker chose, through views of the case alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from api.store.types import Conn, Row

Reading = tuple[int, datetime, datetime]
_THERE: Mapping[str, str] = MappingProxyType(
    {
        "alert": "SELECT id::text AS ref FROM episode WHERE patient_no = %s",
        "note": "SELECT id::text AS ref FROM patient_note WHERE patient_no = %s",
        "report": "SELECT id::text AS ref FROM patient_report WHERE patient_no = %s",
        "consultation": """SELECT id::text AS ref FROM consultation
                            WHERE patient_no = %s AND signed_at IS NOT NULL""",
        "study": "SELECT uid AS ref FROM imaging_study WHERE patient_no = %s",
    }
)
_SHOWN: Mapping[str, str] = MappingProxyType(
    {
        "alerts": "case_alert_seen WHERE case_id = %s ORDER BY raised_at DESC NULLS LAST, id",
        "notes": "case_note_seen WHERE case_id = %s ORDER BY written_at DESC, id",
        "reports": "case_report_seen WHERE case_id = %s ORDER BY given_at DESC, id",
        "consultations": "case_consultation_seen WHERE case_id = %s ORDER BY start DESC, id",
        "studies": "case_study_seen WHERE case_id = %s ORDER BY added_at DESC, uid",
        "findings": "case_finding_seen WHERE case_id = %s ORDER BY written_at DESC, id",
    }
)


async def choose_readings(
    conn: Conn, case_id: UUID, patient_no: int, chosen: Sequence[Reading]
) -> None:
    """Write which readings a case shows: metric, from when on, and up to (without) when."""
    for metric, since, till in chosen:
        await conn.execute(
            """INSERT INTO case_reading (case_id, patient_no, metric, since, till)
               VALUES (%s, %s, %s, %s, %s)""",
            (case_id, patient_no, metric, since, till),
        )


async def missing(conn: Conn, patient_no: int, kind: str, refs: Sequence[str]) -> list[str]:
    """Return those of these things that are not the patient's, or not the asker's to see."""
    statement = f"SELECT ref FROM ({_THERE[kind]}) there WHERE ref = ANY (%s)"  # noqa: S608 - ours
    found = await conn.execute(statement.encode(), (patient_no, list(refs)))
    there = {row["ref"] for row in await found.fetchall()}
    return [one for one in refs if one not in there]


async def choose(
    conn: Conn, case_id: UUID, patient_no: int, kind: str, refs: Sequence[str]
) -> None:
    """Write which things of one kind a case shows."""
    await conn.execute(
        """INSERT INTO case_item (case_id, patient_no, kind, ref)
           SELECT %s, %s, %s, unnest(%s::text[])""",
        (case_id, patient_no, kind, list(refs)),
    )


async def windows(conn: Conn, case_id: UUID) -> list[Row]:
    """Return which readings a case shows: ``metric``, ``since``, ``till``."""
    found = await conn.execute(
        "SELECT metric, since, till FROM case_reading WHERE case_id = %s ORDER BY metric",
        (case_id,),
    )
    return await found.fetchall()


async def shown(conn: Conn, case_id: UUID) -> dict[str, list[Row]]:
    """Return the things that a case shows, by the member that they stand in."""
    found = {}
    for name, where in _SHOWN.items():
        statement = f"SELECT * FROM {where}"  # noqa: S608 - ours
        found[name] = await (await conn.execute(statement.encode(), (case_id,))).fetchall()
    return found


async def study(conn: Conn, case_id: UUID, uid: str) -> Row | None:
    """Return a study that a case shows."""
    found = await conn.execute(
        "SELECT * FROM case_study_seen WHERE case_id = %s AND uid = %s", (case_id, uid)
    )
    return await found.fetchone()


async def observations(
    conn: Conn,
    case_id: UUID,
    metric: int,
    *,
    after: tuple[datetime, int, float] | None,
    limit: int,
) -> list[Row]:
    """Return readings of one metric that a case shows, by time; from behind ``after`` on."""
    time, frame, value = after or (None, None, None)
    found = await conn.execute(
        """SELECT time, metric, value, quality, frame_id FROM case_observation_seen
            WHERE case_id = %(case)s AND metric = %(metric)s
              AND (%(time)s::timestamptz IS NULL
                   OR (time, frame_id, value) > (%(time)s, %(frame)s::bigint, %(value)s::float))
            ORDER BY time, frame_id, value LIMIT %(limit)s""",
        {
            "case": case_id,
            "metric": metric,
            "time": time,
            "frame": frame,
            "value": value,
            "limit": limit,
        },
    )
    return await found.fetchall()


async def slices(conn: Conn, case_id: UUID, metric: int, seconds: int) -> list[Row]:
    """Return the extremes and means of one metric that a case shows, by slices of time."""
    found = await conn.execute(
        """SELECT time_bucket(make_interval(secs => %(s)s), time) AS start, min(value) AS min,
                  avg(value) AS mean, max(value) AS max, count(*) AS count
             FROM case_observation_seen WHERE case_id = %(case)s AND metric = %(metric)s
            GROUP BY 1 ORDER BY 1""",
        {"case": case_id, "metric": metric, "s": seconds},
    )
    return await found.fetchall()
