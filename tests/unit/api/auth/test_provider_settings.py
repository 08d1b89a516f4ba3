"""Role and ward are the claims', by the site's own table; nobody is let in by an oversight."""

import pytest

from analytics.domain.care import Role
from api.auth.provider_settings import ProviderSettings

SITE = ProviderSettings(
    issuer="https://id.example",
    roles="cn=ward-lead=coordinator, ward-nurse=nurse,ward-doctor=doctor,own=patient,x=boss",
    wards="3B=main, 4C=b",
)


@pytest.mark.parametrize(
    ("held", "role"),
    [
        ("ward-nurse", Role.NURSE),
        (["other", "ward-doctor"], Role.DOCTOR),
        (["ward-doctor", "ward-nurse"], Role.NURSE),  # the first of the table
        ("cn=ward-lead", Role.COORDINATOR),
        ("own", None),  # no patient comes from a provider
        ("x", None),
        ("WARD-NURSE", None),
        ([], None),
        (None, None),
        ({"ward-nurse": True}, None),
        ([["ward-nurse"]], None),
    ],
)
def test_a_role_is_the_first_of_the_table_that_is_held(held: object, role: Role | None) -> None:
    assert SITE.role_of({"roles": held}) is role
    assert SITE.role_of({"groups": held}) is None


def test_a_ward_is_named_by_the_table_or_by_itself() -> None:
    assert SITE.ward_of({"ward": "3B"}) == "main"
    assert SITE.ward_of({"ward": ["9Z", "4C"]}) == "b"
    assert SITE.ward_of({"ward": "9Z"}) is None
    assert SITE.ward_of({}) is None
    plain = ProviderSettings(ward_claim="unit", default_ward="main")
    assert plain.ward_of({"unit": "west"}) == "west"
    assert plain.ward_of({"unit": "w" * 61}) == "main"
    assert plain.ward_of({}) == "main"
