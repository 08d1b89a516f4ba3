"""Images to who is no member of the ward: a patient their own, an expert those of a case."""

import io
from typing import Any

import pydicom
from pydicom.uid import generate_uid

from tests.service.imaging.conftest import House
from tests.support.images import sample


def link(house: House) -> None:
    """Link the account of the ward's patient to the patient whose images are here."""
    number = house.ward.number(house.patient)
    house.ward.sql("UPDATE app_user SET patient_no = %s WHERE username = 'patient'", number)


def below(study: str) -> str:
    found = pydicom.dcmread(io.BytesIO(sample()))
    return f"dicomweb/studies/{study}/series/{found.SeriesInstanceUID}/metadata"


def test_a_patient_sees_a_study_of_theirs_once_a_doctor_released_it(house: House) -> None:
    house.ended(house.send([house.file()]))
    link(house)
    studies, release = (
        house.path("imaging/studies"),
        house.path(f"imaging/studies/{house.study}/release"),
    )
    images = house.path(below(house.study))
    reports = house.path(f"imaging/studies/{house.study}/reports")
    house.ward.post("doctor", reports, {"text": "No consolidation."})

    def seen() -> tuple[int, int, int]:
        listed = house.ward.get("patient", studies)
        return (
            len(listed.json()["items"]),
            house.ward.get("patient", images).status_code,
            house.ward.get("patient", reports).status_code,
        )

    assert seen() == (0, 404, 404)
    for who in ("nurse", "patient", "coordinator"):
        assert house.ward.put(who, release, {"released": True}).status_code == 403
    for _ in range(2):
        told = house.ward.put("doctor", release, {"released": True})
        assert told.status_code == 200, told.text
        assert told.json()["released_at"]
    assert seen() == (1, 200, 200)
    house.ward.put("doctor", release, {"released": False})
    assert seen() == (0, 404, 404)
    noted = house.ward.sql("SELECT count(*) FROM audit WHERE action = 'imaging.release'")
    assert noted == [(2,)]


def test_an_expert_sees_the_chosen_study_until_the_case_is_closed(house: House) -> None:
    other = generate_uid()
    first = house.file()
    second = house.file(StudyInstanceUID=other, SOPInstanceUID=generate_uid())
    house.ended(house.send([first]))
    house.ended(house.send([second]))
    house.ward.add("expert", "doctor")
    asked = {
        "question": "Is it the heart?",
        "experts": [house.ward.ids["expert"]],
        "studies": [house.study],
    }
    made: Any = house.ward.post("doctor", house.path("cases"), asked)
    assert made.status_code == 201, made.text
    place = f"/cases/{made.json()['id']}"
    shown = house.ward.get("expert", f"{place}/{below(house.study)}")
    assert shown.status_code == 200, shown.text
    [picture] = shown.json()
    assert picture["0020000D"]["Value"] == [house.study]
    assert "Compressed" not in shown.text
    frames = f"{place}/{below(house.study).removesuffix('metadata')}instances/"
    frames += f"{picture['00080018']['Value'][0]}/frames/1"
    assert house.ward.get("expert", frames).status_code == 200
    for path in (
        f"{place}/{below(other)}",
        house.path(below(house.study)),
        house.path("imaging/studies"),
    ):
        assert house.ward.get("expert", path).status_code == 404, path
    house.ward.post("doctor", f"{place}/close")
    assert house.ward.get("expert", frames).status_code == 404
    looks = house.ward.sql("SELECT detail ->> 'why' FROM audit WHERE action = 'case.images'")
    assert looks == [("case",)]
