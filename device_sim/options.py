"""Options of a simulation or a replay; the ``homeward`` command fills them in."""

from dataclasses import dataclass
from pathlib import Path

from device_sim.errors import StackUnreadable
from device_sim.ward.stack_file import Admin, Stack, read_stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The ward to send to: an embedded stack's file, or an address and an account.

    With a stack file the devices share its loopback account; with an address each device connects
    by TLS with its own certificate, as a real one does.
    """

    stack: Path | None = None
    api: str | None = None
    username: str | None = None
    password: str | None = None

    def from_options(self) -> Stack:
        """The ward; what is given by hand goes before the file.

        Raises:
            StackUnreadable: the file cannot be used, or neither says where and as whom.
        """
        given = read_stack(self.stack) if self.stack is not None else None
        api = self.api or (given.api if given else None)
        username = self.username or (given.admin.username if given else None)
        password = self.password or (given.admin.password if given else None)
        if api is None or username is None or password is None:
            raise StackUnreadable(
                "say where: --stack DIR/stack.json, or --api, --username, --password"
            )
        admin = Admin(username=username, password=password)
        if given is None:
            return Stack(api=api, admin=admin)
        return Stack(api=api, admin=admin, mqtt=given.mqtt, clock=given.clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What simulation and replay share.

    Attributes:
        target: the ward.
        seconds: real seconds to run; None is until stopped (or the recording's end).
        out: folder for ``ledger.sqlite`` and ``truth.jsonl``; None makes one and says where.
        drain_s: how long to wait at the end for the last acknowledgements, in real seconds.
    """

    target: Target
    seconds: float | None = None
    out: Path | None = None
    drain_s: float = 20.0
    faults: float = 0.0
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateOptions(RunOptions):
    """A made-up ward.

    Attributes:
        patients: how many.
        rate: frames per real second of the whole ward; None leaves ``interval_s`` as it is.
        interval_s: ward seconds between frames of one patient.
        events: how many patients get a scripted scenario; None is one in ten, at least one.
        first_onset_s: ward seconds from the start to the first onset.
        spread_s: ward seconds over which the other onsets are spread.
        script: file with a scenario a line, in place of those that chance would choose.
    """

    patients: int = 20
    rate: float | None = None
    interval_s: float = 60.0
    events: int | None = None
    first_onset_s: float = 180.0
    spread_s: float = 4 * 3600.0
    script: Path | None = None

    def interval_ms(self, clock_rate: float) -> int:
        """Ward milliseconds between frames of one patient, under a clock of that rate."""
        if self.rate is None:
            return max(int(self.interval_s * 1000), 1)
        return max(int(self.patients / self.rate * clock_rate * 1000), 1)

    def event_count(self) -> int:
        """How many patients get a scenario."""
        return max(self.patients // 10, 1) if self.events is None else self.events


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions(RunOptions):
    """A recording: the data set ``mimic-iv-demo``, or a CSV file.

    Attributes:
        hours: of each patient, only so many hours from their first reading; None is all.
        patients: only so many patients; None is all.
        together: keep the patients' distances in time (CSV only).
    """

    dataset: str | None = None
    csv: Path | None = None
    hours: float | None = None
    patients: int | None = None
    together: bool = False
