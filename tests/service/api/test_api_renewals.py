"""Devices are asked to renew their certificates in time, not too often, and nobody else is."""

import asyncio
from datetime import datetime, timedelta

import psycopg
from nacl.signing import SigningKey
from psycopg.rows import dict_row

from api.jobs.certificate_renewal import ask_due
from tests.service.api.conftest import Ward
from tests.service.api.test_api_devices import certificate_request, home, request_for

__all__ = ["home"]
Home = tuple[Ward, str, dict[str, str]]


def ask(ward: Ward, now: datetime) -> int:
    async def go() -> int:
        url = ward.database.api
        async with await psycopg.AsyncConnection.connect(url, row_factory=dict_row) as conn:
            return await ask_due(conn, now)

    return asyncio.run(go())


def test_a_device_is_asked_thirty_days_before_and_again(home: Home) -> None:
    ward, _, made = home
    ((now,),) = ward.sql("SELECT now()")
    key, csr = SigningKey.generate(), certificate_request()
    assert ward.post("", "/enrol", request_for(made["enrolment_token"], key, csr)).is_success
    other = ward.post("coordinator", f"/patients/{home[1]}/devices", {"kind": "scale"}).json()
    plain = request_for(other["enrolment_token"], SigningKey.generate())
    assert ward.post("", "/enrol", plain).is_success
    assert ask(ward, now) == 0
    ward.sql("UPDATE device_certificate SET expires_at = now() + interval '29 days'")
    assert ask(ward, now) == 1
    assert ask(ward, now + timedelta(days=3)) == 0, "its token is still good"
    ward.sql("UPDATE enrolment SET expires_at = now() WHERE used_at IS NULL")
    assert ask(ward, now + timedelta(days=1)) == 0
    assert ask(ward, now + timedelta(days=3)) == 1
    told = ward.sql("SELECT args FROM command ORDER BY issued")
    token = told[-1][0]["token"]
    renewing = request_for(token, SigningKey.generate(), certificate_request("x"))
    renewed = ward.post("", "/enrol", renewing)
    assert renewed.is_success, renewed.text
    assert renewed.json()["mqtt"]["client_certificate_pem"]
    assert ask(ward, now + timedelta(days=20)) == 0
    assert ward.get("admin", "/audit").json()["verification"]["ok"]


def test_the_revoked_and_the_ended_are_left_alone(home: Home) -> None:
    ward, _, made = home
    ((now,),) = ward.sql("SELECT now()")
    asked = request_for(made["enrolment_token"], SigningKey.generate(), certificate_request())
    ward.post("", "/enrol", asked)
    ward.sql("UPDATE device_certificate SET expires_at = now() - interval '1 day'")
    assert ask(ward, now) == 0
    ward.sql("UPDATE device_certificate SET expires_at = now() + interval '1 day'")
    ward.post("coordinator", f"/devices/{made['id']}/revoke")
    assert ask(ward, now) == 0
