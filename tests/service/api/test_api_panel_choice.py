"""How somebody wants to see the panel is kept for their account, and for nobody else's."""

import pytest

from tests.service.api.conftest import Ward

CHOICE = {"columns": ["spo2", "why"], "sort": "name", "show": "silent"}


def test_a_choice_is_kept_for_the_account_alone(staffed: Ward) -> None:
    usual = {"columns": None, "sort": None, "show": None}
    assert staffed.get("doctor", "/me/panel").json() == usual
    assert staffed.put("doctor", "/me/panel", CHOICE).json() == CHOICE
    assert staffed.get("doctor", "/me/panel").json() == CHOICE
    assert staffed.get("nurse", "/me/panel").json() == usual
    staffed.put("doctor", "/me/panel", {"sort": "score"})
    assert staffed.get("doctor", "/me/panel").json() == usual | {"sort": "score"}


@pytest.mark.parametrize(
    "body",
    [
        {"columns": ["Spo2; DROP"]},
        {"columns": ["a"] * 31},
        {"columns": "spo2"},
        {"sort": "anything"},
        {"show": "nobody"},
        {"sort": 1},
        {"more": True},
    ],
)
def test_what_is_no_choice_is_refused(staffed: Ward, body: object) -> None:
    assert staffed.put("doctor", "/me/panel", body).status_code == 422
