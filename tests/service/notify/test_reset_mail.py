"""A new password by e-mail: a link that works once, and an answer that tells nothing."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from api.auth.sessions import hash_password
from tests.support.reaching import add_channel, reaching, settings_of, until
from tests.support.receivers import Mailbox
from tests.support.ward import Ward, story

OLD, NEW = "correct horse battery", "seven quiet green bicycles"


def known(ward: Ward, name: str, *, age: timedelta = timedelta(days=2)) -> None:
    """Give the newest account a name and a password, and its address some age."""
    hashed = asyncio.run(hash_password(OLD))
    ward.sql.execute(
        "UPDATE app_user SET username = %s, password_hash = %s WHERE id = "
        "(SELECT id FROM app_user ORDER BY created_at DESC LIMIT 1)",
        (name, hashed),
    )
    ward.sql.execute("UPDATE notice_channel SET created_at = %s", (datetime.now(UTC) - age,))


async def ask(client: httpx2.AsyncClient, name: str) -> httpx2.Response:
    return await client.post("/api/v1/auth/forgotten", json={"username": name})


async def log_in(client: httpx2.AsyncClient, name: str, password: str) -> int:
    form = {"username": name, "password": password}
    return (await client.post("/api/v1/auth/login", data=form)).status_code


def token_in(mailbox: Mailbox) -> str:
    text = re.sub(r"=\n", "", mailbox.got[-1].as_string()).replace("=3D", "=")
    found = re.search(r"https://ward\.example\.org/join#([\w-]+)", text)
    assert found, text
    return found[1]


def test_a_link_sets_a_new_password_once(ward: Ward, mailbox: Mailbox, tmp_path: Path) -> None:
    doctor = ward.doctor()
    settings = settings_of(tmp_path, mail=mailbox)

    async def main() -> None:
        async with reaching(ward, settings, sends=False) as client:
            await add_channel(client, doctor, "email", "ada@example.org")
            await asyncio.to_thread(known, ward, "ada")
            for _ in range(2):
                answer = await ask(client, " Ada ")
                assert answer.status_code == 202, answer.text
            await until(lambda: len(mailbox.got) == 2)
            assert mailbox.got[-1]["To"] == "ada@example.org"
            link = {"token": token_in(mailbox)}
            looked = await client.post("/api/v1/auth/invitations/look", json=link)
            assert (looked.json()["purpose"], looked.json()["username"]) == ("reset", "ada")
            accepted = await client.post(
                "/api/v1/auth/invitations/accept", json={**link, "password": NEW}
            )
            assert accepted.status_code == 201, accepted.text
            assert await log_in(client, "ada", OLD) == 401
            assert await log_in(client, "ada", NEW) == 200
            again = await client.post("/api/v1/auth/invitations/look", json=link)
            assert again.status_code == 404, "a link works once"
            me = await client.get("/api/v1/me", headers=doctor.headers)
            assert me.status_code == 401, "sessions of before have ended"

    story(main())
    open_links = ward.one(
        "SELECT count(*) AS n FROM invitation WHERE used_at IS NULL AND withdrawn_at IS NULL"
    )
    assert open_links["n"] == 0, "the link of the other mail has ended with it"
    assert ward.one("SELECT count(*) AS n FROM audit WHERE action = 'password.forgotten'")["n"] == 2


def test_the_answer_does_not_tell_who_has_an_account(
    ward: Ward, mailbox: Mailbox, tmp_path: Path
) -> None:
    doctor, nurse = ward.doctor(), ward.doctor(kind="nurse")
    settings = settings_of(tmp_path, mail=mailbox)

    async def main() -> None:
        async with reaching(ward, settings, sends=False) as client:
            await add_channel(client, doctor, "email", "ada@example.org")
            await asyncio.to_thread(known, ward, "mary")  # the nurse, who has no address
            ward.sql.execute(
                "UPDATE app_user SET username = 'ada' WHERE id = %s", (doctor.user_id,)
            )
            told = {name: await ask(client, name) for name in ("ada", "mary", "nobody-there")}
            await until(lambda: len(mailbox.got) == 1)
            assert {(one.status_code, one.text) for one in told.values()} == {
                (202, '{"minutes":30}')
            }
            for _ in range(2):
                assert (await ask(client, "nobody-there")).status_code == 202
            over = await ask(client, "nobody-there")
            assert over.status_code == 429
            assert int(over.headers["Retry-After"]) > 0
            assert (await ask(client, "ada")).status_code == 202, "others are not locked out"
            ward.sql.execute("UPDATE app_user SET state = 'disabled' WHERE username = 'ada'")
            before = len(mailbox.got)
            assert (await ask(client, "ada")).status_code == 202
            assert len(mailbox.got) == before
        assert nurse.token

    story(main())


@pytest.mark.parametrize("age_h", [1, 30])
def test_an_address_of_today_gets_no_link(
    ward: Ward, mailbox: Mailbox, tmp_path: Path, age_h: int
) -> None:
    """Whoever finds an open session could else have the link sent to themselves."""
    doctor = ward.doctor()

    async def main() -> None:
        async with reaching(ward, settings_of(tmp_path, mail=mailbox), sends=False) as client:
            await add_channel(client, doctor, "email", "ada@example.org")
            await asyncio.to_thread(known, ward, "ada", age=timedelta(hours=age_h))
            assert (await ask(client, "ada")).status_code == 202

    story(main())
    assert len(mailbox.got) == (1 if age_h == 30 else 0)


def test_where_no_mail_is_sent_it_says_so(ward: Ward, tmp_path: Path) -> None:
    async def main() -> None:
        async with reaching(ward, settings_of(tmp_path), sends=False) as client:
            answer = await ask(client, "ada")
            assert answer.status_code == 409
            page = await client.get("/login")
            assert "Forgotten your password?" not in page.text

    story(main())
