"""``homeward simulate`` and ``homeward replay``: the command line of ``device_sim``.

What the two share, the ward they send to and how a run goes, is one object: ``sharing`` puts its
fields among a command's options and hands it over as the first argument.
"""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

import inspect
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The options of both commands, each by its field's name."""

    stack: Annotated[Path | None, typer.Option(help="stack.json of an embedded stack.")] = None
    api: Annotated[
        str | None, typer.Option(help="Address of a ward's API, in place of --stack.")
    ] = None
    username: Annotated[str | None, typer.Option(help="A coordinator's name there.")] = None
    password: Annotated[
        str | None, typer.Option(envvar="HOMEWARD_PASSWORD", help="Their password.")
    ] = None
    faults: Annotated[
        float, typer.Option(min=0, max=1, help="Share of devices with faults and offline spells.")
    ] = 0.0
    seconds: Annotated[
        float | None, typer.Option(min=0, help="Real seconds to run; without it until stopped.")
    ] = None
    drain: Annotated[float, typer.Option(min=0, help="Real seconds to wait for the last acks.")] = (
        20.0
    )
    out: Annotated[
        Path | None, typer.Option(help="Folder for the ledger and the ground truth.")
    ] = None
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1

    def arguments(self) -> dict[str, Any]:
        """Return what ``RunOptions`` of ``device_sim`` is made of."""
        from device_sim.options import Target

        given = asdict(self)
        where = {name: given.pop(name) for name in ("stack", "api", "username", "password")}
        return {"target": Target(**where), "drain_s": given.pop("drain"), **given}


def sharing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command of ``(shared, *, its own options)`` the shared options beside its own."""
    own = list(inspect.signature(command).parameters.values())[1:]
    hints = get_type_hints(Shared, include_extras=True)
    common = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=one.default,
            annotation=hints[one.name],
        )
        for one in fields(Shared)
    ]

    def run(**given: Any) -> None:  # noqa: ANN401 - whatever the command line says
        shared = Shared(**{one.name: given.pop(one.name) for one in common})
        command(shared, **given)

    run.__doc__ = command.__doc__
    vars(run)["__signature__"] = inspect.Signature([*common, *own])
    run.__annotations__ = {one.name: one.annotation for one in [*common, *own]}
    return run


@sharing
def simulate(
    shared: Shared,
    *,
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
    script: Annotated[
        Path | None,
        typer.Option(
            help='In place of chance, a file of lines {"patient": 0, "kind": "sepsis", "at": ...}.'
        ),
    ] = None,
    capacity: Annotated[
        bool,
        typer.Option(
            "--capacity", help="No ward: compare ways of sharing out staff's time (120 patients)."
        ),
    ] = False,
    days: Annotated[int, typer.Option(min=2, help="With --capacity: simulated days.")] = 20,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --capacity: one JSON line.")
    ] = False,
) -> None:
    """Let simulated patients live in a ward, some of whom deteriorate; ground truth is written."""
    if capacity:
        from deploy.cli.capacity import run as live

        live(patients=max(120, patients), days=days, seed=shared.seed, as_json=as_json)
        return
    from device_sim.__main__ import simulate as run
    from device_sim.options import SimulateOptions

    options = SimulateOptions(
        **shared.arguments(),
        patients=patients,
        rate=rate,
        interval_s=interval,
        events=events,
        first_onset_s=first_onset,
        spread_s=spread,
        script=script,
    )
    run(options, stopped=stop_asked())


@sharing
def replay(
    shared: Shared,
    *,
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
) -> None:
    """Replay real recordings onto a ward's clock, sent as real devices send."""
    from device_sim.__main__ import replay as run
    from device_sim.options import ReplayOptions

    options = ReplayOptions(
        **shared.arguments(),
        dataset=dataset,
        csv=csv,
        hours=hours,
        patients=patients,
        together=together,
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
        "simulate",
        short_help="Let simulated patients live in a ward.",
        epilog="Example: homeward simulate --stack ward/stack.json --patients 50",
    )(simulate)
    app.command(
        "replay",
        short_help="Replay real recordings into a ward.",
        epilog="Example: homeward replay --stack ward/stack.json --dataset mimic-iv-demo",
    )(replay)
