"""What leaves with a record: every table of a person is carried along, or it is said why not."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.export.program import ExportOptions, run
from api.store import export
from tests.service.api.conftest import Ward
from tests.service.api.whole_record import ask_others, know_everything

OF_A_PERSON = """
    SELECT DISTINCT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT a.attisdropped AND a.attname IN ('patient_no', 'device_no')
"""
"""As ``purge_erased`` finds what is a person's."""

CARRIED: dict[str, tuple[str, str | None]] = {
    "encounter": ("Encounter", "t.id"),
    "care_team": ("CareTeam", "t.user_id"),
    "observation": ("Observation", None),
    "reading_mark": ("Observation", None),
    "assessment": ("Observation", None),
    "patient_now": ("RiskAssessment", None),
    "episode": ("Flag", "t.id"),
    "reason": ("DetectedIssue", "t.id"),
    "patient_note": ("DocumentReference", "t.id"),
    "weekly_report": ("DocumentReference", "t.id"),
    "patient_message": ("Communication", "t.id"),
    "message_seen": ("Communication", "t.message_id"),
    "advice": ("Communication", "t.id"),
    "call_request": ("Task", "t.id"),
    "consultation": ("Appointment", "t.id"),
    "imaging_study": ("ImagingStudy", "t.uid"),
    "imaging_report": ("DiagnosticReport", "t.id"),
    "home_plan": ("CarePlan", "t.id"),
    "home_task": ("CarePlan", "to_char(t.times[1], 'HH24:MI:SS')"),
    "home_task_due": ("CarePlan", """to_char(t.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')"""),
    "questionnaire_response": ("QuestionnaireResponse", "t.id"),
    "patient_report": ("QuestionnaireResponse", "t.id"),
    "consent": ("Consent", "t.id"),
    "expert_case": ("ServiceRequest", "t.id"),
    "case_expert": ("ServiceRequest", "t.user_id"),
    "case_reading": ("ServiceRequest", "'Readings shown'"),
    "case_item": ("ServiceRequest", "t.ref"),
    "case_entry": ("ServiceRequest", "t.written_by"),
}
"""In what of the Bundle a table's rows are, and what of a row stands in it."""

_OF_THE_PROGRAM = "the program's own, made of what is carried along"
_OF_A_DEVICE = "of the ward's equipment, not of the person"
_OF_A_CALL = "how two browsers met; gone with the call"
LEFT_OUT = {
    "app_user": "the account with its secrets; who it is says the Patient",
    "audit": "who looked, in words, is GET /audit/me",
    "patient_key": "the key itself",
    "care_plan": "limits that the ward set, at GET /patients/{id}",
    "command": "what a device was told: told of as Task to staff",
    "device": _OF_A_DEVICE,
    "device_key": _OF_A_DEVICE,
    "device_certificate": _OF_A_DEVICE,
    "device_window": _OF_A_DEVICE,
    "device_now": _OF_A_DEVICE,
    "enrolment": _OF_A_DEVICE,
    "refusal_count": _OF_A_DEVICE,
    "quarantine": _OF_A_DEVICE,
    "resource_use": _OF_A_DEVICE,
    "signed_frame": "the bytes of what the Observations say: GET /observations/{id}/evidence",
    "lane_input": "readings on their way to be Observations",
    "observation_minute": _OF_THE_PROGRAM,
    "observation_hour": _OF_THE_PROGRAM,
    "assessment_minute": _OF_THE_PROGRAM,
    "assessment_hour": _OF_THE_PROGRAM,
    "rollup_hour": _OF_THE_PROGRAM,
    "risk_example": _OF_THE_PROGRAM,
    "model_snapshot": _OF_THE_PROGRAM,
    "model_snapshot_past": _OF_THE_PROGRAM,
    "cohort_demand": _OF_THE_PROGRAM,
    "observation_due": _OF_THE_PROGRAM,
    "outbox": _OF_THE_PROGRAM,
    "outlet": _OF_THE_PROGRAM,
    "alert_event": "the feed of what the Flags say",
    "alert_history": "the steps of what the Flags say",
    "notice": "whom the ward called when, of what the Flags say",
    "assignment": "who of the staff works when",
    "shift_handover_patient": "words between two shifts",
    "emergency_access": "who, when and why is on the page and in GET /audit/me",
    "simulation": "of nobody: the person is made up",
    "hl7_taken": "a hospital's message, whose content is in the record",
    "hl7_refused": "a hospital's message that was not taken",
    "hl7_sent": "a message to a hospital, made of the record",
    "invitation": "a link to make an account by",
    "imaging_upload": "files on their way to be an ImagingStudy",
    "consultation_seat": _OF_A_CALL,
    "consultation_signal": _OF_A_CALL,
    "case_seat": _OF_A_CALL,
    "case_signal": _OF_A_CALL,
}
NO_TABLE = {
    **LEFT_OUT,
    "care_team": "names who works with whom",
    "patient_now": "the newest of the assessments",
    "message_seen": "who of the staff read what",
    "patient_note": "free text",
    "imaging_report": "free text",
    "weekly_report": "made of the other tables",
}
"""Why a table is none that ``homeward export`` writes."""


