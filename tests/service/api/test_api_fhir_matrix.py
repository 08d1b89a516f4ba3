"""Every FHIR type and operation, asked by people of every role and relation and by machines.

What is expected is said once, below; a type without a row there fails. What is not one's own is
answered as if it were not there: an empty search, a read that finds nothing.
"""

# ruff: noqa: ANN401 - answers are JSON of any shape

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from analytics.domain.care import Role
from api.fhir.find.registry import TYPES
from tests.service.api.conftest import Ward
from tests.service.api.test_api_fhir import asked, entries
from tests.service.api.test_api_keys import key_of
from tests.service.api.whole_record import know_everything

REASON = "found unconscious at home"
RELATED = {
    "patient": "patient",
    "doctor": "doctor",
    "doctor of the alert": "doctor",
    "nurse in an emergency": "nurse",
    "coordinator": "coordinator",
    "admin": "admin",
}
"""People who may see the patient, with their role."""
STRANGERS = {
    "other patient": "patient",
    "former doctor": "doctor",
    "doctor elsewhere": "doctor",
    "nurse": "nurse",
    "nurse after an emergency": "nurse",
    "coordinator of b": "coordinator",
}
"""Signed in, without any relation."""
ENDED = ("nobody", "expired", "revoked", "disabled", "machine expired", "machine revoked")
MACHINES = {
    "machine of all": ("main", ("system/*.rs",)),
    "machine elsewhere": ("b", ("system/*.rs",)),
    "machine that reads": ("main", ("system/*.r",)),
    "machine that searches": ("main", ("system/*.s",)),
    "machine of readings": ("main", ("system/Observation.rs",)),
    "machine that writes": ("main", ("system/Observation.c",)),
    "machine of the API": ("main", ("api/patients.read", "api/observations.read")),
}
"""Machines, with their ward and scopes; each has a coordinator's view of its ward."""

EVERYBODY = {"patient", "doctor", "nurse", "coordinator", "admin"}
MANAGERS = {"coordinator", "admin"}
OF_THE_PATIENT, OF_NOBODY = "of the patient", "of nobody"
OF_THE_WARD, OF_THE_ROTA = "of the ward's staff", "of the ward's rota"
EXPECTED: dict[str, tuple[set[str], str]] = {
    "Patient": (EVERYBODY, OF_THE_PATIENT),
    "CareTeam": (EVERYBODY, OF_THE_PATIENT),
    "Device": (MANAGERS, OF_THE_PATIENT),
    "Encounter": (EVERYBODY, OF_THE_PATIENT),
    "Observation": (EVERYBODY, OF_THE_PATIENT),
    "RiskAssessment": (EVERYBODY, OF_THE_PATIENT),
    "Provenance": (EVERYBODY, OF_THE_PATIENT),
    "Flag": (EVERYBODY, OF_THE_PATIENT),
    "DetectedIssue": (EVERYBODY, OF_THE_PATIENT),
    "Communication": (EVERYBODY, OF_THE_PATIENT),
    "Appointment": (EVERYBODY, OF_THE_PATIENT),
    "Task": (EVERYBODY, OF_THE_PATIENT),
    "CarePlan": (EVERYBODY, OF_THE_PATIENT),
    "QuestionnaireResponse": (EVERYBODY, OF_THE_PATIENT),
    "ImagingStudy": (EVERYBODY, OF_THE_PATIENT),
    "DiagnosticReport": (EVERYBODY, OF_THE_PATIENT),
    "DocumentReference": (EVERYBODY, OF_THE_PATIENT),
    "Consent": (EVERYBODY, OF_THE_PATIENT),
    "ServiceRequest": (EVERYBODY, OF_THE_PATIENT),
    "Schedule": (EVERYBODY, OF_THE_ROTA),
    "Slot": (EVERYBODY, OF_THE_ROTA),
    "Practitioner": (EVERYBODY, OF_THE_WARD),
    "PractitionerRole": (MANAGERS, OF_THE_WARD),
    "Questionnaire": (EVERYBODY, OF_NOBODY),
    "Subscription": ({"admin"}, OF_NOBODY),
    "AuditEvent": ({"admin"}, OF_NOBODY),
}
"""Of each type: the roles that may ask for it at all, and what decides who of them sees one."""
NOT_OF_THIS_WARD = {"doctor elsewhere", "coordinator of b", "machine elsewhere", "other patient"}
"""To whom the ward's staff are strangers; a patient sees their own team, and when their ward's
doctors can be met."""
OPERATIONS = {
    "everything": "Patient/{patient}/$everything?_count=5",
    "document": "Patient/{patient}/$document",
    "lastn": "Observation/$lastn?patient={patient}",
    "include": "Observation?patient={patient}&code=news2-total&_include=Observation:derived-from",
    "export": "$export?_type=Patient",
    "export's file": "$export-file?_type=Patient&_until=2090-01-01T00:00:00Z",
}
SEEN, HIDDEN, FORBIDDEN, ENDED_SESSION = "seen", "hidden", "403", "401"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One cell of the matrix: who asks what, and what is expected."""

    who: str
    kind: str
    what: str
    expected: str


def role_of(who: str) -> str:
    return {**RELATED, **STRANGERS}.get(who, "coordinator")


def reach_of(who: str, kind: str, right: str) -> bool:
    """Whether a machine's scopes reach so far; a person has none that could be short."""
    if who not in MACHINES:
        return True
    words = [one.split("/")[1].split(".") for one in MACHINES[who][1] if one.startswith("system/")]
    return any(of in (kind, "*") and set(right) <= set(rights) for of, rights in words)


