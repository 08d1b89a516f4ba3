"""The master key of 10,000 patients is changed while the API serves: how long, and nobody waits."""

import time
from itertools import cycle
from threading import Event, Thread
from uuid import uuid4

import psycopg
import pytest

from api.admin import rotate_master
from api.vault.envelope import Vault
from api.vault.personal_data import new_patient_key
from tests.service.api.conftest import Ward

PATIENTS = 10_000


def many(ward: Ward) -> None:
    """Write patients with keys of their own, as the API would."""
    vault = Vault(ward.settings.master_key_file)
    with psycopg.connect(ward.database.superuser) as conn, conn.cursor() as cursor:
        made = [(uuid4(), at % 256) for at in range(PATIENTS)]
        with cursor.copy("COPY patient (id, bucket, sealed, sex, created_at) FROM STDIN") as rows:
            for patient, bucket in made:
                rows.write_row((patient, bucket, b"", "unknown", "2026-01-01T00:00:00Z"))
        numbers = dict(cursor.execute("SELECT id, no FROM patient").fetchall())
        with cursor.copy(
            "COPY patient_key (patient_no, master_version, wrapped) FROM STDIN"
        ) as rows:
            for patient, _ in made:
                wrapped = new_patient_key(vault, patient)[1]
                rows.write_row((numbers[patient], wrapped.version, wrapped.data))


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_ten_thousand_keys_are_wrapped_anew_while_the_api_serves(staffed: Ward) -> None:
    known = [staffed.take_in(name=f"Patient {at}") for at in range(5)]
    many(staffed)
    answers: list[tuple[int, float]] = []
    over = Event()

    def reads() -> None:
        for patient in cycle(known):
            if over.is_set():
                return
            began = time.perf_counter()
            answer = staffed.get("coordinator", f"/patients/{patient}")
            answers.append((answer.status_code, time.perf_counter() - began))

    reader = Thread(target=reads)
    reader.start()
    began = time.perf_counter()
    wrapped = rotate_master(staffed.database.api, staffed.settings.master_key_file)
    took = time.perf_counter() - began
    over.set()
    reader.join(30)
    assert wrapped == PATIENTS + len(known)
    assert {status for status, _ in answers} == {200}
    slowest = max(seconds for _, seconds in answers)
    print(f"rotated {wrapped} keys in {took:.1f} s; {len(answers)} reads, slowest {slowest:.2f} s")  # noqa: T201
    assert staffed.sql("SELECT count(*) FROM patient_key WHERE master_version = 1") == [(0,)]
