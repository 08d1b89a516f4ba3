"""The ``homeward`` command: thin, and each part is imported only when it is asked for.

Errors that an operator can do something about are one line and an exit code, never a traceback.
"""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

import sys
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli import backups as backups_commands
from deploy.cli import evaluation, export, rotation, simulation, training, verify

app = typer.Typer(
    name="homeward",
    help="Homeward, a virtual ward at home. Not a medical device; not for primary alarming.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def say(text: str) -> None:
    """Tell the operator something, beside whatever is printed as a result."""
    typer.echo(f"homeward: {text}", err=True)


@app.command(
    short_help="Run the whole ward on this machine.",
    epilog="Example: homeward up --data ward --port-base 8000 --simulate 20",
)
def up(
    *,
    data: Annotated[Path, typer.Option(help="Folder that keeps everything.")] = Path(
        ".homeward/ward"
    ),
    port_base: Annotated[
        int | None, typer.Option(min=1024, max=65_000, help="First of a fixed row of ports.")
    ] = None,
    simulate: Annotated[int, typer.Option(min=0, help="Simulated patients to run with.")] = 0,
    hl7_port: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Loopback port that takes HL7 v2 messages (MLLP)."),
    ] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Keep images too (fetches Orthanc once).")
    ] = False,
    backups: Annotated[
        Path | None,
        typer.Option(help="Folder to keep backups in (HOMEWARD_BACKUPS): see homeward restore."),
    ] = None,
    clock_start: Annotated[
        str | None, typer.Option(help="Ward time to start at, RFC 3339 (simulation only).")
    ] = None,
    clock_rate: Annotated[
        float | None, typer.Option(help="Ward seconds per real second (simulation only).")
    ] = None,
) -> None:
    """Run the whole ward on this machine, until Ctrl-C; a second start finds the same data."""
    from deploy.settings import StackSettings
    from deploy.stack.plan import StackOptions
    from deploy.stack.up import run_with_patients

    options = StackOptions(
        data=data,
        port_base=port_base,
        clock_start=clock_start,
        clock_rate=clock_rate,
        simulate=simulate,
        hl7_port=hl7_port,
        archive=archive,
        backups=backups,
    )
    run_with_patients(options, StackSettings(), say)


@app.command(
    short_help="Run a gateway.",
    epilog="Example: HOMEWARD_DATABASE_URL=postgresql://... homeward gateway",
)
def gateway() -> None:
    """Run a gateway: verify, store and score what the devices send."""
    from gateway.__main__ import run

    raise typer.Exit(run())


@app.command(
    short_help="Run the API with its pages.",
    epilog="Example: HOMEWARD_API_PORT=8000 homeward api",
)
def api() -> None:
    """Run the API with its pages, the alert engine and the re-planner."""
    from api.__main__ import run

    run()


@app.command(
    "hl7",
    short_help="Take HL7 v2 messages in, and send results out.",
    epilog="Example: HOMEWARD_HL7_PORT=2575 HOMEWARD_HL7_KEY_FILE=hl7.keys homeward hl7",
)
def hl7_program() -> None:
    """Take ADT messages of hospital systems (MLLP) and send results (ORU^R01) to them."""
    from api.hl7.__main__ import run

    run()


@app.command(
    short_help="Bring the database's schema up to date.",
    epilog="Example: HOMEWARD_DATABASE_URL=postgresql://owner:...@db/homeward homeward migrate",
)
def migrate(
    with_roles: Annotated[
        Path | None,
        typer.Option(help="Folder of <login>.password files: make database and roles too."),
    ] = None,
) -> None:
    """Bring the database's schema up to date; a repeat changes nothing."""
    from deploy.database.bootstrap import migrate_with_roles, read_passwords
    from deploy.settings import required_database_url
    from gateway.migrations import current, upgrade

    url = required_database_url()
    if with_roles is not None:
        url = migrate_with_roles(url, read_passwords(with_roles))
    else:
        upgrade(url)
    typer.echo(f"the schema is at {current(url)}")


@app.command(
    "make-roles",
    short_help="Make the roles and an empty database.",
    epilog="Example: homeward make-roles --secrets deployment/secrets",
)
def roles(
    secrets: Annotated[Path, typer.Option(help="Folder of <login>.password files.")],
) -> None:
    """Make the roles and an empty database named by HOMEWARD_DATABASE_URL, as to restore into."""
    from deploy.database.bootstrap import make_empty, read_passwords
    from deploy.settings import required_database_url

    make_empty(required_database_url(), read_passwords(secrets))
    typer.echo("roles and database are there")


@app.command(
    short_help="Make the secrets for docker-compose.yml.",
    epilog="Example: homeward provision deployment --broker-host broker.example.org",
)
def provision(
    folder: Annotated[Path, typer.Argument(help="Folder to make or complete.")],
    broker_host: Annotated[
        list[str], typer.Option(help="Name of the broker as devices reach it; repeatable.")
    ],
) -> None:
    """Make the secrets and the broker's files for docker-compose.yml; keeps what is there."""
    from deploy.stack.provision import provision_now

    provision_now(folder, broker_host)
    typer.echo(f"{folder} is ready; keep {folder}/secrets safe and backed up")


@app.command(
    "create-admin",
    short_help="Make an administrator, or take an account over for one.",
    epilog="Example: homeward create-admin --username ada < password.txt",
)
def create_admin(
    username: Annotated[str, typer.Option(help="Name to sign in with.")],
    *,
    promote: Annotated[
        bool, typer.Option("--promote", help="Take over an account that exists; its sessions end.")
    ] = False,
) -> None:
    """Make an administrator; the password is HOMEWARD_ADMIN_PASSWORD or standard input."""
    from api.admin import create_admin as create
    from deploy.settings import StackSettings, required_database_url

    secret = StackSettings().admin_password
    password = secret.get_secret_value() if secret else sys.stdin.readline().rstrip("\n")
    create(required_database_url(), username, password, promote=promote)
    typer.echo(f"{username} may sign in")


backups_commands.register(app)
evaluation.register(app)
export.register(app)
simulation.register(app)
rotation.register(app)
training.register(app)
verify.register(app)


def main() -> None:
    """Run the command line; the program's entry."""
    from deploy.cli.operator_errors import explain

    try:
        app()
    except Exception as failure:
        reason = explain(failure)
        if reason is None:
            raise
        say(reason)
        sys.exit(1)
