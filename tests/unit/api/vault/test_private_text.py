"""Free text about a person: sealed in place, opened for who may see it, gone with the key."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.vault.envelope import VaultError, new_key
from api.vault.private_text import PREFIX, PatientText, open_in

ADA, ELSE = (PatientText(patient_id=uuid4(), key=new_key()) for _ in range(2))
ERASED = PatientText(patient_id=ADA.patient_id, key=None)


@given(st.text(min_size=1))
def test_what_is_sealed_opens_again_and_shows_nothing(text: str) -> None:
    sealed = ADA.seal(text)
    assert sealed is not None
    assert sealed.startswith(PREFIX)
    assert len(text) < 4 or text not in sealed
    assert ADA.open(sealed) == text


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_stays_nothing(nothing: str | None) -> None:
    assert ADA.seal(nothing) == nothing
    assert ADA.open(nothing) == nothing


def test_it_opens_for_nobody_else_and_not_without_the_key() -> None:
    sealed = ADA.seal("she fell")
    assert ELSE.open(sealed) is None
    assert ERASED.open(sealed) is None
    assert PatientText(patient_id=ELSE.patient_id, key=ADA.key).open(sealed) is None
    with pytest.raises(VaultError):
        ERASED.seal("more of her")


def test_what_was_never_sealed_is_what_it_is() -> None:
    assert ADA.open("from before") == "from before"
    assert ADA.open(f"{PREFIX}not so") is None


def test_an_answer_is_opened_wherever_the_text_stands() -> None:
    sealed = ADA.seal("she fell")
    answer = {"comment": sealed, "n": 3, "reasons": [{"comment": sealed, "on": None}], "id": "x"}
    assert open_in(answer, ADA) == {
        "comment": "she fell",
        "n": 3,
        "reasons": [{"comment": "she fell", "on": None}],
        "id": "x",
    }
    assert open_in({"comment": sealed}, None) == {"comment": None}
