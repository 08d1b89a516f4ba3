"""STOW-RS: studies stored by programs of others, with the checks of the page's upload."""

# ruff: noqa: ANN401 - answers are DICOM JSON of any shape

import io
from datetime import date
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.service.imaging.conftest import House
from tests.support.dicomweb_outsider import outsider
from tests.support.images import made, sample
from tests.support.servers import wait_until

NAME_IN_FILE = "CompressedSamples^CT1"
BOUND = "a-boundary"
RELATED = f'multipart/related; type="application/dicom"; boundary={BOUND}'


def client(house: House, who: str = "doctor", **more: Any) -> Any:
    base = f"{str(house.ward.client.base_url).rstrip('/')}/api/v1"
    return outsider(f"{base}/patients/{house.patient}/dicomweb", house.ward.tokens[who], **more)


def datasets(*files: bytes) -> list[Dataset]:
    return [pydicom.dcmread(io.BytesIO(one)) for one in files]


def body(*files: bytes, kind: str = "application/dicom") -> bytes:
    parts = [f"--{BOUND}\r\nContent-Type: {kind}\r\n\r\n".encode() + one for one in files]
    return b"\r\n".join([*parts, f"--{BOUND}--\r\n".encode()])


def stow(house: House, content: bytes, who: str = "doctor", **more: Any) -> Any:
    path = house.path(more.pop("path", "dicomweb/studies"))
    headers = {"Content-Type": more.pop("kind", RELATED)}
    return house.ward.call(who, "POST", path, content=content, headers=headers)


def test_a_client_of_others_stores_a_study_and_reads_it_again(house: House) -> None:
    slices = made(NAME_IN_FILE, house.number, date(1950, 1, 1), slices=3, study=house.study)
    nurse = client(house, "nurse", chunk_size=10_000)
    told = nurse.store_instances(datasets(*slices))
    assert [one.ReferencedSOPInstanceUID for one in told.ReferencedSOPSequence] == [
        one.SOPInstanceUID for one in datasets(*slices)
    ]
    assert told.RetrieveURL.endswith(f"/dicomweb/studies/{house.study}")
    assert "FailedSOPSequence" not in told
    [study] = house.studies()
    assert (study["uid"], study["instances"]) == (house.study, 3)
    [found] = client(house).search_for_studies()
    assert found["0020000D"]["Value"] == [house.study]
    read = client(house).retrieve_study(house.study)
    assert {str(one.PatientName) for one in read} == {""}
    assert {one.PatientID for one in read} == {house.patient}
    assert read[0].pixel_array.shape == (64, 64)
    again = nurse.store_instances(datasets(*slices), study_instance_uid=house.study)
    assert len(again.ReferencedSOPSequence) == 3
    [study] = house.studies()
    assert study["instances"] == 3
    looks = house.ward.get("admin", "/audit", params={"patient": house.patient}).json()["items"]
    uploads = [one["detail"] for one in looks if one["action"] == "imaging.upload"]
    assert [(one["files"], one["by"]) for one in uploads] == [(3, "dicomweb")] * 2


def test_what_is_not_surely_this_persons_is_refused_whole(house: House) -> None:
    other = house.file(PatientName="Roe^Jane", SOPInstanceUID="1.2.3")
    answer = stow(house, body(house.file(), other))
    assert answer.status_code == 409, answer.text
    assert answer.headers["content-type"] == "application/dicom+json"
    failed = answer.json()["00081198"]["Value"]
    assert [one["00081197"]["Value"] for one in failed] == [[0x110], [0x110]]
    assert "name in it is another" in answer.headers["warning"]
    assert "Roe" not in answer.headers["warning"] + answer.text
    assert house.studies() == []
    assert house.study not in house.held()
    wait_until(lambda: not list(house.uploads.iterdir()), 10.0)


def test_an_address_takes_its_own_study_alone(house: House) -> None:
    answer = stow(house, body(house.file()), path="dicomweb/studies/1.2.3.4")
    assert answer.status_code == 409
    assert "another study" in answer.headers["warning"]
    assert house.studies() == []
    own = stow(house, body(house.file()), path=f"dicomweb/studies/{house.study}")
    assert own.status_code == 200, own.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"x", "multipart/mixed; boundary=a", 415),
        (b"x", 'multipart/related; type="text/plain"; boundary=a', 415),
        (b"x", 'multipart/related; type="application/dicom"', 415),
        (b"x", f"multipart/related; boundary={'a' * 300}", 422),
        (b"no boundary at all", RELATED, 422),
        (b"", RELATED, 422),
        (body(), RELATED, 422),
        (body(b""), RELATED, 422),
        (body(b"<xml/>", kind="application/dicom+xml"), RELATED, 422),
        (body(b"whole")[:-12], RELATED, 422),
        (body(b"%PDF not an image"), RELATED, 409),
    ],
)
def test_a_body_that_is_none_is_refused(
    house: House, content: bytes, kind: str, status: int
) -> None:
    answer = stow(house, content, kind=kind)
    assert answer.status_code == status, answer.text
    assert house.studies() == []
    wait_until(lambda: not list(house.uploads.iterdir()), 10.0)


def test_who_may_not_stores_nothing(house: House) -> None:
    content = body(house.file())
    assert stow(house, content, "patient").status_code == 403
    assert stow(house, content, "nobody").status_code == 401
    house.ward.put("coordinator", house.path("care-team"), {"clinicians": []})
    assert stow(house, content).status_code == 404
    assert list(house.uploads.iterdir()) == [] if house.uploads.exists() else True


def test_more_than_an_upload_may_have_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above a page's megabyte, and yet within the site's bound; beyond that no more."""
    slices = made(NAME_IN_FILE, house.number, date(1950, 1, 1), side=512, slices=4)
    assert sum(map(len, slices)) > 2_000_000
    settings = house.ward.app.state.archive.settings
    monkeypatch.setattr(settings, "study_bytes", 1_500_000)
    assert stow(house, body(*slices)).status_code == 413
    monkeypatch.setattr(settings, "study_bytes", 2**31)
    monkeypatch.setattr(settings, "files", 3)
    assert stow(house, body(*slices)).status_code == 413
    assert house.studies() == []
    monkeypatch.setattr(settings, "files", 10)
    assert stow(house, body(*slices)).status_code == 200
    assert house.studies()[0]["instances"] == 4
    assert stow(house, body(sample("MR_small.dcm"))).status_code == 409
