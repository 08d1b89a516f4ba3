"""``homeward export``: the record as tables, for studies and warehouses."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from api.vault.envelope import Vault


def export(
    out: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    *,
    kind: Annotated[
        Literal["csv", "parquet"], typer.Option("--format", help="Format of the files.")
    ] = "csv",
    table: Annotated[
        list[str] | None, typer.Option(help="A table; repeatable. Left out: all.")
    ] = None,
    ward: Annotated[str | None, typer.Option(help="One ward alone.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", help="Measured from then on (UTC).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", help="Measured before then (UTC).")
    ] = None,
    names: Annotated[
        bool,
        typer.Option(
            "--names", help="Also a table of who the patients are; HOMEWARD_EXPORT_NAMES allows it."
        ),
    ] = False,
    stack: Annotated[
        Path | None,
        typer.Option(help="stack.json of an embedded stack, in place of HOMEWARD_DATABASE_URL."),
    ] = None,
) -> None:
    """Write the record as tables: patients, stays, devices, limits, readings, scores, alerts, care.

    All is read as it was at one moment, beside a ward at work. People are known by the id of their
    record; names, dates of birth and numbers are a table of their own, written only with --names
    where HOMEWARD_EXPORT_NAMES=true allows it. manifest.json tells the rows and a digest of each
    file. The audit record tells that it was done before the folder is there.
    """
    from api.export.program import ALL, EVER, ExportOptions, run
    from deploy.settings import ClockSettings, required_database_url
    from deploy.stack.data_folder import database_of

    options = ExportOptions(
        out=out,
        format=kind,
        tables=table or (),
        ward=ward,
        since=since.replace(tzinfo=UTC) if since else ALL,
        until=until.replace(tzinfo=UTC) if until else EVER,
        vault=_vault(stack) if names else None,
    )
    url = required_database_url() if stack is None else database_of(stack)
    now = ClockSettings().clock().at(time.time())  # noqa: TID251 - the edge of a command
    counts = asyncio.run(run(url, options, now))
    for name, rows in counts.items():
        typer.echo(f"{name}: {rows} rows")


def _vault(stack: Path | None) -> "Vault":
    from api.vault.envelope import Vault
    from deploy.settings import ExportSettings

    settings = ExportSettings()
    if not settings.export_names:
        raise typer.BadParameter("names leave only where HOMEWARD_EXPORT_NAMES=true allows it")
    key_file = settings.master_key_file
    if key_file is None and stack is not None:
        key_file = stack.parent / "secrets" / "master.key"
    if key_file is None:
        raise typer.BadParameter("names are opened with HOMEWARD_MASTER_KEY_FILE: it is not set")
    return Vault(key_file)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        short_help="Write the record as tables (CSV or Parquet).",
        epilog="Example: homeward export october --format parquet --from 2026-10-01",
    )(export)
