"""The devices' replay windows in memory, and when each device is to be told what is handled.

A device has at most a window of frames on the way that it was not told of, so telling is what
makes it send: one that comes near its rate is told a little later, and catches up at its rate.
"""

import heapq
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from gateway import wire
from gateway.admission.registry import Device
from gateway.admission.replay_window import ReplayWindow  # noqa: TC001 - one rule for the whole package

_NEVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class AckRules:
    """When a device is told: after so many frames, or so many real seconds after the first.

    Attributes:
        after_s: with nothing better to do.
        latest_s: while frames wait: an answer to several frames costs what an answer to one does,
            and a signature for each frame would be a third of a busy worker's time. Likewise
            while the device is near its rate.
        prompt_s: after a duplicate or a ``clock/1``: the device waits for it.
        answer_s: and so late at most, if it is near its rate.
    """

    frames: int = 64
    after_s: float = 10.0
    latest_s: float = 50.0
    prompt_s: float = 0.2
    answer_s: float = 1.0


Pace = Callable[[str, float], float]
"""Seconds that a device (by id, at monotonic seconds) should wait before it sends more."""


def unpaced(_device: str, _now_s: float) -> float:
    """No device is too fast."""
    return 0.0


class DeviceState:
    """What is held of one device."""

    __slots__ = (
        "asked_s",
        "device",
        "due_s",
        "latest_s",
        "news",
        "pending",
        "repeated_s",
        "told_s",
        "warned_s",
        "windows",
    )

    def __init__(self, device: Device) -> None:
        self.device = device
        self.windows: dict[int, ReplayWindow] = {}
        self.news: set[int] = set()
        self.pending = 0
        self.due_s = _NEVER
        self.latest_s = _NEVER
        self.told_s = 0.0
        self.asked_s = -_NEVER
        self.repeated_s = -_NEVER
        self.warned_s: dict[str, float] = {}

    @property
    def newest_boot(self) -> int:
        """The highest boot ever heard of; -1 without any."""
        windows = self.windows
        if len(windows) == 1:  # most devices have been started once
            (boot,) = windows
            return boot
        return max(windows, default=-1)

    def acks(self, now_ms: int) -> wire.Acks:
        """What is handled of the newest boots with news, as it stands in the store."""
        boots = [self.windows[boot].acks() for boot in self.to_tell()]
        return wire.Acks(device=self.device.id, time=now_ms, boots=boots)

    def to_tell(self) -> list[int]:
        """The boots that one ``acks/1`` tells of, newest first: it has room for four."""
        wanted = (self.news | {self.newest_boot}) & self.windows.keys()
        return sorted(wanted, reverse=True)[: wire.MAX_BOOTS]

    def may_warn(self, condition: str, now_s: float, every_s: float) -> bool:
        """Whether a technical finding may be said again."""
        if now_s - self.warned_s.get(condition, -_NEVER) < every_s:
            return False
        self.warned_s[condition] = now_s
        return True


