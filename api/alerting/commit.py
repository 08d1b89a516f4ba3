"""Reads what a ledger needs from the database, and writes what it decided, in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from analytics import settings
from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.episode import EpisodeEvent
from api.alerting import calling, device_alerts
from api.alerting.episode_changes import EpisodeChanges
from api.alerting.on_call import Duty, OnShift
from api.alerting.subjects import NOBODY_ON_SHIFT, FeedEvent
from api.patients.ward_policy import WardPolicies
from api.store import alerts, duty, episodes, notify, patient_alerts, stream, wards
from api.store.timestamps import instant, ms_of
from api.store.types import Conn, Row

_RESHAPING = frozenset({"alert.raised", "alert.closed"})
_ASKING_MORE = frozenset(
    change.value for change in (EpisodeEvent.WORSENED, EpisodeEvent.JOINED, EpisodeEvent.RETURNED)
)
"""Changes of an alert that may ask for more minutes, sooner, or for another skill."""


async def open_ledger(
    conn: Conn, now: datetime, policy: EpisodePolicy, patients: Sequence[int] = ()
) -> EpisodeChanges:
    """Return an empty ledger that knows the wards' settings, who is on shift, and for whom."""
    told = {row["ward"]: row for row in await wards.every(conn)}
    known = WardPolicies(replace(settings.DEFAULTS, episodes=policy))
    return EpisodeChanges(
        now_ms=ms_of(now),
        policy=policy,
        duty=await duty_now(conn, now, patients),
        wards=lambda ward: known.of(told.get(ward)).episodes,
        revisions={ward: row["revision"] for ward, row in told.items()},
    )


async def duty_now(conn: Conn, now: datetime, patients: Sequence[int] = ()) -> Duty:
    """Return who is on shift, what they hold, and whose these patients are."""
    people = [
        OnShift(
            doctor_id=row["id"],
            kind=row["kind"],
            ward=row["ward"],
            name=row["name"],
            user_id=row["user_id"],
        )
        for row in await duty.on_shift(conn, now)
    ]
    return Duty(
        on_shift=people,
        held=await duty.held(conn) if people else {},
        planned=await duty.planned(conn, patients) if people and patients else {},
    )


async def commit_changes(conn: Conn, ledger: EpisodeChanges) -> None:
    """Write the ledger's changed episodes and append its news to the feed."""
    await device_alerts.call_together(conn, ledger)
    if ledger.changed:
        await episodes.save(conn, ledger.changed.values())
    if ledger.reasons:
        await patient_alerts.save(conn, ledger.reasons.values())
    if not ledger.news:
        return
    rows = await alerts.many(conn, list({one.episode_id for one in ledger.news}))
    former = [one.former for one in ledger.news if one.former is not None]
    users = await duty.users(conn, former) if former else {}
    entries = [
        _entry(one, row, users, ledger.revisions.get(row["ward"], 0))
        for one in ledger.news
        for row in (rows[one.episode_id],)
    ]
    await stream.append(conn, entries)
    await calling.call(conn, ledger.news, rows, ledger)
    if any(one.event in _RESHAPING or one.change in _ASKING_MORE for one in ledger.news):
        await notify.wake_rota(conn, "alert")


def _entry(news: FeedEvent, row: Row, users: dict[UUID, UUID], revision: int) -> stream.StreamEntry:
    held = {row["doctor_user"], row["acknowledged_by"], news.actor}
    if news.former is not None:
        held.add(users.get(news.former))
    at = instant(news.at_ms)
    if at is None:
        msg = "news has a time"
        raise ValueError(msg)
    body = alerts.alert_json(row, at)
    return stream.StreamEntry(
        episode_id=news.episode_id,
        patient_no=row["patient_no"],
        ward=row["ward"],
        event=news.event,
        at=at,
        actor=news.actor,
        holders=sorted(user for user in held if user is not None),
        data={
            **body,
            "change": news.change,
            "notify": news.notify,
            "call": news.notify,
            "by": news.by,
            "skipped": NOBODY_ON_SHIFT if news.skipped else None,
            "settings_revision": revision,
        },
    )
