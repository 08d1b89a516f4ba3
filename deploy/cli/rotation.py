"""``homeward rotate-gateway-key`` and ``homeward rotate-master``: keys change, nothing stops."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer


def rotate_gateway_key(
    key_file: Annotated[Path, typer.Option(help="The gateway's HOMEWARD_GATEWAY_SIGN_KEY_FILE.")],
    retire_after_days: Annotated[
        float, typer.Option(min=0, help="Retire the old key then, whoever has not answered.")
    ] = 30.0,
) -> None:
    """Begin a rotation of the gateway's signing key, or go on with it; run until it is done."""
    from deploy.secrets.gateway_key_rotation import rotate_gateway_key as rotate
    from deploy.settings import ClockSettings, required_database_url

    now = ClockSettings().clock().at(time.time())  # noqa: TID251 - the edge of a command
    days = timedelta(days=retire_after_days)
    found = rotate(required_database_url(), key_file, now, days)
    typer.echo(f"devices that trust the new key: {found.trusting} of {found.devices}")
    typer.echo("the old key is retired" if found.retired else "the old key signs: run this again")


def rotate_master(
    key_file: Annotated[Path, typer.Option(help="The API's HOMEWARD_MASTER_KEY_FILE.")],
    *,
    retire_old: Annotated[
        bool, typer.Option("--retire-old", help="Overwrite all but the last two versions.")
    ] = False,
) -> None:
    """Add a version of the master key, and wrap every data key with it while the API runs."""
    from api.admin import rotate_master as rotate
    from deploy.settings import required_database_url

    wrapped = rotate(required_database_url(), key_file, retire_old=retire_old)
    typer.echo(f"keys wrapped anew: {wrapped}")


def register(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command(
        "rotate-gateway-key",
        short_help="Rotate the gateway's signing key.",
        epilog="Example: homeward rotate-gateway-key --key-file secrets/gateway-sign.key",
    )(rotate_gateway_key)
    app.command(
        "rotate-master",
        short_help="Rotate the master key.",
        epilog="Example: homeward rotate-master --key-file secrets/master.key",
    )(rotate_master)
