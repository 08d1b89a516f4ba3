"""Errors of the analytics package, drawn once.

    AnalyticsError
    ├── SnapshotError      a stored state cannot be read by this version
    └── DatasetError       a folder of recordings is not laid out as expected

Expected refusals (a missing measurement, an unmet demand) are values, not errors.
"""


class AnalyticsError(Exception):
    """Anything the analytics package raises on purpose."""


class SnapshotError(AnalyticsError):
    """A stored lane or model is damaged or of a version this code does not read."""


class DatasetError(AnalyticsError):
    """A data set is unknown, or its folder lacks a file or a column."""