def sees(who: str, whose: str) -> bool:
    if whose == OF_NOBODY:
        return True
    if whose in {OF_THE_WARD, OF_THE_ROTA}:
        theirs = whose == OF_THE_ROTA and who == "other patient"
        return theirs or who not in NOT_OF_THIS_WARD
    return who in RELATED or (who in MACHINES and MACHINES[who][0] == "main")


def expected_of(who: str, kind: str, what: str) -> str:
    if who in ENDED:
        return ENDED_SESSION
    right = {"read": "r", "search": "s", "by id": "s", "lastn": "s", "include": "s"}.get(what, "rs")
    of = kind if what in {"read", "search", "by id", "lastn", "include"} else "*"
    if who == "auditor" or not reach_of(who, of, right):
        return FORBIDDEN
    roles, whose = EXPECTED[kind]
    if role_of(who) not in (MANAGERS if what.startswith("export") else roles):
        return FORBIDDEN
    if what == "export":
        return SEEN
    return SEEN if sees(who, whose) else HIDDEN


def cells() -> Iterator[Asking]:
    everybody = (*RELATED, *STRANGERS, "auditor", *ENDED, *MACHINES)
    for who in everybody:
        asked_for = [(kind, what) for kind in EXPECTED for what in ("read", "search", "by id")]
        asked_for += [("Observation", what) for what in ("lastn", "include")]
        asked_for += [("Patient", what) for what in OPERATIONS if what not in ("lastn", "include")]
        for kind, what in asked_for:
            yield Asking(who=who, kind=kind, what=what, expected=expected_of(who, kind, what))


