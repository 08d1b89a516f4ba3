"""``homeward simulate`` and ``homeward replay``: the command line of ``device_sim``."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

StackFile = Annotated[Path | None, typer.Option("--stack", help="stack.json of an embedded stack.")]
Api = Annotated[str | None, typer.Option(help="Address of a ward's API, in place of --stack.")]
Username = Annotated[str | None, typer.Option(help="A coordinator's name there.")]
Password = Annotated[str | None, typer.Option(envvar="HOMEWARD_PASSWORD", help="Their password.")]
Seconds = Annotated[
    float | None, typer.Option(min=0, help="Real seconds to run; without it until stopped.")
]
Out = Annotated[Path | None, typer.Option(help="Folder for the ledger and the ground truth.")]
Seed = Annotated[int, typer.Option(help="Seed of all chance.")]
Faults = Annotated[
    float, typer.Option(min=0, max=1, help="Share of devices with faults and offline spells.")
]


def simulate(
    *,
    stack: StackFile = None,
    api: Api = None,
    username: Username = None,
    password: Password = None,
    patients: Annotated[int, typer.Option(min=1, help="How many simulated patients.")] = 20,
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Frames a real second of the whole ward.")
    ] = None,
    interval: Annotated[
        float, typer.Option(min=0.001, help="Ward seconds between a patient's frames.")
    ] = 60.0,
    events: Annotated[
        int | None, typer.Option(min=0, help="Patients with a scripted scenario; one in ten.")
    ] = None,
    first_onset: Annotated[float, typer.Option(help="Ward seconds to the first onset.")] = 180.0,
    spread: Annotated[
        float, typer.Option(help="Ward seconds over which the other onsets are spread.")
    ] = 14_400.0,
    faults: Faults = 0.0,
    seconds: Seconds = None,
    drain: Annotated[float, typer.Option(help="Real seconds to wait for the last acks.")] = 20.0,
    out: Out = None,
    seed: Seed = 1,
) -> None:
    """Let simulated patients live in a ward, some of whom deteriorate; ground truth is written."""
    from device_sim.__main__ import simulate as run
    from device_sim.options import SimulateOptions, Target

    options = SimulateOptions(
        target=Target(stack=stack, api=api, username=username, password=password),
        patients=patients,
        rate=rate,
        interval_s=interval,
        events=events,
        first_onset_s=first_onset,
        spread_s=spread,
        faults=faults,
        seconds=seconds,
        drain_s=drain,
        out=out,
        seed=seed,
    )
    run(options, stopped=stop_asked())


def replay(
    *,
    stack: StackFile = None,
    api: Api = None,
    username: Username = None,
    password: Password = None,
    dataset: Annotated[str | None, typer.Option(help="mimic-iv-demo: 100 real patients.")] = None,
    csv: Annotated[
        Path | None,
        typer.Option(help="Anybody's recordings: columns time, patient, and hr, spo2, rr, ..."),
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0, help="Only so many hours of each patient.")
    ] = None,
    patients: Annotated[int | None, typer.Option(min=1, help="Only so many patients.")] = None,
    together: Annotated[
        bool, typer.Option(help="Keep the patients' distances in time (CSV).")
    ] = False,
    faults: Faults = 0.0,
    seconds: Seconds = None,
    drain: Annotated[float, typer.Option(help="Real seconds to wait for the last acks.")] = 20.0,
    out: Out = None,
    seed: Seed = 1,
) -> None:
    """Replay real recordings onto a ward's clock, sent as real devices send."""
    from device_sim.__main__ import replay as run
    from device_sim.options import ReplayOptions, Target

    options = ReplayOptions(
        target=Target(stack=stack, api=api, username=username, password=password),
        dataset=dataset,
        csv=csv,
        hours=hours,
        patients=patients,
        together=together,
        faults=faults,
        seconds=seconds,
        drain_s=drain,
        out=out,
        seed=seed,
    )
    run(options, stopped=stop_asked())


def stop_asked() -> Callable[[], bool]:
    """Return what tells whether SIGINT or SIGTERM came: a run then ends with its summary."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    return asked.is_set


def register(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command(
        short_help="Let simulated patients live in a ward.",
        epilog="Example: homeward simulate --stack ward/stack.json --patients 50",
    )(simulate)
    app.command(
        short_help="Replay real recordings into a ward.",
        epilog="Example: homeward replay --stack ward/stack.json --dataset mimic-iv-demo",
    )(replay)
