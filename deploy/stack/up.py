"""``homeward up``: the embedded stack, with simulated patients when they are asked for."""

import sys
from collections.abc import Callable, Sequence

from api.admin import ensure_machine_key
from api.hl7.receiving import SCOPE
from deploy.secrets.stack_secrets import write_private
from deploy.services.ports import HOST
from deploy.services.process import Launch
from deploy.settings import StackSettings, inherited_environment
from deploy.stack.plan import StackOptions
from deploy.stack.programs import hl7_part
from deploy.stack.run import RunningStack, run
from deploy.stack.supervisor import Part

_WARD = "main"


def run_with_patients(
    options: StackOptions, settings: StackSettings, say: Callable[[str], None]
) -> None:
    """Run the stack until a signal; see ``deploy.stack.run.run``."""

    async def meanwhile(stack: RunningStack) -> None:
        if options.hl7_port is not None:
            await stack.add(await _feed(stack, options.hl7_port))
            say(f"HL7 v2 messages are taken at {HOST}:{options.hl7_port}")
        if options.simulate:
            await stack.add(simulator_part(stack, options.simulate))
            say(f"{options.simulate} simulated patients are at home")
        await stack.stopping.wait()

    run(options, settings, say, meanwhile)


async def _feed(stack: RunningStack, port: int) -> Part:
    """Return the HL7 program as a part; it feeds the ward that a first start has."""
    key_file = stack.plan.secrets.file("hl7.key")
    kept = key_file.read_text("ascii").strip() if key_file.exists() else ""
    key = await ensure_machine_key(
        stack.database_url, kept, ward=_WARD, name="HL7 feed", scopes=[SCOPE]
    )
    if key != kept:
        write_private(key_file, f"{key}\n".encode())
    return hl7_part(stack.wiring(), key_file, port)


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