@pytest.fixture
def crowd(
    watched: tuple[Ward, str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Ward, str, dict[str, str]]:
    """Everybody, signed in, a patient of whom all is known, and an id of each type."""
    ward, patient = watched
    monkeypatch.setattr(ward.app.state.notify, "webhook_hosts", "hooks.example.org")
    know_everything(ward, patient)
    for who, role in ({**RELATED, **STRANGERS} | dict.fromkeys(ENDED[1:4], "doctor")).items():
        if who not in ward.ids:
            of_b = who in NOT_OF_THIS_WARD and who != "other patient"
            ward.add(who, Role(role), ward="b" if of_b else "main")
    ward.add("auditor", Role.AUDITOR)
    _relate(ward, patient)
    for who, (of_ward, scopes) in MACHINES.items():
        ward.tokens[who] = key_of(ward, *scopes, of_ward=of_ward)["key"]
    for who in ("machine expired", "machine revoked"):
        made = key_of(ward, "system/*.rs")
        ward.tokens[who] = made["key"]
        end = "expires_at" if who == "machine expired" else "revoked_at"
        ward.sql(
            f"UPDATE session_token SET {end} = now() "  # noqa: S608 - our own names
            "WHERE user_id IN (SELECT user_id FROM api_key WHERE id = %s)",
            made["id"],
        )
    return ward, patient, _ids(ward, patient)


def _relate(ward: Ward, patient: str) -> None:
    """Give and take away what each one's relation says."""
    other = ward.take_in(name="Somebody Else")
    for who, record in (("patient", patient), ("other patient", other)):
        ward.sql(
            "UPDATE app_user SET patient_no = %s WHERE id = %s",
            ward.number(record),
            ward.ids[who],
        )
    team = f"/patients/{patient}/care-team"
    for members in (["doctor", "former doctor", "expired", "revoked", "disabled"], ["doctor"]):
        body = {"clinicians": [ward.ids[who] for who in members]}
        assert ward.put("coordinator", team, body).status_code == 200
    ward.sql("UPDATE episode SET acknowledged_by = %s", ward.ids["doctor of the alert"])
    for who in ("nurse in an emergency", "nurse after an emergency"):
        opened = ward.post(who, "/emergency-access", {"patient": patient, "reason": REASON})
        assert opened.status_code == 201, opened.text
    ward.sql(
        "UPDATE emergency_access SET until = now() WHERE user_id = %s",
        ward.ids["nurse after an emergency"],
    )
    for who, what in (("expired", "expires_at"), ("revoked", "revoked_at")):
        ward.sql(
            f"UPDATE session_token SET {what} = now() WHERE user_id = %s",  # noqa: S608 - our names
            ward.ids[who],
        )
    ward.sql("UPDATE app_user SET state = 'disabled' WHERE username = 'disabled'")


def _ids(ward: Ward, patient: str) -> dict[str, str]:
    """An id of each type, as the administrator finds them; of staff, of who is in the team."""
    found = {}
    for kind, of_type in TYPES.items():
        if kind == "Provenance":
            continue
        parameters = {"patient": patient} if "patient" in of_type.parameters else {}
        parameters |= {"_id": patient} if kind == "Patient" else {}
        found[kind] = entries(asked(ward, "admin", kind, params=parameters))[0]["id"]
    pulse = {"patient": patient, "code": "8867-4"}
    found["Provenance"] = entries(asked(ward, "admin", "Observation", params=pulse))[0]["id"]
    found["Practitioner"] = ward.ids["doctor"]
    return found


def path_of(cell: Asking, patient: str, ids: dict[str, str]) -> str:
    if cell.what in OPERATIONS:
        return OPERATIONS[cell.what].format(patient=patient)
    key = ids[cell.kind]
    if cell.what == "read":
        return f"{cell.kind}/{key}"
    if cell.what == "by id":
        return f"{cell.kind}?_id={key}"
    if cell.kind == "Provenance":
        return f"Provenance?target=Observation/{key}"
    return f"{cell.kind}?_count=1000" + (
        f"&patient={patient}" if "patient" in TYPES[cell.kind].parameters else ""
    )


def told(answer: Any, cell: Asking, wanted: str) -> str:
    """What an answer comes to: ``seen``, ``hidden``, or its status."""
    by_status = {401: ENDED_SESSION, 403: FORBIDDEN, 404: HIDDEN}
    if cell.what == "export":
        by_status[202] = SEEN
    if answer.status_code != 200:
        return by_status.get(answer.status_code, f"{answer.status_code} {answer.text[:200]}")
    if cell.what == "export's file":
        return SEEN if wanted in answer.text else HIDDEN
    body = answer.json()
    found = [body, *(one["resource"] for one in body.get("entry", ()))]
    if cell.what in OPERATIONS:
        return SEEN if len(found) > 1 else HIDDEN
    return SEEN if wanted in {one.get("id") for one in found} else HIDDEN


def test_every_type_has_its_expectation() -> None:
    assert set(EXPECTED) == set(TYPES)
    for kind, of_type in TYPES.items():
        roles = {one.value for one in of_type.roles} - {"auditor"}
        assert roles == EXPECTED[kind][0], kind


@pytest.mark.timeout(240)
def test_everybody_gets_what_is_theirs_of_every_type(
    crowd: tuple[Ward, str, dict[str, str]],
) -> None:
    ward, patient, ids = crowd
    surprises, asked_for = [], 0
    for cell in cells():
        headers = {"Prefer": "respond-async"} if cell.what == "export" else {}
        answer = asked(ward, cell.who, path_of(cell, patient, ids), headers=headers)
        wanted = patient if cell.what.startswith("export") else ids[cell.kind]
        got = told(answer, cell, wanted)
        asked_for += 1
        if got != cell.expected:
            surprises.append((cell.who, cell.kind, cell.what, cell.expected, got))
        elif got == HIDDEN:
            assert "Ada Byron" not in answer.text, cell
    people = len({one.who for one in cells()})
    print(f"{asked_for} cells: {len(EXPECTED)} types, {people} callers")  # noqa: T201 - shown with pytest -rP
    assert surprises == []
