"""Running a fleet: links up, loop until the end or a stop, then a drain so that nothing is left."""

import secrets
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import NamedTuple

from device_sim.errors import StackUnreadable
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.simulated_device import Clocks
from device_sim.ward.mqtt import Endpoint, Inward, Link
from device_sim.ward.registration import RegisteredPatient
from device_sim.ward.stack_file import Stack
from gateway import wire

Say = Callable[[str], None]
_PROGRESS_S = 5.0
_FLEET_FILTERS = ("homeward/v1/+/+/acks", "homeward/v1/+/+/commands")


class Ending(NamedTuple):
    """When a run ends: after real seconds (None: at the sources' end), or when told to stop."""

    seconds: float | None
    drain_s: float
    stopped: Callable[[], bool]


class Links:
    """The connections of a fleet: one for all on the loopback account, or one each by TLS."""

    def __init__(
        self, stack: Stack, registered: Sequence[RegisteredPatient], inward: Inward
    ) -> None:
        fleet = stack.mqtt.fleet
        self._shared: Link | None = None
        self._own: dict[str, Link] = {}
        if fleet is not None:
            client_id = f"fleet-{secrets.token_hex(6)}"
            endpoint = Endpoint(
                host=fleet.host,
                port=fleet.port,
                client_id=client_id,
                username=fleet.username,
                password=fleet.password,
            )
            self._shared = Link(endpoint, _FLEET_FILTERS, inward)
        else:
            self._own = {one.identity.device: _own_link(one, inward) for one in registered}

    def start(self) -> None:
        """Connect all."""
        for link in self._all():
            link.start()

    def send(self, device: str, topic: str, payload: bytes, retain: bool) -> None:  # noqa: FBT001 -- the port's shape
        """Publish for a device."""
        link = self._shared or self._own[device]
        link.publish(topic, payload, retain=retain)

    def stop(self) -> None:
        """Disconnect all; the fleet's session is not coming back, a device's might."""
        for link in self._all():
            link.stop(forget_session=link is self._shared)

    def _all(self) -> list[Link]:
        return [self._shared] if self._shared is not None else list(self._own.values())


def _own_link(one: RegisteredPatient, inward: Inward) -> Link:
    if one.tls is None:
        raise StackUnreadable("no loopback account for the fleet, and no certificates of its own")
    device, topic = one.identity.device, one.identity.topic
    endpoint = Endpoint(
        host=one.mqtt.host,
        port=one.mqtt.port,
        client_id=device,
        username=device,
        tls=one.tls,
        will_topic=topic(wire.TopicKind.STATUS),
        jitter_s=secrets.randbelow(4),
    )
    filters = (topic(wire.TopicKind.ACKS), topic(wire.TopicKind.COMMANDS))
    return Link(endpoint, filters, inward)


def run(fleet: Fleet, links: Links, clocks: Clocks, ending: Ending, say: Say) -> None:
    """Run the devices to the end, wait for the last acknowledgements, and disconnect."""
    links.start()
    try:
        _live(fleet, clocks, ending, say)
        _drain(fleet, clocks, ending, say)
    finally:
        links.stop()


def _live(fleet: Fleet, clocks: Clocks, ending: Ending, say: Say) -> None:
    start_s = next_word_s = clocks.timer_s()
    while not ending.stopped() and not fleet.finished:
        now_s = clocks.timer_s()
        if ending.seconds is not None and now_s - start_s >= ending.seconds:
            return
        if now_s >= next_word_s:
            next_word_s += _PROGRESS_S
            say(_progress(now_s - start_s, fleet))
        fleet.step()


def _drain(fleet: Fleet, clocks: Clocks, ending: Ending, say: Say) -> None:
    """Everyone within reach, nothing new measured, until all is covered or time is up."""
    fleet.bring_back()
    end_s = clocks.timer_s() + ending.drain_s
    while fleet.uncovered and clocks.timer_s() < end_s:
        fleet.step(measure=False)
    if fleet.uncovered:
        say(f"{fleet.uncovered} frames are still not acknowledged after {ending.drain_s:g} s")


def _progress(seconds: float, fleet: Fleet) -> str:
    totals = fleet.totals
    return (
        f"{seconds:6.0f} s: {totals.sent} frames sent, {totals.covered} acknowledged, "
        f"{fleet.uncovered} waiting, {totals.readings} readings"
    )


def new_inward() -> Inward:
    """The queue between MQTT's threads and the fleet's loop."""
    return SimpleQueue()
