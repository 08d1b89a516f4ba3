"""A subscription as Server-Sent Events: replay, then live, heartbeats between.

Every event has a decimal ``id``, so a browser that reconnects asks for exactly what it has not
seen. ``event: reset`` says: your id is older than what is kept, or you were too slow; load the list
again. Heartbeats are comments, which every reader skips by itself; who asks for it, as our pages
do, has them as events that say whether the feed is stale, with an ``id`` to go on from.
"""

import json
from collections.abc import AsyncIterator

from api.auth.sessions import Caller
from api.live import metrics
from api.live.feed import LiveFeed
from api.live.naming import event_of, names_for
from api.live.subscription import End, StreamEvent, Subscription, encode
from api.store import stream
from api.store.timestamps import rfc3339

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
MEDIA_TYPE = "text/event-stream"
_RETRY = b"retry: 2000\n\n"
_CHUNK = 200


async def stream_alerts(
    feed: LiveFeed, subscription: Subscription, last: int | None, *, spoken: bool = False
) -> AsyncIterator[bytes]:
    """Yield a listener's stream until it ends.

    Args:
        feed: the process's feed.
        subscription: joined before this is called, so that nothing falls between.
        last: the newest id that the listener has; None for "from now on".
        spoken: whether heartbeats are events rather than comments.
    """
    position = subscription.after if last is None else last
    subscription.begun = True
    try:
        yield _RETRY + _heartbeat(feed, position, spoken=spoken)
        if last is not None:
            async for event in replay(feed, subscription.caller, last, subscription.after):
                if event.name == "reset":
                    subscription.after = min(subscription.after, event.stream_id)
                feed.told.add(subscription.caller, event.patient_no)
                yield event.sse
        async for chunk in _live(feed, subscription, spoken=spoken):
            yield chunk
    finally:
        feed.leave(subscription)


async def _live(
    feed: LiveFeed, subscription: Subscription, *, spoken: bool
) -> AsyncIterator[bytes]:
    while True:
        event = await subscription.next(feed.settings.heartbeat_s)
        if event is not None:
            feed.told.add(subscription.caller, event.patient_no)
            yield event.sse
        elif subscription.end is End.SIGNED_OUT:
            return
        elif subscription.end is not None:
            metrics.RESETS.inc()
            yield _reset(feed.position or 0, subscription.end)
            return
        elif subscription.idle:
            position = max(subscription.after, feed.position or 0)
            yield _heartbeat(feed, position, spoken=spoken)


async def replay(
    feed: LiveFeed, caller: Caller, last: int, upto: int
) -> AsyncIterator[StreamEvent]:
    """Yield what the caller may see of the events between two ids, or a reset.

    Args:
        feed: the process's feed.
        caller: who listens.
        last: the newest id that the listener has.
        upto: the subscription gives what comes after this.
    """
    async with feed.replays, feed.services.engine_pool.connection() as conn:
        first, newest = await stream.bounds(conn)
    if last < first - 1 or last > newest:
        metrics.RESETS.inc()
        yield encode(min(upto, newest), "reset", json.dumps({"reason": End.FORGOTTEN.value}))
        return
    while last < upto:
        async with feed.replays, feed.services.engine_pool.connection() as conn:
            rows = await stream.after(conn, last, upto, _CHUNK)
            subjects = {(row["patient_no"], row["ward"]) for row in rows}
            seen = await stream.watchers(conn, subjects, [caller.user_id]) if rows else {}
        known = await names_for(feed.services, rows, seen, {caller.user_id: caller})
        for row in rows:
            users = seen[row["patient_no"], row["ward"]] | set(row["holders"])
            if caller.user_id in users:
                yield event_of(row, known)
        last = rows[-1]["stream_id"] if rows else upto


def _heartbeat(feed: LiveFeed, position: int, *, spoken: bool) -> bytes:
    said = {
        "at": rfc3339(feed.services.now()),
        "engine": feed.engine,
        "feed": "stale" if feed.stale else "live",
    }
    body = json.dumps(said).encode()
    if spoken:
        return b"id: %d\nevent: heartbeat\ndata: %s\n\n" % (position, body)
    return b": heartbeat %s\n\n" % body


def _reset(position: int, why: End) -> bytes:
    return encode(position, "reset", json.dumps({"reason": why.value})).sse
