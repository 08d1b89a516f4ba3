"""Tells each listener of whose messages and calls there is something new to say.

Whatever is written wakes the feed by the patient's number; who may see the patient and listens is
told whose it is, and asks for it. Nothing else is in the event. After a time without the line to
the database everybody is told to look again, of no patient in particular.
"""

from typing import TYPE_CHECKING

from api.jobs.leader import Wakeup
from api.services import Services
from api.store import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from api.live.subscription import Subscription

CHANNEL = "homeward_care"
_LOOK_S = 30.0


async def watch_care(
    services: Services, listeners: "Callable[[], Iterable[Subscription]]", wake: Wakeup
) -> None:
    """Hand out what is new until cancelled.

    Args:
        services: the program's shared services.
        listeners: everybody who listens now.
        wake: rung with the patients' numbers by whoever listens on the channel.
    """
    while True:
        said = await wake.wait(_LOOK_S)
        numbers = {int(one.partition(":")[2]) for one in said if one.startswith(CHANNEL)}
        if len(numbers) < len(said):  # it listens anew: what was said meanwhile was not heard
            for one in listeners():
                one.tell_care(())
        users = [one.caller.user_id for one in listeners()]
        if not numbers or not users:
            continue
        async with services.engine_pool.connection() as conn:
            people = await stream.wards_of(conn, numbers)
            subjects = {(row["no"], row["ward"]) for row in people}
            watching = await stream.watchers(conn, subjects, users)
        for one in listeners():
            mine = [p["id"] for p in people if one.caller.user_id in watching[p["no"], p["ward"]]]
            if mine:
                one.tell_care(mine)
