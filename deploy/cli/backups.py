"""``homeward backup`` and ``homeward restore``: the embedded stack's database, to any moment."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer


def backup(
    stack: Annotated[
        Path, typer.Option(help="stack.json of a running stack that keeps backups.")
    ] = Path(".homeward/ward/stack.json"),
) -> None:
    """Copy the running database now, into the folder that `homeward up --backups` names.

    A ward that keeps backups takes one by itself each day; the log since then is kept as it comes.
    Keep the folder of secrets as well, and elsewhere: without it names cannot be opened.
    """
    from deploy.settings import StackSettings
    from deploy.stack.backups import take_now

    taken = take_now(stack, StackSettings(), _say)
    typer.echo(
        f"{taken.folder}: the ward can be brought to any moment from {_text(taken.ended)} on"
    )


def restore(
    *,
    data: Annotated[Path, typer.Option(help="The stack's data folder; it must not run.")] = Path(
        ".homeward/ward"
    ),
    backups: Annotated[Path, typer.Option(help="Folder that `homeward up --backups` named.")],
    to: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"],
            help="Real time (UTC) of the last commit wanted. Left out: everything there is.",
        ),
    ] = None,
) -> None:
    """Bring the stack's database back to how it was at a moment.

    What is there now is put aside beside it, not deleted; what it had not handed to the backups yet
    is saved first. Then start the ward and prove what came back: homeward verify.
    """
    from deploy.settings import StackSettings
    from deploy.stack.plan import StackOptions
    from deploy.stack.restore import restore as bring_back

    options = StackOptions(data=data, backups=backups)
    until = to.replace(tzinfo=UTC) if to else None
    done = bring_back(options, until, StackSettings(), _say)
    newest = _text(done.newest) if done.newest else "that of the backup"
    typer.echo(f"restored in {done.seconds:.1f} s from the backup of {_text(done.base)}")
    typer.echo(f"newest commit: {newest}; segments saved from what was there: {done.kept}")
    if done.aside is not None:
        typer.echo(f"what was there: {done.aside}")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _say(text: str) -> None:
    typer.echo(f"homeward: {text}", err=True)


def register(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command(
        short_help="Copy the running database into its backups.",
        epilog="Example: homeward backup --stack ward/stack.json",
    )(backup)
    app.command(
        short_help="Bring the database back to a moment.",
        epilog="Example: homeward restore --data ward --backups copies --to 2026-10-24T10:42Z",
    )(restore)
