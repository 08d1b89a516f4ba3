"""Policy of the watch over equipment for a ward: silent devices, missing readings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentPolicy:
    """When equipment is told of; seconds of the ward's clock.

    Attributes:
        silent_multiple: a device is silent after so many of its shortest expected intervals
            (proposed) ...
        silent_grace_s: ... but never before so many seconds (proposed).
        unscheduled_s: the interval of a device for which none was said (proposed).
        coverage_multiple: a metric is missing after so many of its expected intervals
            (proposed) ...
        coverage_grace_s: ... but never before so many seconds (proposed).
        coverage_persist_s: and is told of when it stays so for so long: a spool may be draining
            (proposed).
        outage_fraction: at this share of a ward's devices silent at once it is an outage
            (proposed) ...
        outage_minimum: ... and at no fewer than this number: one alert instead of hundreds
            (proposed).
    """

    silent_multiple: float = 3.0
    silent_grace_s: float = 180.0
    unscheduled_s: float = 28_800.0
    coverage_multiple: float = 5.0
    coverage_grace_s: float = 600.0
    coverage_persist_s: float = 120.0
    outage_fraction: float = 0.5
    outage_minimum: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """How long a ward keeps what is not part of the record; the record itself is never deleted.

    Attributes:
        feed_days: days for which a page that was away can catch up with the feed of alerts, at
            least: the ward that asks for most is served (proposed); the alerts themselves stay.
    """

    feed_days: float = 7.0
