"""Reads DICOM files, and takes the person out of them before they are kept.

What a file says of the person is compared once, at the door; then it is replaced by the patient's
id. So the archive holds no names, and a copy of its disk tells of nobody but by the pictures
themselves. Pixels are passed on as they are, in the encoding in which they came, but for JPEG 2000:
the archive cannot write such pictures plain for a page (the plugin that could ends with some files,
and the archive with it), so they are written plain here.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pydicom
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
)

from api.imaging.identity import FilePerson
from api.imaging.refusal import FileRefusedError

IDENTIFYING = (
    "IssuerOfPatientID",
    "IssuerOfPatientIDQualifiersSequence",
    "PatientBirthTime",
    "PatientBirthName",
    "PatientMotherBirthName",
    "OtherPatientIDs",
    "OtherPatientIDsSequence",
    "OtherPatientNames",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "PatientTelecomInformation",
    "PatientInsurancePlanCodeSequence",
    "MilitaryRank",
    "MedicalRecordLocator",
    "CountryOfResidence",
    "RegionOfResidence",
    "PatientReligiousPreference",
    "PatientComments",
    "ResponsiblePerson",
    "ResponsiblePersonRole",
    "PersonName",
    "PersonAddress",
    "PersonTelephoneNumbers",
)
"""Of the Patient modules (PS3.3 C.2.2, C.2.3, C.7.1.1), what is removed and not only emptied."""
_LARGE = 1 << 20
_JPEG_2000 = frozenset({JPEG2000Lossless, JPEG2000, HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K})
_NEEDED = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
_UID_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """What a file says of itself."""

    person: FilePerson
    study: str
    series: str
    instance: str
    modality: str
    taken_on: date | None
    description: str


def read(path: Path) -> ImageFile:
    """Read what a file says of itself, without its pixels.

    Raises:
        FileRefusedError: it is no DICOM file, or says too little of itself.
    """
    found = _opened(path, pixels=False)
    missing = [name for name in _NEEDED if not _text(found, name)]
    if missing:
        raise FileRefusedError(f"it has no {missing[0]}")
    study, series, instance = (_uid(found, name) for name in _NEEDED[:3])
    return ImageFile(
        person=_person(found),
        study=study,
        series=series,
        instance=instance,
        modality=_text(found, "Modality")[:16],
        taken_on=_date(_text(found, "StudyDate")),
        description=_text(found, "StudyDescription")[:200],
    )


def without_person(source: Path, target: Path, patient: UUID) -> None:
    """Write a file again in which the patient's id stands for the person.

    Raises:
        FileRefusedError: it cannot be read to its end.
    """
    found = _opened(source, pixels=True)
    with _refused_as("it cannot be read to its end"):
        for dataset in _nested(found):
            _take_person_out(dataset, patient)
        found.PatientName, found.PatientBirthDate, found.PatientID = "", "", str(patient)
        if found.file_meta.TransferSyntaxUID in _JPEG_2000:
            found.decompress(generate_instance_uid=False)
        found.save_as(target, enforce_file_format=True)


def _take_person_out(dataset: Dataset, patient: UUID) -> None:
    for name in IDENTIFYING:
        if name in dataset:
            delattr(dataset, name)
    for name in ("PatientName", "PatientBirthDate"):
        if name in dataset:
            setattr(dataset, name, "")
    if "PatientID" in dataset:
        dataset.PatientID = str(patient)


@contextmanager
def _refused_as(why: str) -> Iterator[None]:
    """Refuse a file for whatever goes wrong with it.

    A parser of files of any origin fails in any way; none of them is this program's end, and what
    is odd in a file of another maker is theirs.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except InvalidDicomError as error:
            raise FileRefusedError("it is not a DICOM file") from error
        except Exception as error:
            raise FileRefusedError(why) from error


def _opened(path: Path, *, pixels: bool) -> FileDataset:
    with _refused_as("it is damaged"):
        return pydicom.dcmread(path, stop_before_pixels=not pixels, defer_size=_LARGE)


def _nested(top: Dataset) -> list[Dataset]:
    """Return a dataset and all in its sequences."""
    found, waiting = [], [top]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for element in one:
            if element.VR == "SQ":
                waiting += list(element.value)
    return found


def _text(found: Dataset, name: str) -> str:
    try:
        value = found.get(name)
    except Exception:  # noqa: BLE001 - a value that cannot be read is one that is not there
        return ""
    return "" if value is None else str(value).replace("\0", "").strip()


def _uid(found: Dataset, name: str) -> str:
    uid = _text(found, name)
    if len(uid) > _UID_LENGTH or not all(part.isdigit() for part in uid.split(".")):
        raise FileRefusedError(f"its {name} is none")
    return uid


def _person(found: Dataset) -> FilePerson:
    return FilePerson(
        names=tuple(
            part.replace("^", " ").strip() for part in _text(found, "PatientName").split("=")
        ),
        birth_date=_date(_text(found, "PatientBirthDate")),
        record_number=_text(found, "PatientID"),
    )


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text.replace(".", ""), "%Y%m%d").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None
