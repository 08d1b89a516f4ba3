"""One device's alerts call together: the gravest of them, then silence, then the oldest.

A watch that sends another unit has units, refused and missing readings at once, and is one errand.
Each of its alerts keeps its condition, its place and its answer. What is new calls nobody while the
first still waits for its answer, or was answered just now: whoever goes there sees it. Later it is
news, and calls. Of what stands, the first alone reminds. A graver one always calls, and so does
silence, of which nobody knows how the person is. What says that another speaks in a device's name
is no fault of the device, and calls by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from analytics.domain.alerts import Kind, Priority, State, kind_of
from analytics.domain.episode import MINUTE_MS
from api.alerting.changes import Changes
from api.store import device_alerts as store
from api.store.episodes import EpisodeRow
from api.store.types import Conn

APART = frozenset({"forged", "conflict"})
SILENT = "silent"
_NEW = frozenset({"raised", "worsened", "returned"})
_RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}


def joins(record: EpisodeRow) -> bool:
    """Whether an alert is one of those that a device has together."""
    of_equipment = kind_of(record.episode.condition) is Kind.TECHNICAL
    return of_equipment and record.device_no is not None and record.episode.condition not in APART


def leads(
    record: EpisodeRow, others: Iterable[EpisodeRow], *, answered_since_ms: int | None = None
) -> bool:
    """Whether an alert is the one by which its device calls.

    Args:
        record: as it is now.
        others: the device's, as they are now; what is over, closed or not shown yet leads nothing.
        answered_since_ms: what was answered before that leads nothing; None: it does.
    """
    mine = _place(record)
    return not any(
        other.id != record.id
        and joins(other)
        and _stands(other)
        and (answered_since_ms is None or _waits(other, answered_since_ms))
        and _place(other) < mine
        for other in others
    )


def _waits(record: EpisodeRow, since_ms: int) -> bool:
    """Whether it has called and waits for its answer, or was answered since then."""
    episode = record.episode
    answered = (episode.acknowledged_ms or 0) >= since_ms
    return episode.calls > 0 and (episode.state is State.OPEN or answered)


def _stands(record: EpisodeRow) -> bool:
    episode = record.episode
    living = episode.state in {State.OPEN, State.ACKNOWLEDGED} and not episode.historic
    return living and episode.cleared_ms is None


def _place(record: EpisodeRow) -> tuple[int, bool, int, UUID]:
    episode = record.episode
    heard = episode.condition != SILENT
    return (_RANK[episode.priority], heard, episode.raised_ms or 0, record.id)


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
        lasts_ms = changes.policy_of(record.ward).acknowledged_min * MINUTE_MS
        silent = 0
        for at, news in enumerate(changes.news):
            if news.episode_id != record.id or not news.notify or news.actor is not None:
                continue
            since = changes.now_ms - lasts_ms if news.change in _NEW else None
            if not leads(record, others, answered_since_ms=since):
                changes.news[at] = replace(news, notify=False)
                silent += 1
        if silent:
            calls = max(0, record.episode.calls - silent)
            quiet = replace(record.episode, calls=calls)
            changes.changed[record.id] = replace(record, episode=quiet)
