"""Uploads on disk: pieces at their place, files cut apart, ZIPs unpacked within bounds."""

import io
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from api.errors import UnavailableError
from api.imaging.refusal import FileRefusedError
from api.imaging.settings import ArchiveSettings
from api.imaging.uploads import UploadFolder, split


def settings(folder: Path, **more: int) -> ArchiveSettings:
    return ArchiveSettings(uploads=folder, **more)


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in members:
            made.writestr(name, content)
    return out.getvalue()


def test_a_piece_sent_again_cuts_off_what_lay_behind_it(tmp_path: Path) -> None:
    folder, upload = UploadFolder(settings(tmp_path)), uuid4()
    folder.append(upload, 0, b"0123456789")
    folder.append(upload, 10, b"abcdef")
    folder.append(upload, 8, b"XY")
    assert folder.file(upload).read_bytes() == b"01234567XY"
    assert folder.kept() == [upload]
    folder.scratch(upload)
    folder.drop(upload)
    assert folder.kept() == []
    folder.drop(upload)


def test_without_a_folder_it_says_which_setting_names_one() -> None:
    with pytest.raises(UnavailableError, match="HOMEWARD_ARCHIVE_UPLOADS"):
        UploadFolder(ArchiveSettings()).file(uuid4())


def test_files_are_cut_apart_and_discs_unpacked_without_their_list(tmp_path: Path) -> None:
    disc = packed(("DICOM/1", b"one"), ("DICOMDIR", b"names"), ("empty", b""), ("2", b"two"))
    source = tmp_path / "whole"
    source.write_bytes(b"first" + disc)
    into = tmp_path / "files"
    into.mkdir()
    found = split(source, [5, len(disc)], into, settings(tmp_path))
    assert [one.read_bytes() for one in found] == [b"first", b"one", b"two"]


@pytest.mark.parametrize("bound", [{"study_bytes": 1_000_000}, {"files": 2}])
def test_a_zip_that_holds_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, bound: dict[str, int]
) -> None:
    bomb = packed(*((str(number), bytes(400_000)) for number in range(3)))
    source = tmp_path / "whole"
    source.write_bytes(bomb)
    into = tmp_path / "files"
    into.mkdir()
    with pytest.raises(FileRefusedError, match="more than"):
        split(source, [len(bomb)], into, settings(tmp_path, **bound))
    assert list(into.iterdir()) == []


@pytest.mark.parametrize("bound", [{"study_bytes": 1_000_000}, {"files": 5}])
def test_many_zips_hold_together_no_more_than_one_upload_may(
    tmp_path: Path, bound: dict[str, int]
) -> None:
    disc = packed(("1", bytes(300_000)), ("2", bytes(300_000)))
    source = tmp_path / "whole"
    source.write_bytes(disc * 3)
    into = tmp_path / "files"
    into.mkdir()
    with pytest.raises(FileRefusedError, match="more than"):
        split(source, [len(disc)] * 3, into, settings(tmp_path, **bound))


METHODS = [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("method", METHODS)
def test_a_zip_damaged_anywhere_is_refused_or_read(tmp_path: Path, method: int) -> None:
    disc = packed(("é/1", bytes(range(256))), method=method)
    source, refused = tmp_path / "whole", 0
    for place in range(len(disc)):
        source.write_bytes(disc[:place] + bytes([disc[place] ^ 0xFF]) + disc[place + 1 :])
        into = tmp_path / f"files-{place}"
        into.mkdir()
        try:
            split(source, [len(disc)], into, settings(tmp_path))
        except FileRefusedError:
            refused += 1
    assert refused > len(disc) / 2
