"""How a case names its patient: no more than the asker chose."""

from datetime import date

import pytest

from api.consult.case_label import label_of
from api.vault.personal_data import Personal

TODAY = date(2026, 3, 1)
ADA = Personal(name="Ada King Lovelace", birth_date=date(1950, 3, 2), external_id="R-17")


@pytest.mark.parametrize(
    ("naming", "label"),
    [
        ("initials", "A. K. L., 75 years, female"),
        ("name", "Ada King Lovelace, 75 years, female"),
        ("nothing", "75 years, female"),
    ],
)
def test_a_case_says_of_whom_it_is_as_its_asker_chose(naming: str, label: str) -> None:
    assert label_of(ADA, "female", naming, TODAY) == label


def test_the_birthday_itself_is_a_year_more() -> None:
    assert "76 years" in label_of(ADA, "female", "nothing", date(2026, 3, 2))


def test_what_is_not_known_is_left_out() -> None:
    assert label_of(Personal(name="Xu"), "unknown", "nothing", TODAY) == "A patient"
    assert label_of(Personal(name="Xu"), "unknown", "initials", TODAY) == "X."


def test_a_simulated_patient_is_called_so() -> None:
    made = Personal(name="Ada King", simulated=True)
    assert label_of(made, "male", "initials", TODAY) == "SIMULATED, A. K., male"
