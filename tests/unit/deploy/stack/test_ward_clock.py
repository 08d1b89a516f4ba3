"""The ward clock over restarts: it may stand still, never run backwards."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domain.clock import WardClock
from deploy.errors import ClockRefused, FolderRefused
from deploy.stack import ward_clock

START = datetime(2026, 1, 31, 8, tzinfo=UTC)
REAL = 1_800_000_000.0


def test_without_wishes_ward_time_is_real_time() -> None:
    assert ward_clock.choose(None, None, None, REAL) == WardClock()
    assert ward_clock.environment(WardClock()) == {}


def test_a_rate_alone_starts_at_now() -> None:
    clock = ward_clock.choose(None, 60.0, None, REAL)
    assert clock.at(REAL) == datetime.fromtimestamp(REAL, UTC)
    assert clock.at(REAL + 1) - clock.at(REAL) == timedelta(minutes=1)


@given(
    rate=st.floats(0.1, 3600),
    lived=st.floats(0, 1e5),
    unsaved=st.floats(0, ward_clock.SAVE_EVERY_S),
    away=st.floats(0, 1e7),
)
def test_ward_time_never_runs_backwards_over_a_crash(
    tmp_path_factory: pytest.TempPathFactory,
    rate: float,
    lived: float,
    unsaved: float,
    away: float,
) -> None:
    file = tmp_path_factory.mktemp("clock") / "clock.json"
    first = WardClock(start=START, rate=rate, origin=REAL)
    ward_clock.save(file, first, REAL + lived)
    last_shown = first.at(REAL + lived + unsaved)
    again = REAL + lived + unsaved + away
    second = ward_clock.choose(None, None, ward_clock.read(file), again)
    assert second.rate == rate
    assert last_shown <= second.at(again) <= last_shown + timedelta(seconds=3 * rate)


def test_an_earlier_start_than_lived_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    ward_clock.save(file, WardClock(start=START, rate=1, origin=REAL), REAL)
    kept = ward_clock.read(file)
    with pytest.raises(ClockRefused, match="never runs backwards"):
        ward_clock.choose(START, None, kept, REAL)
    later = ward_clock.choose(START + timedelta(days=1), None, kept, REAL)
    assert later.at(REAL) == START + timedelta(days=1)


def test_a_real_time_ward_goes_on_in_real_time(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    ward_clock.save(file, WardClock(), REAL)
    assert ward_clock.choose(None, None, ward_clock.read(file), REAL + 5) == WardClock()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"shown": 5, "rate": 1}', '{"shown": "x"}'])
def test_a_damaged_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "clock.json"
    file.write_text(content)
    with pytest.raises(FolderRefused, match=r"clock\.json is damaged"):
        ward_clock.read(file)


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_a_clock_that_does_not_go_is_refused(rate: float) -> None:
    with pytest.raises(ClockRefused, match="above 0"):
        ward_clock.choose(None, rate, None, REAL)


def test_times_are_read_as_rfc_3339() -> None:
    assert ward_clock.parse("2026-01-31T08:00:00Z") == START
    assert ward_clock.parse("2026-01-31T09:00:00+01:00") == START
    with pytest.raises(ClockRefused):
        ward_clock.parse("yesterday")


def test_the_environment_gives_the_same_clock() -> None:
    clock = WardClock(start=START, rate=600.0, origin=REAL)
    variables = ward_clock.environment(clock)
    assert (
        WardClock(
            start=datetime.fromisoformat(variables["HOMEWARD_CLOCK_START"]),
            rate=float(variables["HOMEWARD_CLOCK_RATE"]),
            origin=float(variables["HOMEWARD_CLOCK_ORIGIN"]),
        )
        == clock
    )
