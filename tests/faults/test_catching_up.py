"""A device with a backlog of many bursts, and a real gateway that allows it little."""

from gateway.wire import Refusal, Sample
from tests.faults.crew import Crew
from tests.faults.rig import Rig

BACKLOG = 2_500
SLOW = {
    "HOMEWARD_RATE_PER_S": "200",
    "HOMEWARD_RATE_BURST": "400",
    "HOMEWARD_ACK_LATEST_S": "50",
}


def spool_backlog(crew: Crew) -> None:
    """While no gateway hears: frames of ten seconds each, up to now."""
    [member] = crew.members.values()
    now = crew.moment()
    for number in range(BACKLOG, 0, -1):
        one = Sample(t=now.clock_ms - number * 10_000, hr=70.0 + number % 20)
        crew.do(member, member.core.measured([one], now))


def test_a_long_backlog_is_taken_at_the_rate_and_none_of_it_refused(rig: Rig) -> None:
    rig.gateways[0].stop()
    with rig.crew(1, seed=4) as crew:
        crew.order(lambda: spool_backlog(crew))
        rig.gateway("slow", SLOW).start()
        rig.settle(crew, timeout_s=120.0)
        limited = rig.ask(
            "SELECT count(*) FROM refusal_count r JOIN device d ON d.no = r.device_no"
            " WHERE d.id = ANY (%s) AND r.reason = %s",
            list(crew.members),
            Refusal.RATE_LIMITED.value,
        )
        assert limited == 0
