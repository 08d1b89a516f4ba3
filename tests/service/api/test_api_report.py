"""The discharge report as PDF: what it says, who may print it, which stay it is of."""

from datetime import timedelta
from uuid import uuid4

from tests.service.api.conftest import Ward
from tests.service.api.test_api_erasure import alert
from tests.service.api.writing import NOW, store
from tests.support.printed import pages_of


def test_a_stay_is_printed_with_curves_alerts_and_thresholds(watched: tuple[Ward, str]) -> None:
    ward, patient = watched
    ward.patch("coordinator", f"/patients/{patient}", {"external_id": "R-17"})
    ward.sql("UPDATE encounter SET period_start = %s", NOW - timedelta(hours=6))
    store(ward, patient, "hr", [70.0 + one for one in range(30)])
    store(ward, patient, "spo2", [96.0])
    alert(ward, patient, "she fell on the stairs")
    path = f"/patients/{patient}/report.pdf"
    answer = ward.get("doctor", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(pages_of(answer.content))
    for said in (
        "Ada Byron",
        "1950-12-10 · R-17",
        "Heart rate: 30",
        "SpO2: 1",
        "Thresholds in force",
        "Clinical alerts (1)",
        "not ended yet",
        "doctor",
    ):
        assert said in text, said
    assert "stairs" not in text, "a comment is for the team, not for the report"
    ((noted,),) = ward.sql("SELECT count(*) FROM audit WHERE action = 'patient.report'")
    assert noted == 1
    assert ward.get("patient", path).status_code == 403
    assert ward.get("nurse", path).status_code == 404
    assert ward.get("doctor", path, params={"stay": str(uuid4())}).status_code == 404
    for state in ("discharged", "active"):
        ward.patch("coordinator", f"/patients/{patient}", {"state": state})
    newest, first = ward.get("coordinator", f"/patients/{patient}/encounters").json()["items"]
    of_first = ward.get("coordinator", path, params={"stay": first["id"]})
    assert "Heart rate: 30" in pages_of(of_first.content)[0]
    of_newest = ward.get("coordinator", path, params={"stay": newest["id"]})
    assert "Nothing was measured in this stay." in pages_of(of_newest.content)[0]
