"""What the ward is told of a device's clock, and how often."""

from analytics.domain.alerts import Change
from gateway.admission.clock_offset import UNKNOWN, ClockState, Mapping
from gateway.ingest.technical_findings import clock_change

LOST = Mapping(ClockState.UNCERTAIN, None)
KNOWN = Mapping(ClockState.STANDS, 0)


def said(before: Mapping | None, after: Mapping, *, again: bool = False) -> Change | None:
    found = clock_change(before, after, UNKNOWN, 0, persist_s=300, again=again)
    return None if found is None else found.change


def test_a_change_is_said_once() -> None:
    assert said(None, LOST) is Change.STARTED
    assert said(LOST, KNOWN) is Change.CLEARED
    assert said(LOST, LOST) is None
    assert said(None, KNOWN) is None


def test_a_clock_that_stays_unknown_is_said_again() -> None:
    """Another device of the same patient may have ended their one alert meanwhile."""
    assert said(LOST, LOST, again=True) is Change.PERSISTS
    assert said(KNOWN, KNOWN, again=True) is None
