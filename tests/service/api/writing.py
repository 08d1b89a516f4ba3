"""Rows as the gateway would write them, for tests of what the API makes of them."""

# ruff: noqa: ANN401 - bodies, parameters and answers are JSON of any shape

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.domain.vitals import METRIC_BY_NAME
from tests.service.api.conftest import Ward

NOW = datetime.now(UTC).replace(microsecond=0)
ROW = "INSERT INTO observation VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, NULL)"


def iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def store(ward: Ward, patient: str, metric: str, values: list[float], **more: Any) -> None:
    """Write one reading a minute, the first an hour ago, or as ``start`` and ``apart`` say."""
    no = ward.number(patient)
    apart = more.get("apart", timedelta(minutes=1))
    for position, value in enumerate(values):
        time = more.get("start", NOW - timedelta(minutes=60)) + position * apart
        ward.sql(
            ROW,
            time,
            time + timedelta(seconds=1),
            time,
            more.get("frame_id", 100 + position),
            no,
            more.get("device_no"),
            int(METRIC_BY_NAME[metric]),
            value,
        )


def assess(ward: Ward, patient: str, *, low: int, risk: float, age_s: float = 10.0) -> None:
    """Write a patient's newest state as the gateway would."""
    received = datetime.now(UTC) - timedelta(seconds=age_s)
    news2 = {"score": low, "low": low, "high": low, "band": "x", "single_3": False}
    assessment = {
        "time": iso(received),
        "news2": news2,
        "risk": {"probability": risk, "horizon_minutes": 60, "model": "risk-1"},
        "baselines": [],
        "drivers": [],
    }
    latest = {"hr": {"t": int(received.timestamp() * 1000), "v": 70, "q": "ok", "device": "w-1"}}
    ward.sql(
        "INSERT INTO patient_now VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        ward.number(patient),
        received,
        received,
        low,
        low,
        risk,
        json.dumps(assessment),
        json.dumps(latest),
    )
