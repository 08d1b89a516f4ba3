"""Tells each listener which of the rows that it shows have something new to say.

A page of the panel names the patients whose rows stand on it. For all pages together one short
question every two seconds asks the newest marks of those patients; whoever shows one that has
changed is told which, and asks for these rows alone. Nothing about a patient is in the event.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from api.services import Services
from api.store import row_marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.live.subscription import Subscription

_COMMIT_S = 5.0
"""What was received so long before a page was drawn may have been stored after it was."""


class ShownRows:
    """The rows of one page: patient numbers with their ids, and as of when they were drawn."""

    def __init__(self, patients: Mapping[int, UUID], drawn: datetime | None) -> None:
        """Begin with rows drawn at a ward time; None: whatever comes is new."""
        self.patients = dict(patients)
        self._drawn = drawn
        self._known: dict[int, row_marks.RowMark] = {}

    def changed(self, now: Mapping[int, row_marks.RowMark], margin: timedelta) -> list[UUID]:
        """Return whose row differs from what is known of it, and know that from now on."""
        new = [no for no in self.patients if no in now and self._is_new(no, now[no], margin)]
        self._known.update({no: now[no] for no in self.patients if no in now})
        return [self.patients[no] for no in new]

    def _is_new(self, no: int, mark: row_marks.RowMark, margin: timedelta) -> bool:
        if no in self._known:
            return mark != self._known[no]
        if self._drawn is None or mark.received is None:
            return False
        return mark.received > self._drawn - margin


async def watch_rows(
    services: Services, listeners: "Callable[[], Iterable[Subscription]]", every_s: float
) -> None:
    """Look for changed rows until cancelled.

    Args:
        services: the program's shared services.
        listeners: everybody who listens now.
        every_s: real seconds between two looks.
    """
    margin = timedelta(seconds=_COMMIT_S * services.settings.clock_rate)
    while True:
        shown = [(one, one.rows) for one in listeners() if one.rows is not None]
        if shown:
            wanted = {no for _, rows in shown for no in rows.patients}
            async with services.engine_pool.connection() as conn:
                now = await row_marks.marks(conn, wanted)
            for one, rows in shown:
                one.tell_rows(rows.changed(now, margin))
        await asyncio.sleep(every_s)
