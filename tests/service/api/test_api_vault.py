"""Rotating the master key under a running API, and the list of revoked certificates on disk."""

from base64 import b64decode

import psycopg
import pytest
from cryptography import x509

from api.bootstrap import create_admin, rotate_master
from api.vault import KEY_BYTES, read_ring
from tests.service.api.conftest import PASSWORD, Ward
from tests.support.databases import Database


def test_a_rotation_leaves_everything_readable_and_the_old_key_useless(staffed: Ward) -> None:
    first = staffed.take_in(name="First", external_id="E-1")
    secret = staffed.post("doctor", "/me/totp").json()["secret"]
    ring = staffed.settings.master_key_file
    assert rotate_master(staffed.database.api, ring) == 2
    assert len(read_ring(ring)) == 2
    assert staffed.sql("SELECT DISTINCT master_version FROM patient_key") == [(2,)]
    assert staffed.sql("SELECT DISTINCT master_version FROM vault_key") == [(2,)]
    assert staffed.get("coordinator", f"/patients/{first}").json()["name"] == "First"
    second = staffed.take_in(name="Second")
    rotate_master(staffed.database.api, ring, retire_old=True)
    assert read_ring(ring)[0] == bytes(KEY_BYTES)
    for patient, name in ((first, "First"), (second, "Second")):
        assert staffed.get("coordinator", f"/patients/{patient}").json()["name"] == name
    found = staffed.get("coordinator", "/patients", params={"external_id": "E-1"}).json()
    assert [one["id"] for one in found["items"]] == [first]
    wrong = staffed.post("doctor", "/me/totp/verify", {"otp": "000000"})
    assert wrong.status_code in {200, 422}, "the second factor's secret still opens"
    assert b64decode(secret + "=" * (-len(secret) % 4))
    assert staffed.get("admin", "/audit").json()["verification"]["ok"]


def test_the_first_administrator_is_made_once_and_can_be_made_again(database: Database) -> None:
    made = create_admin(database.owner, "Root", PASSWORD)
    assert create_admin(database.api, "root", PASSWORD + "!") == made
    for name, password in (("", PASSWORD), ("x y", PASSWORD), ("root", "short")):
        with pytest.raises(ValueError, match=r"user name|password"):
            create_admin(database.owner, name, password)
    with psycopg.connect(database.superuser) as connection:
        rows = connection.execute("SELECT actor, action FROM audit ORDER BY id").fetchall()
    assert rows == [("create-admin", "admin.create")] * 2


def test_an_empty_list_of_revoked_certificates_is_signed_too(ward: Ward) -> None:
    listed = x509.load_pem_x509_crl(ward.get("admin", "/devices/revoked.pem").content)
    assert list(listed) == []
