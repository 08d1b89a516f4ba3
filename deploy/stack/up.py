"""``homeward up``: the embedded stack, with simulated patients when they are asked for."""

import sys
from collections.abc import Callable, Sequence

from deploy.services.process import Launch
from deploy.settings import StackSettings, inherited_environment
from deploy.stack.plan import StackOptions
from deploy.stack.run import RunningStack, run
from deploy.stack.supervisor import Part


def run_with_patients(
    options: StackOptions, settings: StackSettings, say: Callable[[str], None]
) -> None:
    """Run the stack until a signal; see ``deploy.stack.run.run``."""

    async def meanwhile(stack: RunningStack) -> None:
        if options.simulate:
            await stack.add(simulator_part(stack, options.simulate))
            say(f"{options.simulate} simulated patients are at home")
        await stack.stopping.wait()

    run(options, settings, say, meanwhile)


def simulator_part(stack: RunningStack, patients: int) -> Part:
    """Return the simulator as a part of a running stack; its ledger stays in the data folder."""
    out = stack.plan.folder.root / "simulated"
    launch = simulator_launch(stack, ["--patients", str(patients), "--out", str(out)])
    return Part(name="simulator", launch=launch, ready=lambda: True)


def simulator_launch(stack: RunningStack, words: Sequence[str]) -> Launch:
    """Return how ``homeward simulate`` is started on a running stack."""
    command = [sys.executable, "-m", "deploy.cli", "simulate", "--stack", str(stack.description)]
    return Launch(
        argv=[*command, *words],
        env=inherited_environment() | {"PYTHONUNBUFFERED": "1"},
        cwd=stack.plan.folder.root,
        stop_timeout_s=60.0,
    )