SEEN = "INSERT INTO message_seen SELECT id, patient_no, %s, now() FROM patient_message"
MARKED = """
    INSERT INTO reading_mark (patient_no, frame_id, metric, time, marked_at, marked_by, reason)
    SELECT patient_no, frame_id, metric, time, now(), %s, '' FROM observation
     WHERE frame_id = 500 LIMIT 1
"""
DUE = """
    INSERT INTO home_task_due (task_id, due_at, patient_no, state)
    SELECT id, now(), patient_no, 'done' FROM home_task
"""
ADVISED = """
    INSERT INTO advice (patient_no, template, text, sent_at, sent_by, due_at)
    VALUES (%s, 'own', 'Walk.', now(), %s, now())
"""
WEEK = """
    INSERT INTO weekly_report (patient_no, week, made_at, content)
    VALUES (%s, '2026-11-23', now(), '{}')
"""


@pytest.fixture
def full(watched: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch) -> tuple[Ward, str]:
    """A patient with a row in every table that leaves with a record."""
    ward, patient = watched
    monkeypatch.setattr(ward.app.state.notify, "webhook_hosts", "hooks.example.org")
    no = ward.number(patient)
    ward.sql("UPDATE app_user SET patient_no = %s WHERE id = %s", no, ward.ids["patient"])
    know_everything(ward, patient)
    ((case,),) = ward.sql("SELECT id::text FROM expert_case")
    said = {"kind": "opinion", "text": "Rather the lungs."}
    assert ward.post("asked doctor", f"/cases/{case}/entries", said).status_code == 201
    assert ward.post("patient", "/me/call-requests", {"about": "my pills"}).status_code == 201
    ((report,),) = ward.sql("SELECT id::text FROM patient_report")
    doctor = ward.ids["doctor"]
    for statement, *values in (
        ("INSERT INTO case_item VALUES (%s, %s, 'report', %s)", case, no, report),
        (SEEN, ward.ids["patient"]),
        (MARKED, doctor),
        (DUE,),
        (ADVISED, no, doctor),
        (WEEK, no),
    ):
        ward.sql(statement, *values)
    return ward, patient


def own(ward: Ward) -> dict[str, list[Any]]:
    """What a patient takes along, by type."""
    answer = ward.get("patient", "/me/export")
    assert answer.status_code == 200
    found: dict[str, list[Any]] = {}
    for one in answer.json()["entry"]:
        found.setdefault(one["resource"]["resourceType"], []).append(one["resource"])
    return found


