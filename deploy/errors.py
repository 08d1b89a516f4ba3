"""Errors of setting up or running the ward; each message is meant for the operator.

::

    DeployError
    ├── NothingToRun      a program the stack needs is missing and cannot be fetched here
    ├── SetupFailed       fetching or preparing the private copy failed
    ├── FolderRefused     the data folder is in use, unreachable or not ours
    ├── ChildFailed       a part did not start or kept dying
    ├── ClockRefused      the asked ward clock would run backwards
    ├── BackupFailed      a backup could not be made, or a ward not be brought back from one
    └── WardUnwell        the demo ended, and something was lost, missed or unhealthy
"""


class DeployError(Exception):
    """Base of all errors of this package; its text is one plain sentence for the operator."""

    exit_code = 1


class NothingToRun(DeployError):  # noqa: N818 - reads as what happened
    """A needed program is neither on the system nor fetchable."""


class SetupFailed(DeployError):  # noqa: N818 - reads as what happened
    """The private package copy could not be made."""


class FolderRefused(DeployError):  # noqa: N818 - reads as what happened
    """The data folder cannot be used."""


class ChildFailed(DeployError):  # noqa: N818 - reads as what happened
    """A supervised program did not become ready."""


class ClockRefused(DeployError):  # noqa: N818 - reads as what happened
    """The ward clock asked for would run backwards."""


class BackupFailed(DeployError):  # noqa: N818 - reads as what happened
    """A backup could not be made, or the ward not be brought back from one."""


class WardUnwell(DeployError):  # noqa: N818 - reads as what happened
    """The demo's ward was not healthy, or lost or missed something."""
