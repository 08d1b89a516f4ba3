"""Bringing devices' windows into memory: as they are written down, or made anew from the frames."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gateway.store import batch_reads, window_rebuild

if TYPE_CHECKING:
    from psycopg import Connection

    from gateway.admission.registry import Registry
    from gateway.admission.replay_window import ReplayWindow
    from gateway.state.devices import DeviceCache, DeviceState
    from gateway.store.connection import CommitConnection, Row


class WindowLoader:
    """Fills the book of devices from the store."""

    def __init__(self, devices: "DeviceCache", registry: "Registry") -> None:
        self._devices = devices
        self._registry = registry

    def recall(
        self,
        connection: "Connection[Row]",
        devices: Sequence[int],
        pairs: Sequence[tuple[int, int]],
    ) -> "dict[tuple[int, int], ReplayWindow]":
        """Load the four newest windows of these devices, and those of the named (device, boot)."""
        found = batch_reads.windows(connection, devices, pairs)
        self._put(found)
        gone = [pair for pair in pairs if pair not in found and self._may_be_stored(*pair)]
        if gone:
            self._put(window_rebuild.windows(connection, gone))
        return found

    def recall_owed(self, session: "CommitConnection", states: "Sequence[DeviceState]") -> None:
        """Load the windows of which these devices are to be told, where memory was forgotten."""
        pairs = [
            (state.device.no, boot)
            for state in states
            for boot in state.news
            if boot not in state.windows
        ]
        if pairs:
            devices = list(dict.fromkeys(device_no for device_no, _ in pairs))
            with session.transaction() as connection:
                self.recall(connection, devices, pairs)

    def _may_be_stored(self, device_no: int, boot: int) -> bool:
        """Whether frames of a boot without a window may be kept; the newest boot's never goes."""
        state = self._devices.get(device_no)
        newest = -1 if state is None else state.newest_boot
        return newest < 0 or boot < newest

    def _put(self, windows: "dict[tuple[int, int], ReplayWindow]") -> None:
        for (device_no, boot), window in windows.items():
            device = self._registry.device(device_no)
            if device is not None:
                self._devices.use(device).windows.setdefault(boot, window)
