"""One device's alerts call together: the gravest of them, then the one that has stood longest.

A watch that sends another unit has units, refused and missing readings at once, and is one errand.
Each of its alerts keeps its condition, its place and its answer; those behind the first call nobody
while that stands, whether somebody has taken it on or not. One that is graver than all calls, and
so does the next when the first has ended and its own deadline comes. What says that another speaks
in a device's name is no fault of the device, and calls by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from analytics.domain.alerts import Kind, Priority, State, kind_of
from api.alerting.changes import Changes
from api.store import device_alerts as store
from api.store.episodes import EpisodeRow
from api.store.types import Conn

APART = frozenset({"forged", "conflict"})
_RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}


def joins(record: EpisodeRow) -> bool:
    """Whether an alert is one of those that a device has together."""
    of_equipment = kind_of(record.episode.condition) is Kind.TECHNICAL
    return of_equipment and record.device_no is not None and record.episode.condition not in APART


def leads(record: EpisodeRow, others: Iterable[EpisodeRow]) -> bool:
    """Whether an alert is the one by which its device calls.

    Args:
        record: as it is now.
        others: the device's, as they are now; what is over, closed or not shown yet leads nothing.
    """
    mine = _place(record)
    return not any(
        other.id != record.id and joins(other) and _stands(other) and _place(other) < mine
        for other in others
    )


def _stands(record: EpisodeRow) -> bool:
    episode = record.episode
    living = episode.state in {State.OPEN, State.ACKNOWLEDGED} and not episode.historic
    return living and episode.cleared_ms is None


def _place(record: EpisodeRow) -> tuple[int, int, UUID]:
    episode = record.episode
    return (_RANK[episode.priority], episode.raised_ms or 0, record.id)


async def call_together(conn: Conn, changes: Changes) -> None:
    """Let those alerts call nobody that another of their device calls for.

    Args:
        conn: the engine's, in the transaction of the changes, before they are written.
        changes: their news lose the call, and the alerts its count.
    """
    calling = {one.episode_id for one in changes.news if one.notify and one.actor is None}
    found = [one for one in changes.changed.values() if one.id in calling and joins(one)]
    if not found:
        return
    patients = sorted({one.patient_no for one in found if one.patient_no is not None})
    devices = sorted({one.device_no for one in found if one.device_no is not None})
    known = {one.id: one for one in await store.standing(conn, patients, devices)}
    _quiet(changes, found, {**known, **changes.changed})


def _quiet(changes: Changes, found: Iterable[EpisodeRow], known: Mapping[UUID, EpisodeRow]) -> None:
    for record in found:
        others = [one for one in known.values() if one.device_no == record.device_no]
        if leads(record, others):
            continue
        silent = 0
        for at, news in enumerate(changes.news):
            if news.episode_id == record.id and news.notify and news.actor is None:
                changes.news[at] = replace(news, notify=False)
                silent += 1
        calls = max(0, record.episode.calls - silent)
        changes.changed[record.id] = replace(record, episode=replace(record.episode, calls=calls))
