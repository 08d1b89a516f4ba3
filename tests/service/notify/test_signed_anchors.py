"""Each day a signed head of the audit, in a file and at a webhook, finds a chain made anew."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
from nacl.signing import SigningKey

from api.admin import verify_audit
from api.app import create_app
from api.evidence.anchors import Anchor, note_signed, read, signature_fault
from api.jobs.audit_anchoring import sign_head
from tests.service.deploy.test_verify_command import run_verify
from tests.support.audit_chain import RECHAIN
from tests.support.reaching import reaching, settings_of, until
from tests.support.receivers import Receiver
from tests.support.ward import Ward, story

REWRITTEN = """UPDATE audit SET detail = '{"nothing": "to see"}' WHERE id = 1"""


def rows(ward: Ward, n: int) -> None:
    for number in range(n):
        detail = json.dumps({"n": number})
        ward.one("SELECT append_audit(now(), 'a', 'read', NULL, %s) AS id", detail)


def public_of(folder: Path) -> Path:
    return folder / "keys" / "anchor.pub"


def test_a_chain_made_anew_differs_from_what_was_signed_and_told(
    ward: Ward, receiver: Receiver, tmp_path: Path
) -> None:
    admin, file = ward.user("admin"), tmp_path / "anchors.jsonl"
    settings = settings_of(tmp_path, to=receiver)
    key = SigningKey((tmp_path / "keys" / "anchor.key").read_bytes())
    rows(ward, 3)

    async def main() -> None:
        async with reaching(ward, settings) as client:
            for name, of in (("all", {}), ("main", {"ward": "main"})):
                body = {"url": f"{receiver.origin}/{name}", **of}
                made = await client.post("/api/v1/webhooks", json=body, headers=admin.headers)
                assert made.status_code == 201, made.text
            services = create_app(ward.settings).state.services
            await services.pool.open()
            async with ward.engine() as conn:
                await sign_head(services, file, key, conn)
            await services.pool.close()
            await until(lambda: ward.all("SELECT FROM notice WHERE state = 'sent'") != [])

    story(main())
    [came] = receiver.got
    assert came.path == "/all", "a ward's own webhook hears of its alerts alone"
    told = json.loads(came.body)
    assert told["type"] == "audit.anchor"
    copy = msgspec.convert({**told, "id": told["head"]}, Anchor)
    assert [copy] == list(read(file))
    public = key.verify_key.encode().hex()
    assert signature_fault(copy, public) == ""
    arguments = ("--anchors", str(file), "--anchor-key", str(public_of(tmp_path)))
    whole = run_verify(ward.database.owner, *arguments)
    assert whole.returncode == 0, whole.stdout
    assert "1 of them signed: it agrees with all" in whole.stdout
    ward.sql.execute(REWRITTEN)
    ward.sql.execute(RECHAIN)
    assert verify_audit(ward.database.owner).ok, "the chain by itself cannot tell"
    found = run_verify(ward.database.owner, *arguments)
    assert found.returncode == 1
    assert f"row {copy.id} is not the one noted" in found.stdout


def test_a_line_written_by_whoever_has_no_key_is_found(ward: Ward, tmp_path: Path) -> None:
    file = tmp_path / "anchors.jsonl"
    settings_of(tmp_path)
    key = SigningKey((tmp_path / "keys" / "anchor.key").read_bytes())
    stranger = SigningKey(b"s" * 32)
    rows(ward, 3)

    async def note(by: SigningKey) -> None:
        async with await psycopg.AsyncConnection.connect(
            ward.database.owner, row_factory=psycopg.rows.dict_row
        ) as conn:
            await note_signed(conn, datetime.now(UTC), file, by)

    asyncio.run(note(key))
    whole = verify_audit(ward.database.owner, file, public_of(tmp_path))
    assert (whole.ok, whole.anchors, whole.signed) == (True, 1, 1)
    ward.sql.execute(REWRITTEN)
    ward.sql.execute(RECHAIN)
    head = ward.one("SELECT encode(hash, 'hex') AS hash FROM audit ORDER BY id DESC LIMIT 1")[
        "hash"
    ]
    [line] = read(file)
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(line, hash=head)))
    forged = verify_audit(ward.database.owner, file)
    assert (forged.ok, forged.unanchored_because) == (False, "its signature does not hold")
    file.unlink()
    asyncio.run(note(stranger))
    other = verify_audit(ward.database.owner, file, public_of(tmp_path))
    assert (other.ok, other.unanchored_because) == (False, "signed with another key")
