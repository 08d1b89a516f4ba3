"""Templates of advice, filled from a patient's record as it stands now."""

from collections.abc import Mapping
from datetime import UTC, datetime

from analytics.domain.civil import zone_of
from analytics.domain.vitals import METRIC_BY_NAME, Metric, Quality
from analytics.ward.advice import TEMPLATES, FilledAdvice, NewestReading, filled
from api.http.deps import UnitOfWork
from api.patients import care_plans
from api.store import chart_points
from api.store.types import Row

_GOOD = frozenset(one.name.lower() for one in Quality if one.scored)


async def preview(work: UnitOfWork, row: Row, template: str) -> FilledAdvice:
    """Return a template with the patient's own numbers.

    Args:
        work: acting for who may see the patient.
        row: the record.
        template: a key of :data:`~analytics.ward.advice.TEMPLATES`.
    """
    now = (await chart_points.newest(work.conn, [row["no"]])).get(row["no"]) or {}
    newest = _newest(now.get("latest") or {}, row["time_zone"])
    limits = {
        METRIC_BY_NAME[name]: (one["low"], one["high"])
        for name, one in (await care_plans.limits_in_force(work, row)).items()
    }
    return filled(TEMPLATES[template].text, newest, limits)


def _newest(latest: Mapping[str, Row], zone: str) -> dict[Metric, NewestReading]:
    """Return the newest readings that are good; a doubtful one is no number to advise by."""
    found: dict[Metric, NewestReading] = {}
    for name, one in latest.items():
        metric = METRIC_BY_NAME.get(name)
        if metric is not None and one.get("q") in _GOOD:
            at = datetime.fromtimestamp(int(one["t"]) / 1_000, UTC).astimezone(zone_of(zone))
            when = f"{at.day} {at:%b %H:%M}"
            found[metric] = NewestReading(value=float(one["v"]), when=when)
    return found
