"""Writes notices with the call, in its transaction, so that people are reached off the page.

People are called by what says that somebody should be (``notify``); other systems are told of every
change, so that what they show ends with the alert.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from analytics.alerts.transitions import EpisodePolicy, Level
from analytics.domain.patient_code import code_of
from api.alerting.changes import Changes
from api.alerting.subjects import FeedEvent
from api.store import alert_history, calls, duty
from api.store.episodes import LEVELS
from api.store.timestamps import instant, rfc3339
from api.store.types import Conn, Row

_COORDINATORS = LEVELS.index(Level.COORDINATOR)
_OUT_OF_HOURS = LEVELS.index(Level.OUT_OF_HOURS)


async def call(
    conn: Conn, news: Sequence[FeedEvent], rows: Mapping[UUID, Row], changes: Changes
) -> None:
    """Write down these changes for good, and what is to be sent of them.

    Args:
        conn: the engine's, in the transaction of the changes.
        news: in order.
        rows: the alerts after all of them, by id.
        changes: what they are of: the wards' settings, and who is at work.
    """
    now = instant(max(one.at_ms for one in news))
    if now is None:
        return
    revisions = changes.revisions
    await alert_history.add(conn, [_history(one, rows[one.episode_id], revisions) for one in news])
    newest = {one.episode_id: one for one in news if one.notify}
    if newest:
        await calls.supersede(conn, list(newest), now)
        coordinators = await duty.coordinators(conn)
        for one in newest.values():
            row = rows[one.episode_id]
            policy = changes.policy_of(row["ward"])
            staffed = changes.duty.covers(row["ward"])
            users = called(row, coordinators, policy, staffed=staffed)
            await calls.call(conn, {**_of(one, row, now), "users": users})
            if row["escalation_level"] == _OUT_OF_HOURS:
                await calls.call_contact(conn, {**_of(one, row, now), "kinds": ways(policy)})
    for one in news:
        row = rows[one.episode_id]
        await calls.tell(conn, {**_of(one, row, now), "told": told(one, row)})


def called(
    row: Row, coordinators: Iterable[Row], policy: EpisodePolicy, *, staffed: bool
) -> list[UUID]:
    """Return the accounts that an alert calls: its holder's, and on the last rungs those above.

    Args:
        row: the alert's.
        coordinators: accounts that coordinate, or are administrators.
        policy: the ward's.
        staffed: whether anybody of the ward is on shift.
    """
    users = [row["doctor_user"]] if row["doctor_user"] is not None else []
    rung = row["escalation_level"]
    away = policy.last_rung(staffed=staffed) is Level.OUT_OF_HOURS
    if rung == _COORDINATORS or (rung > _COORDINATORS and not away):
        people = list(coordinators)
        own = [one["id"] for one in people if one["role"] != "admin" and one["ward"] == row["ward"]]
        named = [one for one in own if str(one) == policy.coordinator_person]
        users += named or own or [one["id"] for one in people if one["role"] == "admin"]
    return list(dict.fromkeys(users))


def ways(policy: EpisodePolicy) -> list[str]:
    """Return by which ways the out-of-hours contact is called, all of them at once."""
    sms = ["sms"] if policy.out_of_hours_phone.startswith("+") else []
    return sms + (["email"] if policy.out_of_hours_email else [])


def told(news: FeedEvent, row: Row) -> Row:
    """Return what other systems are told of a change; nothing in it names a person."""
    return {
        "type": news.event,
        "alert": str(row["id"]),
        "patient": None if row["patient_no"] is None else code_of(row["patient_no"]),
        "change": news.change,
        "call": news.notify,
        "priority": row["priority"],
        "kind": row["kind"],
        "state": row["state"],
        "ward": row["ward"],
        "level": row["escalation_level"],
        "at": rfc3339(instant(news.at_ms)),
    }


def _history(news: FeedEvent, row: Row, revisions: Mapping[str, int]) -> Row:
    return {
        **_of(news, row, instant(news.at_ms)),
        "call": news.notify,
        "actor": news.actor,
        "doctor_id": row["doctor_id"],
        "settings_revision": revisions.get(row["ward"], 0),
    }


def _of(news: FeedEvent, row: Row, now: datetime | None) -> Row:
    return {
        "episode_id": row["id"],
        "patient_no": row["patient_no"],
        "ward": row["ward"],
        "rung": row["escalation_level"],
        "priority": row["priority"],
        "change": news.change,
        "now": now,
    }
