"""A person's language: chosen, else the browser's; refusals, words and units go by it."""

import pytest

from tests.service.api.conftest import Ward

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}


@pytest.fixture
def at_home(staffed: Ward) -> Ward:
    """The patient's account has a record."""
    patient = staffed.take_in()
    body = {"user_id": staffed.ids["patient"]}
    assert staffed.put("coordinator", f"/patients/{patient}/account", body).status_code < 300
    return staffed


def title(ward: Ward, who: str, **headers: str) -> str:
    found: str = ward.get(who, "/alerts/nothing", headers=headers).json()["title"]
    return found


def test_refusals_are_said_in_the_language_that_was_chosen(staffed: Ward) -> None:
    english, chinese = "Some fields are not right", "有些内容填写不正确"
    assert title(staffed, "patient") == english
    assert title(staffed, "patient", **CHINESE) == chinese
    chosen = staffed.put("patient", "/me/language", {"language": "zh-Hans"})
    assert chosen.json() == {"language": "zh-Hans"}
    assert staffed.get("patient", "/me").json()["language"] == "zh-Hans"
    assert title(staffed, "patient") == chinese
    staffed.put("patient", "/me/language", {"language": "en"})
    assert title(staffed, "patient", **CHINESE) == english, "a choice goes before the browser"
    staffed.put("patient", "/me/language", {"language": None})
    assert title(staffed, "patient", **CHINESE) == chinese
    assert title(staffed, "patient", **{"Accept-Language": "pl"}) == english
    assert staffed.put("patient", "/me/language", {"language": "pl"}).status_code == 422


def test_the_staffs_side_stays_in_english_so_far(staffed: Ward) -> None:
    staffed.put("doctor", "/me/language", {"language": "zh-Hans"})
    assert title(staffed, "doctor", **CHINESE) == "Some fields are not right"


def test_a_page_before_the_log_in_goes_by_cookie_and_browser(staffed: Ward) -> None:
    page = staffed.client.get("/login", headers=CHINESE)
    assert '<html lang="zh-Hans"' in page.text
    assert page.headers["vary"] == "Accept-Language, Cookie"
    chosen = staffed.client.get("/language", params={"to": "en", "next": "/register"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/register")
    kept = {"Cookie": chosen.headers["set-cookie"].partition(";")[0]}
    assert '<html lang="en"' in staffed.client.get("/login", headers=CHINESE | kept).text
    away = staffed.client.get("/language", params={"to": "xx", "next": "//elsewhere.example"})
    assert (away.headers["location"], "set-cookie" in away.headers) == ("/", False)


def test_who_looked_is_told_in_their_words(at_home: Ward) -> None:
    at_home.put("patient", "/me/language", {"language": "zh-Hans"})
    items = at_home.get("patient", "/audit/me").json()["items"]
    assert "收治了您" in {one["what"] for one in items}


def test_blood_sugar_is_kept_by_its_own_unit(at_home: Ward) -> None:
    """5.4 mmol/L and 97.3 mg/dL are one reading; neither number alone says which it is."""

    def entered(sugar: object) -> object:
        sample = {"t": at_home.sql("SELECT now()")[0][0].isoformat(), "glucose": sugar}
        return at_home.post("patient", "/me/observations", {"samples": [sample]})

    assert entered({"value": 5.4, "unit": "mmol/L"}).status_code == 201
    ((kept,),) = at_home.sql("SELECT payload #>> '{samples,0,glucose}' FROM lane_input")
    assert float(kept) == 97.3
    assert entered(97).status_code == 201
    assert entered({"value": 97, "unit": "mg/dL"}).status_code == 201
    assert entered({"value": 97}).status_code == 422
    assert entered({"value": 97, "unit": "mg"}).status_code == 422
    assert entered({"value": True, "unit": "mmol/L"}).status_code == 422
    far = entered({"value": 97, "unit": "mg/dL"} | {"value": 2500})
    assert "5 to 2000 mg/dL" in far.json()["detail"]
    at_home.put("patient", "/me/language", {"language": "zh-Hans"})
    refused = entered({"value": 120, "unit": "mmol/L"}).json()
    assert refused["errors"][0]["message"] == "必须在 0.3 至 111 mmol/L 之间"


def test_of_an_erased_person_no_language_is_kept(at_home: Ward) -> None:
    at_home.put("patient", "/me/language", {"language": "zh-Hans"})
    ((patient,),) = at_home.sql("SELECT id::text FROM patient")
    at_home.patch("coordinator", f"/patients/{patient}", {"state": "discharged"})
    assert at_home.post("admin", f"/patients/{patient}/erase").status_code == 204
    ((language, state),) = at_home.sql(
        "SELECT language, state FROM app_user WHERE role = 'patient'"
    )
    assert (language, state) == (None, "disabled")
