"""Benchmark of FHIR's searches: an hour's pulse, the newest of each code, a page with its scores.

Twenty patients of a ward have four weeks of readings a minute; clients ask one after another, as a
hospital's integration does, each for another patient.
"""

import random
import secrets as randomness
import statistics
import threading
import time
from collections.abc import Sequence

import httpx2
import psycopg

from api.admin import create_admin
from deploy.bench.report import BenchFigure, at_most, plain
from deploy.bench.run import BenchRun
from deploy.bench.ward import WardPlan
from deploy.bench.whole import api

SEARCH_MS = 150.0
"""How long 95 of 100 searches should take at most (proposed)."""
CLIENTS, PATIENTS, READINGS = 4, 20, 40_320
NAME = "bench"
_FILL = """
    INSERT INTO observation (time, received, device_time, frame_id, patient_no, device_no, metric,
                             quality, value)
    SELECT now() - n * interval '1 minute', now() - n * interval '1 minute', NULL, 10000000 + n,
           p.no, NULL, m, 0, 60 + n %% 40
      FROM (SELECT no FROM patient ORDER BY no LIMIT %s) p
     CROSS JOIN generate_series(1, %s) n CROSS JOIN unnest(ARRAY[1, 2, 3]) m
"""
_ASKED = (
    "Observation?patient={0}&code=8867-4&date=ge{1}&_count=60",
    "Observation/$lastn?patient={0}",
    "Observation?patient={0}&_sort=-date&_count=50&_include=Observation:derived-from",
    "Flag?patient={0}&status=active",
)


def fhir_searches(run: BenchRun) -> list[BenchFigure]:
    """Searches a second, and how long they take."""
    with run.ward(WardPlan(devices=200, seed=31)) as ward, api(run, ward) as (_, address):
        ward.warm_up()
        url, password = run.server.url(ward.database), randomness.token_hex(16)
        create_admin(url, NAME, password)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_FILL, (PATIENTS, READINGS))
            connection.execute("ANALYZE")
            asked = "SELECT id::text FROM patient ORDER BY no LIMIT %s"
            patients = [one for (one,) in connection.execute(asked, (PATIENTS,)).fetchall()]
        ward.await_calm()
        token = _token(address, password)
        site = address.removesuffix("/api/v1") + "/fhir/r4/"
        took, seconds = _ask(site, token, patients, run.size.paced_s)
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    note = f"{CLIENTS} clients, {PATIENTS} patients of {READINGS * 3:,} readings, n {len(took)}"
    return [
        plain("FHIR searches", len(took) / seconds, "/s", note),
        at_most("FHIR search p95", cuts[94], "ms", SEARCH_MS, f"median {cuts[49]:.0f} ms"),
    ]


def _token(address: str, password: str) -> str:
    form = {"username": NAME, "password": password}
    answer = httpx2.post(f"{address}/auth/login", data=form, timeout=60).raise_for_status()
    return str(answer.json()["access_token"])


def _ask(
    site: str, token: str, patients: Sequence[str], seconds: float
) -> tuple[list[float], float]:
    """Ask with several clients; return how long each search took (ms), and all of it (s)."""
    took: list[float] = []
    ends = time.monotonic() + seconds
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3_600))  # noqa: TID251

    def ask(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - a load, not a secret
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=site, headers=headers, timeout=60) as http:
            while time.monotonic() < ends:
                place = chance.choice(_ASKED).format(chance.choice(patients), since)
                began = time.perf_counter()
                http.get(place).raise_for_status()
                took.append((time.perf_counter() - began) * 1000)

    began = time.monotonic()
    clients = [threading.Thread(target=ask, args=(seed,)) for seed in range(CLIENTS)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    return took, time.monotonic() - began
