"""``homeward evaluate``: recordings replayed through what runs live, and what patients meet."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Self

import typer


def evaluate(
    dataset: Annotated[
        str, typer.Argument(help="tihm, mimic_iv_demo, challenge2012, diabetes or cgm.")
    ],
    data: Annotated[Path, typer.Option(help="Folder of the recordings.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="JSON lines in place of a table.")] = False,
    profile: Annotated[
        str | None,
        typer.Option(help="The ward's profile of limits; else the recording's usual one."),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(help='JSON of what the ward has set: {"profile"?, "settings": {..}}.'),
    ] = None,
    fit: Annotated[
        Path | None, typer.Option(help="Folder of other people: learn on it, judge --data.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="HTML file to write, with plots; it needs no network.")
    ] = None,
) -> None:
    """Replay recordings through what runs live; tell what patients meet, beside the plain rule.

    Lines of the path "live" come from admission's checks, lane, alerts and escalation with the
    shipped settings; those of the path "study" from models that nothing runs.
    """
    from analytics.evaluation.by_dataset import EvaluationOptions, figures, lines, values_of
    from analytics.evaluation.report import page

    named, values = values_of(settings, profile)
    with _Bars() as told:
        asked = EvaluationOptions(folder=data, fit=fit, profile=named, values=values, progress=told)
        found = list(figures(dataset, asked))
    for line in lines(iter(found), as_json=json):
        typer.echo(line)
    if report is not None:
        report.write_text(page(dataset, found, asked), encoding="utf-8")
        typer.echo(f"homeward: the report is {report}", err=True)


class _Bars:
    """One bar after the other on a terminal's standard error, and nothing anywhere else."""

    def __init__(self) -> None:
        self._stack, self._what, self._done = ExitStack(), "", 0
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how much is done of a piece of work."""
        if not sys.stderr.isatty():
            return
        if what != self._what:
            self._stack.close()
            bar = typer.progressbar(length=total, label=what, file=sys.stderr)
            self._bar, self._what, self._done = self._stack.enter_context(bar), what, 0
        self._bar.update(done - self._done)
        self._done = done


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        short_help="Tell what patients meet, on recordings.",
        epilog="Example: homeward evaluate tihm --data recordings --report tihm.html",
    )(evaluate)