class DeviceCache:
    """The devices in memory, least recently heard first."""

    def __init__(self, rules: AckRules, capacity: int, pace: Pace = unpaced) -> None:
        self._rules = rules
        self._pace = pace
        self._capacity = capacity
        self._states: OrderedDict[int, DeviceState] = OrderedDict()
        self._owed_since: OrderedDict[int, float] = OrderedDict()
        self._due: list[tuple[float, int]] = []

    def get(self, device_no: int) -> DeviceState | None:
        """What is held of a device."""
        return self._states.get(device_no)

    def use(self, device: Device) -> DeviceState:
        """The state of a device, made if need be; it then counts as used."""
        state = self._states.get(device.no)
        if state is None:
            state = self._states[device.no] = DeviceState(device)
        else:
            state.device = device
            self._states.move_to_end(device.no)
        return state

    def unload(self, mine: Callable[[Device], bool]) -> None:
        """Forget everything but who of ours is still to be told; their windows are in the store."""
        owed = {no: one for no, one in self._states.items() if one.news and mine(one.device)}
        for state in owed.values():
            state.windows = {}
        self._states = OrderedDict(owed)
        self._owed_since = OrderedDict(
            (no, since_s) for no, since_s in self._owed_since.items() if no in owed
        )

    def trim(self) -> None:
        """Drop the devices heard longest ago and owed nothing, beyond the capacity."""
        for _ in range(max(0, len(self._states) - self._capacity)):
            device_no, state = self._states.popitem(last=False)
            if state.due_s < _NEVER or device_no in self._owed_since:
                self._states[device_no] = state

    def schedule_ack(self, state: DeviceState, boot: int, now_s: float, *, prompt: bool) -> None:
        """After a commit: the device is to be told of news in ``boot``."""
        rules = self._rules
        state.news.add(boot)
        if not state.pending:
            state.latest_s = now_s + rules.latest_s
        if prompt:
            state.latest_s = min(state.latest_s, now_s + rules.answer_s)
        state.pending += 1
        if state.pending >= rules.frames:
            self._hurry(state, now_s)
        elif prompt:
            self._hurry(state, max(now_s, state.told_s + rules.prompt_s))
        else:
            self._owed_since.setdefault(state.device.no, now_s)

    def _hurry(self, state: DeviceState, due_s: float) -> None:
        if due_s < state.due_s:
            state.due_s = due_s
            heapq.heappush(self._due, (due_s, state.device.no))

    def flush_acks(self, now_s: float) -> None:
        """Make everything that is owed due now."""
        for state in self._states.values():
            if state.news:
                state.latest_s = now_s
                self._hurry(state, now_s)

    def _held(self, state: DeviceState, now_s: float) -> bool:
        """Whether the device is near its rate: it is told, and so sends on, a little later."""
        wait_s = self._pace(state.device.id, now_s)
        due_s = min(now_s + wait_s, state.latest_s)
        if due_s <= now_s:
            return False
        self._hurry(state, due_s)
        return True

    def acks_due(self, now_s: float, most: int = 500, *, busy: bool = False) -> list[DeviceState]:
        """The devices to be told now, up to ``most``; they count as told.

        Args:
            now_s: monotonic seconds.
            most: how many.
            busy: whether frames wait: then those wait that can.
        """
        found = self._pressing(now_s, most)
        rules, since = self._rules, self._owed_since
        patience_s = rules.latest_s if busy else rules.after_s
        while since and len(found) < most:
            device_no, owed_s = next(iter(since.items()))
            if owed_s + patience_s > now_s:
                break
            del since[device_no]
            state = self._states.get(device_no)
            if state is not None:
                state.due_s = _NEVER
                if not self._held(state, now_s):
                    found.append(state)
        return found

    def _pressing(self, now_s: float, most: int) -> list[DeviceState]:
        """The devices with a due time of their own that has come."""
        found: list[DeviceState] = []
        while self._due and self._due[0][0] <= now_s and len(found) < most:
            due_s, device_no = heapq.heappop(self._due)
            state = self._states.get(device_no)
            if state is not None and state.due_s == due_s:
                state.due_s = _NEVER
                self._owed_since.pop(device_no, None)
                if not self._held(state, now_s):
                    found.append(state)
        return found

    def next_due(self, now_s: float, most_s: float) -> float:
        """Seconds until somebody is to be told by an idle worker, at most ``most_s``."""
        due_s = now_s + most_s
        if self._due:
            due_s = min(due_s, self._due[0][0])
        if self._owed_since:
            due_s = min(due_s, next(iter(self._owed_since.values())) + self._rules.after_s)
        return max(0.0, due_s - now_s)

    def mark_acked(self, state: DeviceState, now_s: float, now_ms: int) -> None:
        """The acknowledgement went out; boots that it had no room for are owed another soon."""
        said = state.to_tell()
        for boot in said:
            window = state.windows[boot]
            window.news.clear()
            window.acked_ms = now_ms
        newest = state.newest_boot
        state.windows = {
            boot: window
            for boot, window in state.windows.items()
            if boot in state.news or boot > newest - wire.MAX_BOOTS
        }
        state.news = (state.news & state.windows.keys()).difference(said)
        state.pending = 0
        state.told_s = now_s
        if state.news:
            self._hurry(state, now_s + self._rules.prompt_s)

    def __len__(self) -> int:
        return len(self._states)
