"""What a notice says, when it waits, where it may go, and when it is tried again."""

# ruff: noqa: RUF001 - Chinese has commas and full stops of its own

from datetime import UTC, datetime, time
from pathlib import Path
from uuid import UUID

import pytest

from analytics.domain.patient_code import code_of
from api.errors import InvalidError
from api.notify.addresses import allowed, checked, opened, sealed
from api.notify.quiet import waits_until
from api.notify.retries import AttemptOutcome, pause_s
from api.notify.settings import NotifySettings
from api.notify.webhooks import signature
from api.notify.words import Notice, words
from api.vault.envelope import VaultError

ID = UUID("11111111-2222-3333-4444-555555555555")
NIGHT = (time(22, 0), time(7, 0))
NOON = (time(12, 0), time(13, 0))


def test_a_notice_names_urgency_and_code_and_nothing_else() -> None:
    notice = Notice(id=ID, priority="high", change="raised", patient_no=243, ward="main")
    said = words(notice, "https://ward.example.org/")
    assert said.whole == f"HIGH alert, patient 7K, open Homeward https://ward.example.org/n/{ID}"


def test_a_reminder_says_nothing_of_what_is_to_do() -> None:
    reminder = Notice(id=UUID(int=1), priority="low", change="reminder", patient_no=7, ward="main")
    said = words(reminder, "https://ward.example.org/")
    assert (said.title, said.line) == ("Reminder", "something is to do, open Homeward")
    assert said.link.endswith(f"/n/{UUID(int=1)}")


def test_a_patient_is_written_to_in_their_language() -> None:
    notice = Notice(
        id=ID, priority="low", change="message", patient_no=243, ward="main", language="zh"
    )
    said = words(notice, "https://ward.example.org/")
    assert (said.title, said.line) == ("新消息", "患者 7K，请打开 Homeward")


def test_codes_of_patients_are_all_different() -> None:
    codes = [code_of(no) for no in range(1, 40_000)]
    assert len(set(codes)) == len(codes)
    assert not set("ILOU") & set("".join(codes))


@pytest.mark.parametrize(
    ("priority", "now", "quiet", "until"),
    [
        ("low", "2026-01-05T23:00", NIGHT, "2026-01-06T07:00"),
        ("low", "2026-01-05T03:00", NIGHT, "2026-01-05T07:00"),
        ("low", "2026-01-05T07:00", NIGHT, None),
        ("low", "2026-01-05T21:59", NIGHT, None),
        ("low", "2026-01-05T12:30", NOON, "2026-01-05T13:00"),
        ("low", "2026-01-05T23:00", None, None),
        ("medium", "2026-01-05T23:00", NIGHT, None),
        ("high", "2026-01-05T23:00", NIGHT, None),
    ],
)
def test_only_what_is_low_waits_for_the_end_of_quiet_hours(
    priority: str, now: str, quiet: tuple[time, time] | None, until: str | None
) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    wanted = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    assert waits_until(priority, at, quiet, "UTC") == wanted


def test_quiet_hours_are_the_wards_own_time() -> None:
    at = datetime(2026, 7, 5, 20, 30, tzinfo=UTC)  # 22:30 in Berlin
    assert waits_until("low", at, NIGHT, "Europe/Berlin") == datetime(2026, 7, 6, 5, 0, tzinfo=UTC)
    assert waits_until("low", at, NIGHT, "UTC") is None


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://push.example.org/x", True),
        ("https://a.b.example.com/x", True),
        ("https://push.example.org:8443/x", False),
        ("http://push.example.org/x", False),
        ("https://push.example.org.evil.net/x", False),
        ("https://example.com/x", False),
        ("https://user@push.example.org/x", False),
        ("https://push.example.org@evil.net/x", False),
        ("https://evil.net\\.example.com/x", False),
        ("https://evil.net%2f.example.com/x", False),
        ("https://evil.net;.example.com/x", False),
        ("https://.example.com/x", False),
        ("http://10.0.0.1:9000/x", True),
        ("http://10.0.0.1:9001/x", False),
        ("https://[::1]/x", False),
        ("https://push.example.org:99999/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_named_hosts_are_spoken_to(url: str, fine: bool) -> None:  # noqa: FBT001
    assert allowed(url, "push.example.org, *.example.com,http://10.0.0.1:9000") is fine


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("chat", "json://10.0.0.1/"),
        ("chat", "file:///etc/passwd"),
        ("chat", "ntfys://10.0.0.1/topic"),
        ("chat", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?redirect=yes"),
        ("email", "ada@example.org?to=other@example.org"),
        ("email", "ada@example.org,b@example.org"),
        ("sms", "+44 or so"),
        ("push", {"endpoint": "https://10.0.0.1/", "keys": {"p256dh": "x" * 80, "auth": "y" * 22}}),
        ("push", {"endpoint": "https://fcm.googleapis.com/x", "keys": {}}),
        ("push", "https://fcm.googleapis.com/x"),
    ],
)
def test_what_could_lead_elsewhere_is_no_address(
    tmp_path: Path, kind: str, address: object
) -> None:
    gateway = tmp_path / "gateway"
    gateway.write_text("mailto://mail.example.org?to={to}")
    settings = NotifySettings(
        vapid_key_file=gateway, email_gateway_file=gateway, sms_gateway_file=gateway
    )
    with pytest.raises(InvalidError):
        checked(kind, address, settings)


def test_a_channel_that_the_site_has_no_gateway_for_is_refused() -> None:
    for kind, address in (("email", "a@example.org"), ("sms", "+441234567"), ("push", {})):
        with pytest.raises(InvalidError, match="not set up"):
            checked(kind, address, NotifySettings())


def test_a_sealed_address_opens_for_its_owner_alone() -> None:
    key, other = b"k" * 32, UUID(int=9)
    kept = sealed(key, ID, ID, {"address": "ada@example.org"})
    assert opened(key, ID, ID, kept) == {"address": "ada@example.org"}
    with pytest.raises(VaultError):
        opened(key, other, ID, kept)


def test_attempts_grow_apart_and_end() -> None:
    settings = NotifySettings(attempts=3, webhook_attempts=5, pause_s=2.0, longest_pause_s=10.0)
    failed, gone = AttemptOutcome(failure="x"), AttemptOutcome(failure="x", final=True)
    assert [pause_s(failed, "email", n, settings) for n in (1, 2, 3)] == [2.0, 4.0, None]
    assert [pause_s(failed, "webhook", n, settings) for n in (1, 2, 3, 4, 5)] == [
        2.0,
        4.0,
        8.0,
        10.0,
        None,
    ]
    assert pause_s(gone, "webhook", 1, settings) is None


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification (standardwebhooks.com, version 1)."""
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
