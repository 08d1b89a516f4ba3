"""The report of an evaluation: one HTML file with its plots inside, which asks no network."""

from collections.abc import Sequence
from html import escape
from math import isnan

from analytics.evaluation.asked import EvaluationOptions
from analytics.evaluation.figures import LIVE, Figure
from analytics.evaluation.plots import Bar, Interval, bars, calibration, intervals

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;color:#1a1d21}
body{margin:2rem auto;max-width:68rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #d8dce1}
td.n{text-align:right;font-variant-numeric:tabular-nums}
p.note{color:#50565e}svg{max-width:100%;height:auto}
"""
_NOTE = (
    "Not a medical device, and not for primary alarming. Lines are 95 % intervals over draws of "
    "persons; the hollow mark is the plain rule."
)
_UNITS = frozenset({"auroc", "auprc", "brier", "f1", "sensitivity", "ppv", "ece", "slope"})


def page(dataset: str, found: Sequence[Figure], asked: EvaluationOptions) -> str:
    """Return the report.

    Args:
        dataset: the recordings' layout.
        found: the figures.
        asked: what was asked for.
    """
    live = [one for one in found if one.path == LIVE]
    study = [one for one in found if one.path != LIVE]
    parts = [
        f"<h1>What patients meet: {escape(dataset)}</h1>",
        f'<p class="note">{escape(_settings(asked))} {_NOTE}</p>',
        *_section("The live path", live),
        *_section("Studies: nothing runs of these", study),
    ]
    title = f"Homeward: {escape(dataset)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _settings(asked: EvaluationOptions) -> str:
    profile = f"Profile {asked.profile}." if asked.profile else "The recording's usual profile."
    changed = ", ".join(f"{name} = {value}" for name, value in asked.values.items())
    return profile + (f" Set besides: {changed}." if changed else " Shipped settings.")


def _section(title: str, found: Sequence[Figure]) -> list[str]:
    if not found:
        return []
    burden = [one for one in found if one.metric == "alerts_per_patient_day"]
    shares = [one for one in found if _in_units(one)]
    parts = [f"<h2>{escape(title)}</h2>"]
    if shares:
        parts.append(intervals([_interval(one) for one in shares]))
    if burden:
        parts.append("<h3>Alerts for each patient-day</h3>")
        parts.append(bars([Bar(one.task, one.value, one.ci95) for one in burden]))
    for one in found:
        if one.curve:
            parts.append(f"<h3>Calibration: {escape(one.task)}</h3>")
            parts.append(calibration(one.curve))
    parts.append(_table(found))
    return parts


def _in_units(one: Figure) -> bool:
    return any(part in one.metric for part in _UNITS) and not isnan(one.value)


def _interval(one: Figure) -> Interval:
    return Interval(f"{one.metric}: {one.task}", one.value, one.ci95, one.against.value)


def _table(found: Sequence[Figure]) -> str:
    head = (
        "<tr><th>metric</th><th>task</th><th>people</th><th>n</th><th>events</th><th>value</th>"
        "<th>95 %</th><th>against</th><th>difference</th></tr>"
    )
    return f"<table>{head}{''.join(map(_row, found))}</table>"


def _row(one: Figure) -> str:
    low, high = one.ci95
    paired = one.paired
    cells = (
        f"<td>{escape(one.metric)}</td><td>{escape(one.task)}</td>"
        f'<td class="n">{one.people}</td><td class="n">{one.n}</td><td class="n">{one.events}</td>'
        f'<td class="n">{one.value:.3f}</td><td class="n">{low:.3f} to {high:.3f}</td>'
        f"<td>{escape(one.against.name)}: {one.against.value:.3f}</td>"
        f'<td class="n">{paired.difference:+.3f} ({paired.ci95[0]:+.3f} to '
        f"{paired.ci95[1]:+.3f})</td>"
    )
    return f"<tr>{cells}</tr>"
