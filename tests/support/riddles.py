"""Signed frames that no gateway can read, but for their number."""

from deploy.bench.fleet import BenchDevice
from gateway import wire


def riddle(device: BenchDevice, boot: int = 1, seq: int = 1, say: str = "7") -> tuple[str, bytes]:
    """A signed frame whose message cannot be read, but its number can."""
    raw = (
        f'{{"type":"vitals/1","device":"{device.name}","boot":{boot},"seq":{seq},"samples":{say}}}'
    )
    return device.topic, wire.make_signed(raw.encode(), device.secret)
