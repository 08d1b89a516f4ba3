"""Benchmark of a question to the past: other settings over a month of a hundred noisy patients.

Measured from the request to the result, as a coordinator waits for it: reading, handing out, both
replays and what differs. Everybody gives four vital signs a minute and a pressure every four hours,
noisy about what is usual for them, with a bad hour every other day.
"""

import secrets as randomness
import time

import httpx2
import psycopg

from api.admin import create_admin
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import WardPlan
from deploy.bench.whole import api

WITHIN_S = 60.0
ASK_EVERY_S, GIVE_UP_S = 0.2, 1_800.0
CHANGED = {"limits.hr.high": 115.0, "limits.spo2.low": 90.0}
_STAYS = """
INSERT INTO encounter (patient_no, period_start)
SELECT no, now() - %(days)s * interval '1 day' - interval '1 day' FROM patient
    ON CONFLICT DO NOTHING
"""
_READINGS = """
INSERT INTO observation (time, received, device_time, frame_id, patient_no, device_no, metric,
                         quality, value)
SELECT at, at, at, 0, p.no, d.no, m.metric, 0,
       CASE m.metric
         WHEN 4 THEN round((36.7 + 0.2 * noise)::numeric, 1)
         WHEN 2 THEN least(100, round(96.5 + 1.2 * noise - 6 * ill))
         WHEN 1 THEN round(64 + p.no %% 20 + 5 * noise + 40 * ill)
         WHEN 3 THEN round(15 + 1.5 * noise + 6 * ill)
         ELSE round(m.usual + 7 * noise) END
  FROM patient p JOIN device d ON d.patient_no = p.no,
       generate_series(0, %(days)s * 1440 - 1) n,
       (VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 126), (6, 76)) m(metric, usual),
       LATERAL (SELECT now() - (%(days)s * 1440 - n) * interval '1 minute' AS at,
                       random() + random() + random() + random() - 2.0
                         + 0 * m.metric AS raw,
                       ((n + p.no * 97) %% 2880 < 60)::int AS ill) drawn,
       LATERAL (SELECT raw * 1.7 AS noise) scaled
 WHERE m.metric < 5 OR n %% 240 = 0
"""
"""A sum of four uniform numbers, scaled to a spread of one, stands for noise."""


def asked(address: str, password: str, days: int) -> tuple[float, dict[str, object]]:
    """Ask what the changed limits would have called; return seconds, and the answer."""
    with httpx2.Client(base_url=address, timeout=60) as http:
        form = {"username": "bench", "password": password}
        token = http.post("/auth/login", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        since = time.time() - days * 86_400  # noqa: TID251 - a benchmark is an edge
        body = {
            "from": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since)),
            "settings": CHANGED,
        }
        began = time.monotonic()
        made = http.post("/alerts/what-if", json=body).raise_for_status().json()
        while time.monotonic() - began < GIVE_UP_S:
            told = http.get(f"/alerts/what-if/{made['id']}").raise_for_status().json()
            if told["state"] != "running":
                return time.monotonic() - began, told
            time.sleep(ASK_EVERY_S)
    raise TimeoutError(f"no answer within {GIVE_UP_S:.0f} s")


def past_under_other_limits(run: BenchRun) -> list[BenchFigure]:
    """Replay everybody's readings of so many days under two limits that are changed."""
    patients, days = run.size.replayed
    with run.ward(WardPlan(devices=patients, seed=31)) as ward, api(run, ward) as (_, address):
        password = randomness.token_hex(16)
        create_admin(run.server.url(ward.database), "bench", password)
        with psycopg.connect(run.server.url(ward.database), autocommit=True) as connection:
            connection.execute(_STAYS, {"days": days})
            rows = connection.execute(_READINGS, {"days": days}).rowcount
            connection.execute("ANALYZE observation")
        seconds, told = asked(address, password, days)
    result = told["result"]
    if not isinstance(result, dict):
        raise TypeError(f"the replay is {told['state']}")
    note = f"{rows:,} readings; {result['now']['alerts']} alerts now, {result['counts']} differ"
    name = f"what-if, {days} days of {patients} patients by the minute"
    each = seconds / (patients * days) * 1000
    return [
        at_most(name, seconds, "s", WITHIN_S, note),
        plain("what-if, a patient-day", each, "ms", "of the same"),
    ]
