"""What STOW-RS answers (PS3.18 10.5.3): which instances were stored, and which were not."""

import io
import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

_FAILED: Final = 0x0110
"""Processing failure (PS3.7, C.5.13): the reason in words goes beside it."""
_HEADER: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceName:
    """How a file names itself; empty where it cannot be read."""

    sop_class: str = ""
    instance: str = ""
    study: str = ""
    series: str = ""


class _Window(io.RawIOBase):
    """A stretch of a file, read as if it were a file."""

    def __init__(self, path: Path, start: int, size: int) -> None:
        self._file = path.open("rb")
        self._start, self._size, self._at = start, size, 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, min(base + offset, self._size))
        return self._at

    @override
    def readinto(self, buffer: Any, /) -> int:
        self._file.seek(self._start + self._at)
        found = self._file.read(min(len(buffer), self._size - self._at))
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    @override
    def close(self) -> None:
        self._file.close()
        super().close()


def names_of(path: Path, sizes: Sequence[int]) -> list[InstanceName]:
    """Return how each file of an upload names itself, without its pixels."""
    from pydicom import dcmread  # noqa: PLC0415 - takes 0.2 s, and few processes need it

    found, start = [], 0
    for size in sizes:
        with _Window(path, start, size) as window:
            found.append(_name(dcmread, window))
        start += size
    return found


def _name(dcmread: Callable[..., Any], window: io.RawIOBase) -> InstanceName:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read = dcmread(window, stop_before_pixels=True, specific_tags=list(_HEADER))
            told = [str(read.get(name) or "") for name in _HEADER]
        except Exception:  # noqa: BLE001 - a file that cannot be read is refused where all are
            return InstanceName()
    return InstanceName(sop_class=told[0], instance=told[1], study=told[2], series=told[3])


def store_response(names: Sequence[InstanceName], place: str, *, stored: bool) -> bytes:
    """Return the answer's dataset as DICOM JSON.

    Args:
        names: of what was sent.
        place: address below which ``/studies`` stands.
        stored: whether all of it was stored, else none was.
    """
    sequence = "00081199" if stored else "00081198"
    told: dict[str, Any] = {
        sequence: {"vr": "SQ", "Value": [dict(_item(one, place, stored=stored)) for one in names]}
    }
    studies = {one.study for one in names}
    if stored and len(studies) == 1:
        told["00081190"] = {"vr": "UR", "Value": [f"{place}/studies/{studies.pop()}"]}
    return json.dumps(told).encode()


def _item(one: InstanceName, place: str, *, stored: bool) -> Iterator[tuple[str, Any]]:
    if one.sop_class:
        yield "00081150", {"vr": "UI", "Value": [one.sop_class]}
    if one.instance:
        yield "00081155", {"vr": "UI", "Value": [one.instance]}
    if stored:
        where = f"{place}/studies/{one.study}/series/{one.series}/instances/{one.instance}"
        yield "00081190", {"vr": "UR", "Value": [where]}
    else:
        yield "00081197", {"vr": "US", "Value": [_FAILED]}
