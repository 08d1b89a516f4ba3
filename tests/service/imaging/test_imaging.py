"""Images against a real archive: taken in, refused, seen, reported, taken away, forgotten."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pydicom
import pytest

from tests.service.imaging.conftest import House
from tests.support.images import NAME, changed, made, sample
from tests.support.servers import wait_until

NAME_IN_FILE = "CompressedSamples^CT1"


def test_a_file_is_taken_in_without_its_person_and_read_again_by_dicomweb(house: House) -> None:
    told = house.ended(house.send([house.file()]))
    assert (told["state"], told["done"], told["studies"]) == ("stored", 1, [house.study])
    [study] = house.studies()
    assert (study["uid"], study["modalities"], study["instances"]) == (house.study, ["CT"], 1)
    assert study["taken_on"] == "2004-01-19"

    root = house.path(f"dicomweb/studies/{house.study}")
    [series] = house.ward.get("doctor", f"{root}/series").json()
    uid = series["0020000E"]["Value"][0]
    [one] = house.ward.get("doctor", f"{root}/series/{uid}/metadata").json()
    assert one["00100010"].get("Value") is None
    assert one["00100020"]["Value"] == [house.patient]
    assert house.orthanc.url not in str(one)
    instance = f"{root}/series/{uid}/instances/{one['00080018']['Value'][0]}"
    frames = house.ward.get("doctor", f"{instance}/frames/1")
    assert frames.status_code == 200
    bound = frames.headers["content-type"].partition("boundary=")[2].encode()
    pixels = frames.content.split(b"\r\n\r\n", 1)[1].rpartition(b"\r\n--" + bound)[0]
    assert pixels == pydicom.dcmread(io.BytesIO(house.file())).PixelData
    small = house.ward.get("doctor", f"{instance}/rendered?viewport=64,64")
    assert (small.headers["content-type"], small.content[:2]) == ("image/jpeg", b"\xff\xd8")
    whole = house.ward.get("doctor", root).content
    assert b"CompressedSamples" not in whole
    assert b"DICM" in whole
    found = house.ward.get("doctor", house.path("dicomweb/studies")).json()
    assert [each["0020000D"]["Value"][0] for each in found] == [house.study]


@pytest.mark.parametrize(
    "name",
    ["JPEG2000.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_jpeg_ls_lossless.dcm"],
)
def test_pixels_come_plain_whatever_their_encoding(house: House, name: str) -> None:
    found = pydicom.dcmread(io.BytesIO(sample(name)))
    patient = house.admit(str(found.PatientName).replace("^", " "), f"{house.number}-2")
    file = changed(sample(name), PatientID=f"{house.number}-2", StudyInstanceUID=house.study)
    told = house.ended(house.send([file], patient=patient), patient=patient)
    assert told["state"] == "stored", told
    root = house.path(f"dicomweb/studies/{house.study}", patient)
    place = f"{root}/series/{found.SeriesInstanceUID}/instances/{found.SOPInstanceUID}"
    frames = house.ward.get("doctor", f"{place}/frames/1")
    assert frames.status_code == 200, frames.text
    assert "1.2.840.10008.1.2.1" in frames.headers["content-type"]
    size = found.Rows * found.Columns * found.BitsAllocated // 8
    assert size <= len(frames.content) < size + 1_000


def zipped(*files: bytes, extra: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number, content in enumerate(files):
            packed.writestr(f"DICOM/{number}", content)
        packed.writestr("DICOMDIR", b"names the person")
        if extra:
            packed.writestr("readme.txt", extra)
    return out.getvalue()


def test_a_disc_comes_as_a_zip(house: House) -> None:
    slices = made(NAME_IN_FILE, house.number, date(1950, 1, 1), slices=3)
    told = house.ended(house.send([zipped(*slices)]))
    assert (told["state"], told["done"]) == ("stored", 3)
    assert house.studies()[0]["instances"] == 3


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda house: [house.file(PatientName="Roe^Jane")], "the name in it is another"),
        (lambda house: [house.file(PatientID="9CT9")], "neither birth date nor record number"),
        (lambda house: [house.file(PatientName="")], "names nobody"),
        (lambda _: [b"%PDF-1.7 not an image"], "not a DICOM file"),
        (lambda house: [house.file()[:300]], "damaged|no StudyInstanceUID|not a DICOM"),
        (lambda house: [zipped(house.file(), extra=b"hello")], "not a DICOM file"),
        (lambda house: [zipped(house.file())[:-30]], "ZIP is damaged"),
        (
            lambda house: [house.file(), sample("MR_small.dcm")],
            "File 2 of 2: the name in it is another",
        ),
    ],
)
def test_what_is_not_surely_this_persons_is_refused_whole(
    house: House, spoil: Callable[[House], list[bytes]], why: str
) -> None:
    told = house.ended(house.send(spoil(house)))
    assert told["state"] == "refused"
    assert re.search(why, told["reason"]), told["reason"]
    assert "Roe" not in told["reason"]
    assert house.studies() == []
    assert house.study not in house.held()
    wait_until(lambda: not list(house.uploads.iterdir()), 10.0)


def test_a_study_of_one_person_is_not_taken_for_another(house: House) -> None:
    house.ended(house.send([house.file()]))
    twin = house.admit(NAME, f"{house.number}-B")
    file = house.file(PatientID=f"{house.number}-B")
    told = house.ended(house.send([file], patient=twin), patient=twin)
    assert (told["state"], told["reason"]) == (
        "refused",
        "A study in it is kept for another person.",
    )
    assert len(house.studies()) == 1


def test_a_cut_upload_goes_on_where_it_was(house: House) -> None:
    file = house.file()
    upload = house.begin([file]).json()["id"]
    assert house.put(upload, 0, file[:20_000]).json()["received"] == 20_000
    ahead = house.put(upload, 30_000, file[30_000:])
    assert ahead.status_code == 409
    assert "byte 20000" in ahead.json()["detail"]
    assert house.put(upload, 10_000, file[10_000:25_000]).json()["received"] == 25_000
    assert house.put(upload, 25_000, file[25_000:] + b"more").status_code == 413
    assert house.put(upload, 25_000, b"").status_code == 422
    assert house.put(upload, 25_000, file[25_000:], who="nurse").status_code == 404
    assert house.look(upload)["received"] == 25_000
    house.put(upload, 25_000, file[25_000:])
    assert house.ended(upload)["state"] == "stored"
    assert house.put(upload, 0, file).status_code == 409


def test_an_archive_that_is_away_holds_an_upload_up_and_loses_nothing(house: House) -> None:
    house.running.kill()
    upload = house.send([house.file()])
    gone = house.ward.get("doctor", house.path("dicomweb/studies"))
    assert gone.status_code in {200, 503}
    house.running.start()
    assert house.ended(upload)["state"] == "stored"


def test_nobody_elses_study_is_reached_by_any_address(house: House) -> None:
    house.ended(house.send([house.file()]))
    other = house.admit("MR1 CompressedSamples", "4MR1")
    house.ended(house.send([sample("MR_small.dcm")], patient=other), patient=other)
    mr = pydicom.dcmread(io.BytesIO(sample("MR_small.dcm")))
    below = f"series/{mr.SeriesInstanceUID}/instances/{mr.SOPInstanceUID}/frames/1"
    for who, path in (
        ("doctor", f"dicomweb/studies/{mr.StudyInstanceUID}/{below}"),
        ("doctor", f"dicomweb/studies/{house.study}/{below}"),
        ("doctor", f"dicomweb/studies/{house.study}/series/{mr.SeriesInstanceUID}/metadata"),
        ("doctor", f"dicomweb/studies/{house.study}/%2e%2e/{mr.StudyInstanceUID}/metadata"),
        ("doctor", f"dicomweb/studies/{house.study}/instances/1/%2e%2e/%2e%2e/%2e%2e"),
        ("patient", f"dicomweb/studies/{house.study}/metadata"),
    ):
        answer = house.ward.get(who, house.path(path))
        assert answer.status_code in {404, 422} or answer.json() == [], (path, answer.text)


def test_what_was_found_stands_beside_the_study_and_each_look_is_noted_once(house: House) -> None:
    house.ended(house.send([house.file()]))
    place = house.path(f"imaging/studies/{house.study}/reports")
    assert house.ward.post("nurse", place, {"text": "clear"}).status_code == 403
    assert house.ward.post("doctor", place, {"text": "No consolidation."}).status_code == 201
    [report] = house.ward.get("nurse", place).json()
    assert (report["text"], report["written_by_name"]) == ("No consolidation.", "doctor")
    ((kept,),) = house.ward.sql("SELECT text FROM imaging_report WHERE study_uid = %s", house.study)
    assert kept.startswith("sealed.1.")
    found = pydicom.dcmread(io.BytesIO(sample()))
    series = house.path(f"dicomweb/studies/{house.study}/series/{found.SeriesInstanceUID}")
    for _ in range(3):
        house.ward.get("doctor", f"{series}/metadata")
    looks = [
        one
        for one in house.ward.get("admin", "/audit", params={"patient": house.patient}).json()[
            "items"
        ]
        if one["action"] == "imaging.view"
    ]
    assert len(looks) == 1


def test_what_is_taken_away_or_erased_is_forgotten_by_the_archive(house: House) -> None:
    house.ended(house.send([house.file()]))
    place = house.path(f"imaging/studies/{house.study}")
    assert house.ward.call("nurse", "DELETE", place).status_code == 403
    assert house.ward.call("doctor", "DELETE", place).status_code == 204
    assert house.ward.call("doctor", "DELETE", place).status_code == 404
    wait_until(lambda: house.study not in house.held(), 30.0)

    house.ended(house.send([house.file()]))
    assert house.study in house.held()
    house.running.kill()
    house.ward.patch("coordinator", f"/patients/{house.patient}", {"state": "discharged"})
    erased = house.ward.post("admin", f"/patients/{house.patient}/erase")
    assert erased.status_code == 204, erased.text
    house.running.start()
    wait_until(lambda: house.study not in house.held(), 30.0)
    wait_until(lambda: house.ward.sql("SELECT uid FROM imaging_removal") == [], 10.0)
    left = house.ward.sql("SELECT uid FROM imaging_study WHERE uid = %s", house.study)
    assert left == []


def test_a_study_of_many_slices_is_whole(house: House) -> None:
    slices = made(NAME_IN_FILE, house.number, date(1950, 1, 1), slices=40, side=128)
    told = house.ended(house.send(slices))
    assert (told["state"], told["done"]) == ("stored", 40)
    [study] = house.studies()
    assert (study["instances"], study["series"]) == (40, 1)


def test_uploads_that_nobody_goes_on_with_are_dropped(house: House) -> None:
    file = house.file()
    upload = house.begin([file]).json()["id"]
    house.put(upload, 0, file[:1_000])
    house.ward.sql(
        "UPDATE imaging_upload SET touched_at = now() - interval '25 hours' WHERE id = %s", upload
    )
    wait_until(lambda: not list(house.uploads.iterdir()), 20.0)
    assert house.ward.sql("SELECT id FROM imaging_upload WHERE id = %s", upload) == []
