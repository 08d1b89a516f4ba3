"""Consent to monitoring taken back, from the page to the wrist, and what stays of the record."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from deploy.secrets.stack_secrets import Secrets
from tests.support.databases import Database
from tests.support.pipelines import Bench, bench_on
from tests.support.reaching import reaching, settings_of
from tests.support.real_device import WELL, RealDevice
from tests.support.ward import Patient, Person, Ward, ward_in


@pytest.fixture
def house(
    database: Database, tmp_path: Path, stack_secrets: Secrets
) -> Iterator[tuple[Bench, Ward, Person, str]]:
    """A device that measures, and the person who wears it, with an account of their own."""
    folder = tmp_path / "ward"
    folder.mkdir()
    with (
        bench_on(database, tmp_path, size=1) as bench,
        ward_in(database, folder, stack_secrets.folder) as ward,
    ):
        row = ward.one("UPDATE patient SET ward = 'main' RETURNING no, id")
        ward.sql.execute(
            "INSERT INTO encounter (patient_no, period_start) SELECT %s, now() - interval '1 hour'"
            " WHERE NOT EXISTS (SELECT FROM encounter)",
            (row["no"],),
        )
        who = ward.user("patient", patient=Patient(no=row["no"], id=row["id"], ward="main"))
        yield bench, ward, who, str(row["id"])


async def give(client: httpx2.AsyncClient, who: Person, patient: str) -> str:
    body = {"scope": "monitoring", "version": "2026-1"}
    made = await client.post(f"/api/v1/patients/{patient}/consents", json=body, headers=who.headers)
    assert made.status_code == 201, made.text
    consent: str = made.json()["id"]
    return consent


def take_back(ward: Ward, who: Person, patient: str, folder: Path, *, erases: bool) -> None:
    """Give the consent, and take it back, as its owner does."""
    ward.settings = ward.settings.model_copy(update={"withdrawal_erases": erases})

    async def main() -> None:
        async with reaching(ward, settings_of(folder), sends=False) as client:
            consent = await give(client, who, patient)
            path = f"/api/v1/patients/{patient}/consents/{consent}/withdraw"
            for _ in range(2):
                done = await client.post(path, headers=who.headers)
                if erases and _:
                    assert done.status_code == 401, "the account has ended with the person"
                else:
                    assert done.status_code == 204, done.text

    asyncio.run(main())


def test_taken_back_nothing_more_is_taken_and_the_device_says_why(
    house: tuple[Bench, Ward, Person, str], tmp_path: Path
) -> None:
    bench, ward, who, patient = house
    device = RealDevice(bench, bench.fleet[0])
    device.measure(WELL)
    kept = bench.count("observation")
    assert kept == len(WELL)
    take_back(ward, who, patient, tmp_path, erases=False)
    device.at(2)
    device.measure(WELL)
    assert bench.count("observation") == kept, "what was kept stays, and nothing is added"
    assert bench.refusals() == {"not_bound": len(WELL)}
    told = ward.all("SELECT command, state FROM command WHERE command <> 'clock'")
    assert [(one["command"], one["state"]) for one in told] == [("message", "delivered")]
    device.at(4)
    device.measure(WELL)
    assert bench.count("observation") == kept
    assert len(ward.all("SELECT FROM command WHERE command = 'message'")) == 1, "it is said once"
    state = ward.one("SELECT state, erased_at FROM patient")
    assert (state["state"], state["erased_at"]) == ("discharged", None)


def test_where_the_site_says_so_nothing_stays(
    house: tuple[Bench, Ward, Person, str], tmp_path: Path
) -> None:
    bench, ward, who, patient = house
    device = RealDevice(bench, bench.fleet[0])
    device.measure(WELL)
    take_back(ward, who, patient, tmp_path, erases=True)
    device.at(2)
    device.measure(WELL)
    assert bench.count("observation") == bench.count("signed_frame") == 0
    assert bench.count("quarantine") == 0, "not even among what was refused"
    assert set(bench.refusals()) == {"revoked_key"}
    assert ward.one("SELECT state FROM device")["state"] == "revoked"
    assert ward.one("SELECT erased_at IS NOT NULL AS gone FROM patient")["gone"]
