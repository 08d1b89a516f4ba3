"""The person is taken out of a file, in its sequences too; what is no image is refused by name."""

import io
from datetime import date
from pathlib import Path
from uuid import uuid4

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from api.imaging.files import read, without_person
from api.imaging.refusal import FileRefusedError
from tests.support.images import changed, sample

FAMILY = "Lovelace"


def written(folder: Path, content: bytes) -> Path:
    file = folder / "one.dcm"
    file.write_bytes(content)
    return file


def test_nothing_of_the_person_is_left(tmp_path: Path) -> None:
    inner = Dataset()
    inner.PatientName, inner.PatientID, inner.OtherPatientNames = FAMILY, FAMILY, FAMILY
    file = written(
        tmp_path,
        changed(
            sample(),
            PatientName=f"{FAMILY}^Ada",
            PatientBirthDate="19501210",
            PatientAddress=FAMILY,
            OtherPatientIDs=FAMILY,
            PatientMotherBirthName=FAMILY,
            ReferencedStudySequence=Sequence([inner]),
        ),
    )
    told = read(file)
    assert (told.person.names, told.person.birth_date) == (("Lovelace Ada",), date(1950, 12, 10))
    assert (told.modality, told.taken_on) == ("CT", date(2004, 1, 19))
    patient = uuid4()
    without_person(file, tmp_path / "bare", patient)
    bare = (tmp_path / "bare").read_bytes()
    assert FAMILY.encode() not in bare
    assert b"19501210" not in bare
    again = pydicom.dcmread(io.BytesIO(bare))
    assert again.PatientID == str(patient)
    assert again.PixelData == pydicom.dcmread(io.BytesIO(sample())).PixelData
    assert again.SOPInstanceUID == told.instance


@pytest.mark.parametrize("name", ["JPEG2000.dcm", "MR_small_jp2klossless.dcm"])
def test_jpeg_2000_is_written_plain_and_stays_the_same_picture(tmp_path: Path, name: str) -> None:
    file = written(tmp_path, sample(name))
    without_person(file, tmp_path / "bare", uuid4())
    plain = pydicom.dcmread(tmp_path / "bare")
    before = pydicom.dcmread(file)
    assert plain.file_meta.TransferSyntaxUID.name == "Explicit VR Little Endian"
    assert plain.SOPInstanceUID == before.SOPInstanceUID
    assert (plain.pixel_array == before.pixel_array).all()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a DICOM file"),
        (b"%PDF-1.7", "not a DICOM file"),
        (b"\0" * 128 + b"DICM" + b"\xff" * 64, "damaged|has no"),
        (b"\0" * 128 + b"DICM", "has no StudyInstanceUID"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(FileRefusedError, match=why):
        read(written(tmp_path, content))


def test_a_name_that_is_no_uid_is_refused(tmp_path: Path) -> None:
    uid = pydicom.dcmread(io.BytesIO(sample())).StudyInstanceUID.encode()
    spoilt = sample().replace(uid, b"../../etc".ljust(len(uid), b"1"))
    with pytest.raises(FileRefusedError, match="StudyInstanceUID"):
        read(written(tmp_path, spoilt))
