"""Quiet hours: until when a notice of low priority waits; pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LOW = "low"


def waits_until(
    priority: str, now: datetime, quiet: tuple[time, time] | None, zone: str
) -> datetime | None:
    """Return until when a notice waits (UTC), None if it goes out now.

    High and medium priority never wait.

    Args:
        priority: of the alert.
        now: ward time (UTC).
        quiet: civil times from and until which the person wants to be left alone; over midnight if
            the first is the later one.
        zone: IANA zone of these times.
    """
    if priority != LOW or quiet is None or quiet[0] == quiet[1]:
        return None
    here = now.astimezone(ZoneInfo(zone))
    begins, ends = quiet
    at = here.time().replace(tzinfo=None)
    over_midnight = begins > ends
    inside = (at >= begins or at < ends) if over_midnight else begins <= at < ends
    if not inside:
        return None
    day = here.date() + timedelta(days=1 if over_midnight and at >= begins else 0)
    return datetime.combine(day, ends, ZoneInfo(zone)).astimezone(now.tzinfo)
