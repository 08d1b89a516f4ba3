"""Rotating the master key under a running API, and the list of revoked certificates on disk."""

from base64 import b64decode

import psycopg
import pytest
from cryptography import x509

from api.admin import NameTakenError, create_admin, rotate_master
from api.vault.envelope import KEY_BYTES, read_ring
from tests.service.api.conftest import PASSWORD, Ward
from tests.support.databases import Database


def test_a_rotation_leaves_everything_readable_and_the_old_key_useless(staffed: Ward) -> None:
    first = staffed.take_in(name="First", external_id="E-1")
    secret = staffed.post("doctor", "/me/totp", {"password": PASSWORD}).json()["secret"]
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


def test_an_administrator_is_new_or_taken_over_on_demand_alone(database: Database) -> None:
    made = create_admin(database.owner, "Root", PASSWORD)
    with pytest.raises(NameTakenError, match="--promote"):
        create_admin(database.api, "root", PASSWORD + "!")
    assert create_admin(database.api, "root", PASSWORD + "!", promote=True) == made
    with pytest.raises(NameTakenError, match="no account nobody"):
        create_admin(database.owner, "nobody", PASSWORD, promote=True)
    for name, password in (
        ("", PASSWORD),
        ("x y", PASSWORD),
        ("other", "short"),
        ("other", "password1234"),
    ):
        with pytest.raises(ValueError, match=r"user name|password"):
            create_admin(database.owner, name, password)
    with psycopg.connect(database.superuser) as connection:
        rows = connection.execute("SELECT actor, action FROM audit ORDER BY id").fetchall()
    assert rows == [("create-admin", "admin.create"), ("create-admin", "admin.promote")]


def test_a_stranger_who_registered_the_name_first_keeps_nothing_of_it(ward: Ward) -> None:
    stranger = {"username": "chief", "password": PASSWORD}
    assert ward.post("", "/auth/register", stranger).status_code == 201
    ward.tokens["stranger"] = ward.log_in("chief").json()["access_token"]
    with pytest.raises(NameTakenError):
        create_admin(ward.database.superuser, "chief", PASSWORD + "!")
    assert ward.get("stranger", "/users").status_code == 403
    create_admin(ward.database.superuser, "chief", PASSWORD + "!", promote=True)
    assert ward.get("stranger", "/me").status_code == 401
    assert ward.log_in("chief").status_code == 401
    assert ward.log_in("chief", PASSWORD + "!").status_code == 200


def test_an_empty_list_of_revoked_certificates_is_signed_too(ward: Ward) -> None:
    listed = x509.load_pem_x509_crl(ward.get("admin", "/devices/revoked.pem").content)
    assert list(listed) == []
