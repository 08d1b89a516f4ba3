"""What a machine's scopes let it do."""

import pytest

from api.auth.scopes import allows, fault_of

EVERYTHING = frozenset(
    {
        "system/*.crs",
        *(f"api/{kind}.read" for kind in ("patients", "alerts", "panel")),
        "api/patients.write",
    }
)


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("system/Observation.rs", "GET", "/fhir/r4/Observation"),
        ("system/Observation.s", "GET", "/fhir/r4/Observation/$lastn"),
        ("system/Observation.r", "GET", "/fhir/r4/Observation/AA"),
        ("system/*.r", "HEAD", "/fhir/r4/Patient/AA"),
        ("system/Observation.c", "POST", "/fhir/r4/Observation"),
        ("system/Observation.c", "POST", "/fhir/r4"),
        ("system/*.rs", "GET", "/fhir/r4/Patient/AA/$everything"),
        ("system/*.rs", "GET", "/fhir/r4/$export"),
        ("api/patients.read", "GET", "/api/v1/patients/AA/observations"),
        ("api/patients.write", "POST", "/api/v1/patients/AA/observations"),
    ],
)
def test_a_scope_opens_what_it_says(scope: str, method: str, path: str) -> None:
    assert fault_of(scope) is None
    assert allows(frozenset({scope}), method, path)


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("system/Observation.s", "GET", "/fhir/r4/Observation/AA"),
        ("system/Observation.r", "GET", "/fhir/r4/Observation"),
        ("system/Patient.rs", "GET", "/fhir/r4/Observation"),
        ("system/Patient.crs", "POST", "/fhir/r4/Observation"),
        ("system/*.rs", "POST", "/fhir/r4"),
        ("system/Patient.rs", "GET", "/fhir/r4/Patient/AA/$everything"),
        ("system/Observation.rs", "GET", "/fhir/r4/$export"),
        ("api/patients.read", "POST", "/api/v1/patients"),
        ("api/patients.write", "GET", "/api/v1/patients"),
        ("api/patients.read", "GET", "/api/v1/panel"),
        ("api/patients.read", "GET", "/patients"),
        ("system/*.crs", "GET", "/api/v1/patients"),
    ],
)
def test_a_scope_opens_nothing_else(scope: str, method: str, path: str) -> None:
    assert not allows(frozenset({scope}), method, path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/patients/AA/erase"),
        ("PUT", "/api/v1/patients/AA/account"),
        ("DELETE", "/api/v1/patients/AA/account/BB"),
        ("PUT", "/api/v1/patients/AA/care-team"),
        ("GET", "/api/v1/patients/AA/cases"),
        ("GET", "/api/v1/alerts/stream"),
        ("POST", "/api/v1/alerts/AA/acknowledge"),
        ("GET", "/api/v1/users"),
        ("POST", "/api/v1/api-keys"),
        ("GET", "/api/v1/audit"),
        ("PUT", "/api/v1/wards/main/settings"),
        ("POST", "/api/v1/auth/logout"),
        ("GET", "/panel"),
    ],
)
def test_what_is_for_people_is_open_to_no_machine(method: str, path: str) -> None:
    assert not allows(EVERYTHING, method, path)


@pytest.mark.parametrize(
    "scope",
    [
        "",
        "system/Observation",
        "system/Observation.",
        "system/Observation.d",
        "api/users.read",
        "api/alerts.write",
        "patient/Observation.rs",
        "system/observation.rs",
    ],
)
def test_what_is_no_scope_is_told(scope: str) -> None:
    assert fault_of(scope)
