"""Between the database's times and milliseconds since 1970, in which decisions are made."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(ms: int | None) -> datetime | None:
    """Return the moment (UTC) ``ms`` milliseconds after 1970; None stays None."""
    return None if ms is None else EPOCH + timedelta(milliseconds=ms)


def ms_of(moment: datetime) -> int:
    """Return milliseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def maybe_ms(moment: datetime | None) -> int | None:
    """Return milliseconds since 1970; None stays None."""
    return None if moment is None else ms_of(moment)


def rfc3339(moment: datetime | None) -> str | None:
    """Return the moment as the API writes it, in UTC with a ``Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
