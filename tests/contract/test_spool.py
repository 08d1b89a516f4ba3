"""What every spool promises a device: simulated ones keep frames in memory, real ones on disk."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from device_sim.device.spool import MemorySpool, Spool, Spooled, SpoolFile, SpoolRecord

Make = Callable[[str], Spool]
RECORD = SpoolRecord(boot=2, seq=3, dropped=4, obeyed=("c-1", "c-2"), trusted=("old", "new"))


def frame(seq: int, boot: int = 1, *, receipt: bool = False) -> Spooled:
    return Spooled(boot, seq, b"frame %d" % seq, receipt)


@pytest.fixture(params=["memory", "file", "file that survives a power cut"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Makes the spool of a device; those of one run share a file where there is one."""
    if request.param == "memory":
        yield lambda _: MemorySpool()
        return
    file = SpoolFile(tmp_path / "spool.db", durable="power" in request.param)
    yield file.spool
    file.close()


def filled(make: Make, frames: int) -> Spool:
    spool = make("w-1")
    for seq in range(1, frames + 1):
        spool.keep(SpoolRecord(boot=1, seq=seq), frame(seq))
    return spool


def test_a_new_one_knows_nothing(make: Make) -> None:
    spool = make("w-1")
    assert spool.record() == SpoolRecord()
    assert len(spool) == 0
    assert spool.oldest(10) == []
    assert spool.ids() == []


def test_the_record_is_the_one_that_was_kept_last(make: Make) -> None:
    spool = make("w-1")
    spool.keep(SpoolRecord(boot=1))
    spool.keep(RECORD)
    assert spool.record() == RECORD
    assert len(spool) == 0, "a record is no frame"


def test_a_frame_is_kept_with_its_record_as_it_was_made(make: Make) -> None:
    spool = make("w-1")
    spool.keep(RECORD, frame(3, receipt=True))
    assert spool.record() == RECORD
    assert spool.oldest(10) == [frame(3, receipt=True)]


def test_the_oldest_come_first_and_no_more_than_asked_for(make: Make) -> None:
    spool = filled(make, 5)
    spool.keep(SpoolRecord(boot=2, seq=1), frame(1, boot=2))
    assert spool.oldest(3) == [frame(1), frame(2), frame(3)]
    assert spool.oldest(0) == []
    assert [one.id for one in spool.oldest(100)] == spool.ids()
    assert spool.ids()[-1] == (2, 1), "a number of a later start is newer"


def test_what_is_let_go_is_gone_and_the_rest_stays(make: Make) -> None:
    spool = filled(make, 5)
    spool.forget(one for one in [(1, 1), (1, 4)])
    assert spool.ids() == [(1, 2), (1, 3), (1, 5)]
    assert len(spool) == 3
    assert spool.record() == SpoolRecord(boot=1, seq=5)


def test_what_is_not_there_may_be_let_go_again(make: Make) -> None:
    spool = filled(make, 2)
    spool.forget([(1, 1), (1, 1), (9, 9)])
    spool.forget([])
    assert spool.ids() == [(1, 2)]


def test_spools_of_different_devices_know_nothing_of_each_other(make: Make) -> None:
    mine, other = filled(make, 3), make("w-2")
    other.keep(SpoolRecord(boot=7), frame(1))
    other.forget([(1, 2)])
    assert mine.ids() == [(1, 1), (1, 2), (1, 3)]
    assert mine.record() == SpoolRecord(boot=1, seq=3)
    assert len(other) == 1


def test_a_spool_on_disk_is_found_again(tmp_path: Path) -> None:
    """What memory cannot promise, and why a real device has the other."""
    file = SpoolFile(tmp_path / "spool.db")
    file.spool("w-1").keep(RECORD, frame(3))
    file.close()
    again = SpoolFile(tmp_path / "spool.db").spool("w-1")
    assert (again.record(), again.oldest(1)) == (RECORD, [frame(3)])
    with pytest.raises(sqlite3.ProgrammingError):
        file.spool("w-1").record()
