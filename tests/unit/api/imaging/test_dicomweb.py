"""Only addresses of DICOMweb below the study are passed on, each in one form."""

import pytest

from api.imaging.dicomweb import address_of, renamed, search_words

STUDY, SERIES, ONE = "1.2.3", "1.2.3.4", "1.2.3.4.5"
BELOW = f"series/{SERIES}/instances/{ONE}"


@pytest.mark.parametrize(
    ("rest", "series", "accept"),
    [
        ("", None, 'multipart/related; type="application/dicom"'),
        ("series", None, "application/dicom+json"),
        ("metadata", None, "application/dicom+json"),
        (f"series/{SERIES}/metadata", SERIES, "application/dicom+json"),
        (f"series/{SERIES}/thumbnail", SERIES, "image/jpeg"),
        (BELOW, SERIES, 'multipart/related; type="application/dicom"'),
        (f"{BELOW}/frames/1", SERIES, 'multipart/related; type="application/octet-stream"'),
        (f"{BELOW}/frames/1,2/rendered", SERIES, "image/jpeg"),
        (f"{BELOW}/bulk/7fe00010/1", SERIES, "*/*"),
    ],
)
def test_what_is_passed_on(rest: str, series: str | None, accept: str) -> None:
    found = address_of(STUDY, rest)
    assert found is not None
    assert found.path == f"studies/{STUDY}/{rest}".rstrip("/")
    assert found.series == series
    assert found.accept.startswith(accept)


STRANGE = (
    "..",
    "series/..",
    "../9.9",
    "series/",
    "series/1",
    "archive",
    "studies",
    "metadata?x",
    f"{BELOW}/../..",
    f"{BELOW}/frames/0x1",
    f"{BELOW}/bulk/../../system",
    f"series/{SERIES}/metadata/",
)


@pytest.mark.parametrize("rest", STRANGE)
def test_what_is_not(rest: str) -> None:
    assert address_of(STUDY, rest) is None


def test_a_search_names_no_other_patient() -> None:
    asked = {
        "Modality": "CT",
        "00080020": "20260101",
        "PatientID": "x",
        "00100020": "x",
        "limit": "1",
    }
    assert search_words(asked | {"accept": "*/*"}) == {
        "Modality": "CT",
        "00080020": "20260101",
        "limit": "1",
    }


def test_the_archives_own_address_becomes_ours() -> None:
    text = b'"http://127.0.0.1:1/dicom-web/studies/1.2"'
    assert renamed(text, "http://127.0.0.1:1/dicom-web", "https://ward/api") == (
        b'"https://ward/api/studies/1.2"'
    )
