"""Age of an open alert, from its row and the patient's newest state."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from analytics.alerts.value_age import MINUTE_S, Told, words
from analytics.domain.episode import EpisodePolicy
from api.store.timestamps import instant
from api.store.types import Row

_GAP_MIN = EpisodePolicy().gap_min
_TRUSTED = frozenset({"ok", "manual"})
_LIVE = frozenset({"open", "acknowledged"})


def aged_message(row: Row, now: datetime) -> str:
    """Return the message of an alert as it is to be read at ``now`` (ward time).

    Args:
        row: the episode with ``time_zone``, ``latest``, ``news2_low``, ``news2_whole`` and
            ``news2_measured`` of its patient, and what its ward has set as ``gap_min``.
        now: ward time, in the ward's zone.
    """
    message = str(row["message"])
    if row["state"] not in _LIVE:
        return message
    zone = _zone(row["time_zone"], now)
    newest = _newest(row)
    told = Told(
        message=message,
        measured=row["measured_at"].astimezone(zone),
        aged_s=(row["gap_min"] or _GAP_MIN) * MINUTE_S,
        seen="measured" if row["kind"] == "clinical" else "as of",
        over_since=row["cleared_at"] and row["cleared_at"].astimezone(zone),
        lapsed=row["lapsed_at"] is not None,
        newest=newest and (newest[0], newest[1].astimezone(zone)),
    )
    return words(told, now.astimezone(zone))


def _zone(name: str | None, now: datetime) -> tzinfo:
    """Return the patient's zone; that of ``now`` for the ward's own alerts and an unknown zone."""
    ward = now.tzinfo or UTC
    if not name:
        return ward
    try:
        return ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError, of a path an OSError
        return ward
    except KeyError:
        return ward


def _newest(row: Row) -> tuple[str, datetime] | None:
    """Return the newest value of what the alert is about, and when it was measured."""
    metric = (row["detail"] or {}).get("metric")
    if row["condition"] in {"news2_urgent", "news2_emergency", "single_3"}:
        low, at = row["news2_low"], row["news2_measured"]
        if low is None or at is None:
            return None
        return f"NEWS2 {low}" if row["news2_whole"] else f"NEWS2 at least {low}", at
    one = (row["latest"] or {}).get(metric) if metric else None
    if not one or one.get("q") not in _TRUSTED:
        return None
    at = instant(int(one["t"]))
    return None if at is None else (f"{one['v']:g}", at)
