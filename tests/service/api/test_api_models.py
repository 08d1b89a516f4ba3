"""Models and what they say: disease risk, versions with validation over time, cohorts."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analytics.risk.model import PopulationModel
from analytics.risk.warm import shipped
from analytics.studies import disease_risk
from api.rota.settings import RotaSettings
from tests.service.api.conftest import Ward
from tests.service.api.writing import assess, store

ARTICLE = {
    "disease": "diabetes",
    "age": {"value": 35, "unit": "a"},
    "sex": "male",
    "sbp": {"value": 120, "unit": "mm[Hg]"},
    "glucose": {"value": 5, "unit": "mmol/L"},
    "cholesterol": {"value": 200, "unit": "mg/dL"},
}


def test_the_probability_has_an_interval_reasons_and_a_model(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    answer = ward.post("doctor", f"/patients/{patient}/disease-risk", ARTICLE)
    assert answer.status_code == 200
    told = answer.json()
    assert 0 < told["probability"] < 0.1
    assert told["ci95"][0] <= told["probability"] <= told["ci95"][1]
    assert told["missing"] == ["bmi", "hdl"]
    assert told["used"]["glucose"] == {"value": 90.08, "source": "given"}
    assert {one["direction"] for one in told["drivers"]} <= {"+", "-"}
    assert told["model"] == "diabetes-0"
    card = ward.get("doctor", "/models/diabetes-0").json()["card"]
    assert [one["people"] for one in card] == [197, 1143]


def test_what_is_left_out_comes_from_the_record(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    told = ward.post("doctor", f"/patients/{patient}/disease-risk", {"disease": "diabetes"}).json()
    assert told["used"]["age"]["source"] == "record"
    assert "glucose" not in told["used"]
    assert told["outcome"] == "diagnosed diabetes"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("glucose.value", {"glucose": {"value": 5, "unit": "mg/dL"}}),
        ("glucose.unit", {"glucose": {"value": 90, "unit": "mg"}}),
        ("age.value", {"age": {"value": 12, "unit": "a"}}),
        ("sbp", {"sbp": 120}),
        ("disease", {"disease": "gout"}),
        ("cholesterol.value", {"cholesterol": {"value": 5.2, "unit": "mg/dL"}}),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    watched: tuple[Ward, str], field: str, given: dict[str, object]
) -> None:
    ward, patient = watched
    answer = ward.post("doctor", f"/patients/{patient}/disease-risk", ARTICLE | given)
    assert answer.status_code == 422
    assert field in answer.text


def test_versions_are_in_the_database_and_the_newest_answers(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    state = json.dumps(json.loads(disease_risk.encode(disease_risk.shipped())))
    ward.sql(
        "INSERT INTO disease_model (disease, version, state) VALUES ('diabetes', 3, %s)", state
    )
    told = ward.post("doctor", f"/patients/{patient}/disease-risk", ARTICLE).json()
    assert told["model"] == "diabetes-3"
    items = ward.get("coordinator", "/models").json()["items"]
    assert [one["id"] for one in items if one["kind"] == "diabetes"] == ["diabetes-3", "diabetes-0"]
    assert ward.get("coordinator", "/models/diabetes-2").status_code == 404


def test_a_version_of_the_risk_model_shows_its_validation_over_time(staffed: Ward) -> None:
    prior, warm = PopulationModel.initial(), shipped().version(1)
    for version, model, card in ((0, prior, None), (1, warm, shipped().card_json())):
        report = json.dumps(model.report() | {"card": card})
        staffed.sql(
            "INSERT INTO population_model VALUES (%s, now(), %s, %s)",
            *(version, model.snapshot(), report),
        )
    items = staffed.get("nurse", "/models", params={"limit": 1}).json()
    assert [one["id"] for one in items["items"]] == ["risk-1", "diabetes-0"]
    following = {"cursor": items["next"]}
    assert [o["id"] for o in staffed.get("nurse", "/models", params=following).json()["items"]] == [
        "risk-0"
    ]
    told = staffed.get("nurse", "/models/risk-1").json()
    assert (told["in_force"], told["proven"]) == (True, False)
    assert told["card"]["people"] == shipped().card.people
    assert [one["id"] for one in told["validation"]] == ["risk-0", "risk-1"]
    assert staffed.get("nurse", "/models/risk-9").status_code == 404


def test_cohorts_are_described_in_words_and_minutes(staffed: Ward) -> None:
    few = staffed.get("coordinator", "/cohorts").json()
    assert few["items"] == []
    for n in range(24):
        patient = staffed.take_in(name=f"P{n}")
        assess(staffed, patient, low=9 if n < 8 else 0, risk=0.1)
        pulse = json.dumps({"hr": {"t": 0, "v": 120 + n if n < 8 else 60 + n % 4, "q": "ok"}})
        staffed.sql(
            "UPDATE patient_now SET latest = %s WHERE patient_no = %s",
            *(pulse, staffed.number(patient)),
        )
    told = staffed.get("coordinator", "/cohorts").json()
    assert [one["size"] for one in told["items"]] == [16, 8]
    assert "pulse higher" in told["items"][1]["description"]
    asked = told["items"][1]["demand"]
    assert (asked["minutes_per_patient_day"], asked["alerts_ci95"][0]) == (0, 0)
    assert asked["minutes_ci95"][1] > 0, "no alert so far is not no alert ever"
    assert told["stability"] > 0.9
    ill = staffed.number(told["items"][1]["patients"][0])
    staffed.sql("UPDATE patient SET created_at = now() - interval '7 days'")
    staffed.sql(
        """INSERT INTO episode (patient_no, condition, kind, priority, state, started_at,
               measured_at, raised_at, closed_at, message)
           SELECT %s, 'trend_hr', 'clinical', 'low', 'resolved', t, t, t, t, ''
             FROM generate_series(now() - interval '6 days', now(), '1 day') t""",
        ill,
    )
    asked = staffed.get("coordinator", "/cohorts").json()["items"]
    [busy] = [one["demand"] for one in asked if one["demand"]["alerts_per_patient_day"] > 0]
    each = busy["minutes_per_patient_day"] / busy["alerts_per_patient_day"]
    assert each == pytest.approx(RotaSettings().review_minutes, rel=0.05), "as the plan reckons"
    assert {one["method"] for one in told["tried"]} >= {"k-means", "Gaussian mixture"}


def test_glucose_has_ranges_episodes_profile_and_a_forecast(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    empty = ward.get("doctor", f"/patients/{patient}/glucose").json()
    assert (empty["count"], empty["ranges"], empty["forecast"]) == (0, {}, None)
    values = [60.0] * 20 + [120.0] * 40
    store(ward, patient, "glucose", values, start=datetime.now(UTC) - timedelta(minutes=60))
    told = ward.get("doctor", f"/patients/{patient}/glucose").json()
    assert told["count"] == 60
    assert sum(told["ranges"].values()) == pytest.approx(1, abs=1e-3)
    assert [(one["kind"], one["level"], one["worst"]) for one in told["episodes"]] == [
        ("low", 1, 60.0)
    ]
    assert told["forecast"]["interval90"][0] < told["forecast"]["value"]
    assert told["forecast"]["warns"] is False
    assert told["forecast"]["chance_low"] < 0.1
    assert sum(one["count"] for one in told["profile"]) == 60
    assert ward.get("patient", f"/patients/{patient}/glucose").status_code == 404


def test_of_a_falling_glucose_it_is_told_that_a_low_is_near(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    falling = [128.0 - 4 * at for at in range(14)]
    start = datetime.now(UTC) - timedelta(minutes=65)
    store(ward, patient, "glucose", falling, start=start, apart=timedelta(minutes=5))
    told = ward.get("doctor", f"/patients/{patient}/glucose").json()["forecast"]
    assert (told["warns"], told["chance_low"] > 0.36) == (True, True)
    ward.patch("doctor", f"/patients/{patient}", {"diabetes": False})
    told = ward.get("doctor", f"/patients/{patient}/glucose").json()["forecast"]
    assert told["warns"] is False