def test_every_table_of_a_person_is_carried_along_or_left_out_for_a_reason(
    staffed: Ward,
) -> None:
    """A table that is added later fails here until it is one or the other, of both exports."""
    theirs = {name for (name,) in staffed.sql(OF_A_PERSON)}
    assert theirs == CARRIED.keys() | LEFT_OUT.keys()
    assert not CARRIED.keys() & LEFT_OUT.keys()
    named = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", " ".join(export.TABLES.values())))
    written = (theirs & named) - {"patient"}
    assert theirs - written == NO_TABLE.keys() - written


def test_every_row_of_those_tables_is_in_the_bundle(full: tuple[Ward, str]) -> None:
    ward, patient = full
    found = own(ward)
    for table, (kind, key) in CARRIED.items():
        text = json.dumps(found.get(kind, []))
        what = f"({key})::text" if key else "NULL"
        of_whom = ward.number(patient)
        rows = ward.sql(f"SELECT {what} FROM {table} t WHERE patient_no = %s", of_whom)  # noqa: S608
        assert rows, f"nothing is known of {table}"
        assert kind in found, table
        missing = [told for (told,) in rows if told is not None and told not in text]
        assert missing == [], table
    (report,) = [one for one in found["QuestionnaireResponse"] if "feels" in one["questionnaire"]]
    assert report["item"][0]["answer"][0]["valueCoding"]["display"] == "Yes, when I move"
    (plan,) = found["CarePlan"]
    assert [one["text"] for one in plan["activity"][0]["progress"]] == ["done"]
    (consent,) = found["Consent"]
    assert (consent["status"], consent["policyRule"]["text"]) == ("active", "sharing, version 1")


def test_what_doctors_write_in_a_case_is_the_patients_once_it_is_over(
    full: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ward, patient = full
    (case,) = own(ward)["ServiceRequest"]
    assert (case["status"], case["performer"][0]["display"]) == ("active", "asked doctor")
    assert not {"reasonCode", "note"} & case.keys()
    signed = {"conclusion": "Treat as pneumonia."}
    place = f"/cases/{case['id']}"
    assert ward.post("asked doctor", f"{place}/sign", signed).status_code < 300
    assert ward.post("doctor", f"{place}/close").status_code == 200
    second = ask_others_again(ward, patient)
    (over,) = [one for one in own(ward)["ServiceRequest"] if one["id"] != second]
    assert over["status"] == "completed"
    assert over["reasonCode"] == [{"text": "Is it the heart?"}]
    assert [one["text"] for one in over["note"]] == ["Rather the lungs.", "Treat as pneumonia."]
    monkeypatch.setattr(ward.app.state.services.settings, "notes_to_patients", False)
    assert all("note" not in one for one in own(ward)["ServiceRequest"])
    elsewhere = {"Authorization": f"Bearer {ward.tokens['asked doctor']}"}
    hidden = ward.client.get(f"/fhir/r4/ServiceRequest/{case['id']}", headers=elsewhere)
    assert hidden.status_code == 404


def ask_others_again(ward: Ward, patient: str) -> str:
    ward.sql("UPDATE app_user SET username = 'asked before' WHERE username = 'asked doctor'")
    return ask_others(ward, patient)


def test_every_table_leaves_for_studies_without_a_word_that_was_typed(
    full: tuple[Ward, str], tmp_path: Path
) -> None:
    ward, _ = full
    out = tmp_path / "out"
    now = datetime(2026, 11, 30, tzinfo=UTC)
    counts = asyncio.run(run(ward.database.owner, ExportOptions(out=out), now))
    empty = {name for name, rows in counts.items() if not rows}
    assert empty <= {"limits", "equipment"}
    everything = b"".join(file.read_bytes() for file in out.iterdir()).decode()
    for word in ("Is it the heart", "Rather the lungs", "my pills", "Walk.", "Slept", "sealed.1."):
        assert word not in everything, word
    assert "1.2.826.0.1.3680043.8.498.1" not in everything
