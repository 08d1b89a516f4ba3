"""Signing in at a hospital's own provider: a real one is started, and people sign in at it."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

import httpx2
import pytest

from api.app import create_app
from api.auth.provider import Provider
from api.auth.provider_settings import ProviderSettings
from tests.service.api.conftest import Served, Ward, served, settings_for
from tests.support.oidc_provider import CLIENT, SECRET, provider

BACK = "/login/provider/back"


def person(name: str, full: str, role: str, ward: str) -> dict[str, Any]:
    """What the provider says of somebody."""
    roles = ["staff", role]
    return {"preferred_username": name, "name": full, "roles": roles, "ward": ward}


PEOPLE: dict[str, dict[str, Any]] = {
    "u-1": person("Nina.Novak", "Nina Novak", "ward-nurse", "3B"),
    "u-2": person("admin", "Not The Admin", "ward-doctor", "3B"),
    "u-3": person("porter", "Pat Porter", "porter", "3B"),
    "u-4": person("afar", "Alma Afar", "ward-nurse", "9Z"),
}


@dataclass(slots=True)
class Hospital:
    """A ward whose staff sign in at a provider."""

    ward: Ward
    address: str
    provider: Provider
    visitors: list[httpx2.Client] = field(default_factory=list)

    def visitor(self) -> httpx2.Client:
        """A browser of nobody yet."""
        self.visitors.append(httpx2.Client(timeout=30.0, follow_redirects=False))
        return self.visitors[-1]

    def signs_in(self, who: str, browser: httpx2.Client | None = None) -> httpx2.Response:
        """Sign somebody in at the provider; the answer of our own page that they come back to."""
        browser = browser or self.visitor()
        page = self.away(browser, who)
        return browser.get(page)

    def away(self, browser: httpx2.Client, who: str) -> str:
        """Leave for the provider and sign in there; the address by which they come back."""
        answer = browser.get(f"{self.address}/login/provider", params={"next": "/account"})
        assert answer.status_code == 303, answer.text
        for _ in range(12):
            if answer.is_redirect:
                following = str(answer.url.join(answer.headers["location"]))
                if following.startswith(self.address):
                    return following
                answer = browser.get(following)
                continue
            (action,) = re.findall(r'<form[^>]* action="([^"]+)"', answer.text)
            (prompt,) = re.findall(r'name="prompt" value="([^"]+)"', answer.text)
            form = {"prompt": prompt, "login": who, "password": "any"}
            answer = browser.post(unescape(action), data=form)
        raise AssertionError(answer.text)


@pytest.fixture(scope="module")
def hospital_api(
    served_api: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Any]]:
    """One API and one provider for the module."""
    folder = tmp_path_factory.mktemp("provider")
    (folder / "secret").write_text(SECRET + "\n")
    settings = settings_for(served_api.database, folder, staff_second_factor=True)
    kept = {"master_key_file": served_api.settings.master_key_file}
    app = create_app(settings.model_copy(update=kept))
    with served(app) as address, provider([address + BACK], PEOPLE) as issuer:
        app.state.provider = Provider(
            ProviderSettings(
                issuer=issuer,
                client_id=CLIENT,
                client_secret_file=folder / "secret",
                name="St Mary",
                roles="ward-nurse=nurse,ward-doctor=doctor",
                wards="3B=main,4C=b",
            )
        )
        yield address, app


@pytest.fixture
def hospital(hospital_api: tuple[str, Any], ward: Ward) -> Iterator[Hospital]:
    address, app = hospital_api
    with httpx2.Client(base_url=address, timeout=30.0) as client:
        there = replace(ward, app=app, client=client)
        made = Hospital(ward=there, address=address, provider=app.state.provider)
        yield made
        for visitor in made.visitors:
            visitor.close()


def test_a_nurse_of_the_hospital_is_let_in_with_role_and_ward(hospital: Hospital) -> None:
    browser = hospital.visitor()
    assert "Go to St Mary" in browser.get(f"{hospital.address}/login").text
    answer = hospital.signs_in("u-1", browser)
    assert answer.status_code == 200
    assert 'href="/account"' in answer.text  # where they wanted to go, from a page of ours
    me = browser.get(f"{hospital.address}/api/v1/me").json()
    assert (me["username"], me["display_name"]) == ("nina.novak", "Nina Novak")
    assert (me["role"], me["ward"], me["state"]) == ("nurse", "main", "active")
    # the provider's log-in stands for both factors: staff need none of ours
    assert browser.get(f"{hospital.address}/api/v1/patients").status_code == 200
    assert hospital.ward.log_in("nina.novak", "no password").status_code == 401
    again = hospital.visitor()
    assert hospital.signs_in("u-1", again).status_code == 200
    assert again.get(f"{hospital.address}/api/v1/me").json()["id"] == me["id"]
    opened = hospital.ward.sql(
        "SELECT detail ->> 'proved_by' FROM audit WHERE action = 'session.open'"
    )
    assert opened == [("provider",), ("provider",)]


def test_who_has_no_role_or_ward_here_is_not_let_in(hospital: Hospital) -> None:
    for who in ("u-3", "u-4"):
        browser = hospital.visitor()
        answer = hospital.signs_in(who, browser)
        assert answer.status_code == 401, who
        assert "did not let you in here" in answer.text
        assert browser.get(f"{hospital.address}/api/v1/me").status_code == 401
    assert hospital.ward.sql("SELECT FROM app_user WHERE username IN ('porter', 'afar')") == []


def test_nobody_takes_over_an_account_by_its_name(hospital: Hospital) -> None:
    browser = hospital.visitor()
    assert hospital.signs_in("u-2", browser).status_code == 200
    me = browser.get(f"{hospital.address}/api/v1/me").json()
    assert me["role"] == "doctor"
    assert re.fullmatch(r"admin-[0-9a-f]{8}", me["username"])


def test_what_the_provider_takes_away_ends(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hospital.visitor()
    hospital.signs_in("u-1", first)
    changed = hospital.provider.settings.model_copy(update={"roles": "ward-nurse=coordinator"})
    monkeypatch.setattr(hospital.provider, "settings", changed)
    second = hospital.visitor()
    assert hospital.signs_in("u-1", second).status_code == 200
    assert second.get(f"{hospital.address}/api/v1/me").json()["role"] == "coordinator"
    assert first.get(f"{hospital.address}/api/v1/me").status_code == 401
    gone = hospital.provider.settings.model_copy(update={"roles": ""})
    monkeypatch.setattr(hospital.provider, "settings", gone)
    assert hospital.signs_in("u-1").status_code == 401
    assert second.get(f"{hospital.address}/api/v1/me").status_code == 401


def test_an_account_that_is_disabled_here_stays_out(hospital: Hospital) -> None:
    assert hospital.signs_in("u-1").status_code == 200
    hospital.ward.sql("UPDATE app_user SET state = 'disabled' WHERE username = 'nina.novak'")
    assert hospital.signs_in("u-1").status_code == 401


def test_a_way_back_serves_once_and_for_who_left(hospital: Hospital) -> None:
    browser = hospital.visitor()
    back = hospital.away(browser, "u-1")
    stranger = hospital.visitor()
    assert stranger.get(back).status_code == 401  # another browser: somebody was sent a link
    assert browser.get(back).status_code == 200
    assert browser.get(back).status_code == 401
    late = hospital.away(browser, "u-1")
    hospital.ward.sql("UPDATE provider_visit SET expires_at = now()")
    assert browser.get(late).status_code == 401
    assert browser.get(f"{hospital.address}{BACK}").status_code == 401


CHANGED = {
    "nonce": "UPDATE provider_visit SET nonce = %s",
    "verifier": "UPDATE provider_visit SET verifier = %s",
}


@pytest.mark.parametrize("wrong", sorted(CHANGED))
def test_a_code_that_was_asked_for_elsewhere_is_worth_nothing(
    hospital: Hospital, wrong: str
) -> None:
    browser = hospital.visitor()
    back = hospital.away(browser, "u-1")
    hospital.ward.sql(CHANGED[wrong], secrets.token_urlsafe(48))
    assert browser.get(back).status_code == 401
    refused = hospital.ward.sql(
        "SELECT detail ->> 'why' FROM audit WHERE action = 'session.refused'"
    )
    assert refused == [("provider: the provider's word does not hold",)]


def test_a_token_for_another_client_or_of_another_issuer_is_refused(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = hospital.provider.settings
    for name, value in (("issuer", "https://id.example"), ("client_id", "another")):
        browser = hospital.visitor()
        back = hospital.away(browser, "u-1")
        other = own.model_copy(update={name: value})
        with monkeypatch.context() as only:
            only.setattr(hospital.provider, "settings", other)
            assert browser.get(back).status_code == 401, name


def test_a_silent_provider_is_said_and_passwords_still_serve(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ProviderSettings(issuer="http://127.0.0.1:1", client_id=CLIENT, answer_s=2.0)
    with monkeypatch.context() as only:
        only.setattr(hospital.provider, "settings", gone)
        only.setattr(hospital.provider, "_keys", None)
        answer = hospital.visitor().get(f"{hospital.address}/login/provider")
        assert answer.status_code == 503
        assert "does not answer" in answer.text
        assert hospital.ward.log_in("admin").status_code == 200
        only.setattr(hospital.provider, "settings", ProviderSettings())
        assert hospital.visitor().get(f"{hospital.address}/login/provider").status_code == 404
        assert "Go to" not in hospital.visitor().get(f"{hospital.address}/login").text
