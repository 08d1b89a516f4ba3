"""Commands on their way out: the queued ones once, the unanswered ones again at a ``clock/1``.

The broker forgets a command for a device that it has no session of: one that never connected, or
was away for longer than its session lasts. A device tells its clock at every connect, with its
subscriptions standing, so that is when a command without a receipt is said again. It obeys an id
once: a repeat that was not needed changes nothing.
"""

from typing import TYPE_CHECKING

from gateway.store import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import Connection

    from gateway.downlink.publisher import Downlink, Publisher
    from gateway.state.devices import DeviceState
    from gateway.store.connection import Row

COMMANDS_AT_ONCE = 200


class CommandDispatcher:
    """Publishes commands: people's inside the batch's transaction, the gateway's own after it.

    Args:
        speaker: signs them.
        voice: the way to the broker.
        clock_ask_s: real seconds between two questions for the clock of one device.
        repeat_s: real seconds before a device is told its unanswered commands again.
    """

    def __init__(
        self, speaker: "Downlink", voice: "Publisher", *, clock_ask_s: float, repeat_s: float
    ) -> None:
        self._speaker = speaker
        self._voice = voice
        self._clock_ask_s = clock_ask_s
        self._repeat_s = repeat_s

    def request_clocks(self, states: "Iterable[DeviceState]", now_s: float, now_ms: int) -> None:
        """Ask the devices whose clock is not known, each not too often.

        Each is acknowledged first: the answer echoes the last live ``acks``, and the one before
        a clock was set tells nothing.
        """
        asked: list[DeviceState] = []
        for state in states:
            if now_s - state.asked_s >= self._clock_ask_s:
                state.asked_s = now_s
                asked.append(state)
        self._speaker.send_acks(self._voice, asked, now_ms)
        for state in asked:
            self._speaker.ask_clock(self._voice, state, now_ms)

    def dispatch(self, connection: "Connection[Row]", buckets: "Sequence[int]", now_ms: int) -> int:
        """Publish what waits, then mark it: a crash between sends it again under the same id."""
        queued = commands.queued(connection, buckets, now_ms, COMMANDS_AT_ONCE)
        sent = [one.id for one in queued if self._speaker.command(self._voice, one)]
        if sent:
            commands.mark_sent(connection, sent, now_ms)
        return len(sent)

    def redeliver(
        self,
        connection: "Connection[Row]",
        states: "Iterable[DeviceState]",
        now_s: float,
        now_ms: int,
    ) -> int:
        """Publish again what the devices that told their clock have not answered."""
        due = {state.device.no: state for state in states if self._may(state, now_s)}
        if not due:
            return 0
        unanswered = commands.unanswered(connection, list(due), now_ms, COMMANDS_AT_ONCE)
        for one in unanswered:
            self._speaker.command(self._voice, one)
            due[one.device_no].repeated_s = now_s
        return len(unanswered)

    def _may(self, state: "DeviceState", now_s: float) -> bool:
        return now_s - state.repeated_s >= self._repeat_s
