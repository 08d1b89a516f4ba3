"""DICOM files for tests: pydicom's own, and made ones of any size."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

CT = "CT_small.dcm"
"""Of ``CompressedSamples^CT1``, ``1CT1``, without a birth date."""
NAME = "CT1 CompressedSamples"


def sample(name: str = CT) -> bytes:
    """Return one of the files that come with pydicom."""
    return Path(str(get_testdata_file(name, download=False))).read_bytes()


def changed(content: bytes, **tags: Any) -> bytes:  # noqa: ANN401 - values of DICOM attributes
    """Return a file with other attributes."""
    found = pydicom.dcmread(BytesIO(content))
    for name, value in tags.items():
        setattr(found, name, value)
    if "SOPInstanceUID" in tags:
        found.file_meta.MediaStorageSOPInstanceUID = tags["SOPInstanceUID"]
    out = BytesIO()
    found.save_as(out, enforce_file_format=True)
    return out.getvalue()


def made(
    name: str, number: str, born: date, *, side: int = 64, slices: int = 1, study: str | None = None
) -> list[bytes]:
    """Return the slices of a CT: a bright disc that grows from slice to slice."""
    study, series = study or generate_uid(), generate_uid()
    return [
        _slice(name, number, born, side=side, at=at, uids=(study, series)) for at in range(slices)
    ]


def _slice(
    name: str, number: str, born: date, *, side: int, at: int, uids: tuple[str, str]
) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID, one.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    one.StudyInstanceUID, one.SeriesInstanceUID = uids
    one.PatientName, one.PatientID = name, number
    one.PatientBirthDate, one.PatientSex = born.strftime("%Y%m%d"), "F"
    one.StudyDate, one.StudyDescription = "20261001", "Chest"
    one.Modality, one.SeriesNumber, one.InstanceNumber = "CT", 1, at + 1
    one.Rows = one.Columns = side
    one.PixelSpacing, one.ImagePositionPatient = [0.5, 0.5], [0, 0, at]
    one.ImageOrientationPatient, one.SliceThickness = [1, 0, 0, 0, 1, 0], 1
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    one.RescaleIntercept, one.RescaleSlope = -1024, 1
    one.WindowCenter, one.WindowWidth = 40, 400
    one.PixelData = _disc(side, at)
    out = BytesIO()
    one.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _disc(side: int, at: int) -> bytes:
    """16-bit pixels: a disc of water with a rim of bone in air."""
    middle, radius = side / 2, side / 5 + at
    rows = []
    for y in range(side):
        span = radius**2 - (y - middle) ** 2
        half = int(span**0.5) if span > 0 else 0
        first = max(int(middle) - half, 0)
        inside = min(2 * half, side - first)
        row = b"\0\0" * first + (1064).to_bytes(2, "little") * inside
        rows.append(row + b"\0\0" * (side - first - inside))
    return b"".join(rows)
