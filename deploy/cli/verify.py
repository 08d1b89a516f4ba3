"""``homeward verify``: what is proved of the record, what is not, and the command that does it."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from api.evidence.removals import Removals


def verify(
    *,
    stack: Annotated[
        Path | None,
        typer.Option(help="stack.json of an embedded stack, in place of HOMEWARD_DATABASE_URL."),
    ] = None,
    patient: Annotated[UUID | None, typer.Option(help="One patient only, by id.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", help="Received from then on (UTC).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", help="Received before then (UTC).")
    ] = None,
    too_old_days: Annotated[
        float,
        typer.Option(
            envvar="HOMEWARD_TOO_OLD_DAYS",
            help="Age from which the gateway refuses a reading; the least that it ever was.",
        ),
    ] = 7.0,
    assessments: Annotated[
        bool,
        typer.Option("--assessments", help="Also compute every assessment again, and compare."),
    ] = False,
    anchors: Annotated[
        Path | None,
        typer.Option(
            envvar="HOMEWARD_AUDIT_ANCHOR_FILE",
            help="Heads of the audit record noted outside the database.",
        ),
    ] = None,
    anchor_key: Annotated[
        Path | None,
        typer.Option(help="Public key (anchor.pub) under which the daily heads must be signed."),
    ] = None,
) -> None:
    """Prove what is stored: every signature and key, every reading, the audit log's chain.

    It may run beside a ward at work: all is read as it was at one moment. Every fault is a line
    that names the frame, row, key, entry or device; then come the sums and the audit record. Exit
    code 0: all holds; 1: something does not; 2: it could not look.

    Proved of each frame: its signature holds, its key was the device's and valid when it came, the
    row says what was signed, no number is stored twice, what was refused of it had to be. Proved of
    each reading: its frame, or the named person's entry, gives exactly this one, and none that they
    give is missing. Without --from and --to also: as many frames of each boot are stored as the
    gateway counted (it keeps the counts of a boot for 30 days after its last frame).

    With --assessments each patient's assessments (NEWS2, risk) are computed again from the signed
    frames, under the plan, settings and model in force then, and compared; this takes as long as
    the frames took to be judged.

    Not proved: assessments without that option, alerts and the panel, which are derived; what
    people entered is not signed, only held against the entry under their name; the time of arrival
    and the clock's offset are the gateway's own word. Who may rewrite the database and its counts
    alike can take away whole frames, or an entry with its readings, or change both: hold it against
    a backup. The audit record's owner can chain it anew: with --anchors that is found, and with
    --anchor-key also where somebody wrote lines of their own into that file.

    Of what was removed by its age: the newest run's cut-off of each kind is held against what is
    stored, and every proof must tell that all went that was over its period.
    """
    from api.admin import check_removals, verify_audit
    from deploy.settings import required_database_url
    from deploy.stack.data_folder import database_of
    from gateway.store.evidence import Range
    from gateway.verify.walk import run

    url = required_database_url() if stack is None else database_of(stack)
    span = Range(str(patient) if patient else None, _utc(since), _utc(until))
    code = run(url, span, too_old_days=too_old_days)
    if assessments and code <= 1:
        from gateway.verify.assessments import run as compute_again

        code = max(code, compute_again(url, span))
    if code > 1:
        raise typer.Exit(code)
    audit = verify_audit(url, anchors, anchor_key)
    broken = "unbroken" if audit.first_broken is None else f"broken at row {audit.first_broken}"
    typer.echo(f"audit record: {audit.rows} rows, {broken}, head {audit.head or 'none'}")
    if audit.begins_after:
        typer.echo(f"audit record: rows up to {audit.begins_after} went by their age")
    if anchors is not None:
        wrong = audit.first_unanchored
        held = "it agrees with all" if wrong is None else f"row {wrong} {audit.unanchored_because}"
        signed = f"{audit.anchors} in {anchors}, {audit.signed} of them signed"
        typer.echo(f"audit anchors: {signed}: {held}")
    removed = check_removals(url)
    for line in _removal_lines(removed):
        typer.echo(line)
    if code or not audit.ok or not removed.ok:
        raise typer.Exit(code or 1)


def _removal_lines(removed: "Removals") -> Iterator[str]:
    """What was removed by its age, kind by kind, and what is over its period all the same."""
    if removed.at is None:
        yield "retention: no run yet"
        return
    yield f"retention: newest run {removed.at.isoformat(timespec='minutes')}"
    for one in removed.kinds:
        until = one.cut_off.date().isoformat()
        yield f"retention: {one.kind}: {one.removed} removed, {one.over} left from before {until}"
    for row in removed.unproved:
        yield f"retention: audit row {row} tells of less removed than was over its period"


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        short_help="Prove what is stored.",
        epilog="Example: homeward verify --stack ward/stack.json --from 2026-01-01",
    )(verify)
