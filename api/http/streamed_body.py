"""The server's side of HTTP/1.1 for bodies that go on for hours.

A piece of a body in the middle of it changes no state, and h11 looks that up anew for every piece:
with a thousand streams that was half of what an event cost. All else is h11's.
"""

import h11
from typing_extensions import override


class StreamedBody(h11.Connection):
    """A connection that lets pieces of a body under way pass; they are framed as ever."""

    @override
    def _process_event(self, role: type[h11._util.Sentinel], event: h11.Event) -> None:
        under_way = role is self.our_role and self.our_state is h11.SEND_BODY
        if not (under_way and type(event) is h11.Data):
            super()._process_event(role, event)
