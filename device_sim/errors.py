"""Errors of the simulator, for a person to read.

::

    SimulatorError
    ├── WardRefused       the API answered with a refusal, or not at all
    ├── StackUnreadable   stack.json is missing, or lacks what is needed
    ├── RecordingInvalid  a recording breaks a rule (file, line and column are named)
    ├── ScriptInvalid     a script of scenarios breaks a rule (file and line are named)
    └── DatasetMissing    a public data set could not be fetched or is not what was expected
"""


class SimulatorError(Exception):
    """Anything that ends a simulation before its time; the text is for the user."""


class WardRefused(SimulatorError):  # noqa: N818 -- says what happened
    """The API refused a request, or cannot be reached."""


class StackUnreadable(SimulatorError):  # noqa: N818 -- says what happened
    """The description of the stack cannot be used."""


class RecordingInvalid(SimulatorError):  # noqa: N818 -- says what happened
    """A recording breaks a rule; the text names file, line and column."""


class ScriptInvalid(SimulatorError):  # noqa: N818 -- says what happened
    """A script of scenarios breaks a rule; the text names file and line."""


class DatasetMissing(SimulatorError):  # noqa: N818 -- says what happened
    """A public data set is not to be had."""
