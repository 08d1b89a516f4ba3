"""What the ward is told of a device's clock, and how often."""

from analytics.domain.alerts import FindingChange
from gateway.admission.clock_offset import UNKNOWN, ClockMapping, ClockState
from gateway.ingest.technical_findings import clock_change

LOST = ClockMapping(ClockState.UNCERTAIN, None)
KNOWN = ClockMapping(ClockState.STANDS, 0)


def said(
    before: ClockMapping | None, after: ClockMapping, *, again: bool = False
) -> FindingChange | None:
    found = clock_change(before, after, UNKNOWN, 0, persist_s=300, again=again)
    return None if found is None else found.change


def test_a_change_is_said_once() -> None:
    assert said(None, LOST) is FindingChange.STARTED
    assert said(LOST, KNOWN) is FindingChange.CLEARED
    assert said(LOST, LOST) is None
    assert said(None, KNOWN) is None


def test_a_clock_that_stays_unknown_is_said_again() -> None:
    """Another device of the same patient may have ended their one alert meanwhile."""
    assert said(LOST, LOST, again=True) is FindingChange.PERSISTS
    assert said(KNOWN, KNOWN, again=True) is None
