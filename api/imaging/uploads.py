"""What is uploaded, piece by piece, in one file for each upload.

An upload is one row of bytes: the files one after the other, whose sizes were told at the start.
What the row in the database counts is what is safely on disk; a piece that is sent again, or that
was cut off, is written over from there.
"""

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

from api.errors import UnavailableError
from api.imaging.refusal import FileRefusedError
from api.imaging.settings import ArchiveSettings

_PIECE = 1 << 20
_ZIP = b"PK\x03\x04"


class UploadFolder:
    """The folder of what is under way."""

    def __init__(self, settings: ArchiveSettings) -> None:
        """Keep where it is; it is made when it is first needed."""
        self._settings = settings

    def _place(self) -> Path:
        folder = self._settings.uploads
        if folder is None:
            raise UnavailableError("No folder for uploads is set up: HOMEWARD_ARCHIVE_UPLOADS.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def file(self, upload: UUID) -> Path:
        """Return where an upload's bytes lie."""
        return self._place() / f"{upload}.part"

    def append(self, upload: UUID, at: int, content: bytes) -> None:
        """Write a piece at its place and make it safe on disk; what lay behind it is cut off."""
        handle = os.open(self.file(upload), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, at)
            os.pwrite(handle, content, at)
            os.fsync(handle)
        finally:
            os.close(handle)

    def scratch(self, upload: UUID) -> Path:
        """Return an empty folder for an upload's single files."""
        folder = self._place() / f"{upload}.files"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return folder

    def drop(self, upload: UUID) -> None:
        """Delete all of an upload; nothing to do if there is nothing."""
        shutil.rmtree(self._place() / f"{upload}.files", ignore_errors=True)
        self.file(upload).unlink(missing_ok=True)

    def kept(self) -> list[UUID]:
        """Return the uploads of which there is something on disk."""
        names = {one.name.partition(".")[0] for one in self._place().iterdir()}
        return [UUID(name) for name in sorted(names)]


def split(source: Path, sizes: Sequence[int], into: Path, most: ArchiveSettings) -> list[Path]:
    """Cut an upload into its files again; those that are ZIPs are unpacked.

    Raises:
        FileRefusedError: a ZIP is damaged, or all of them together unpack to more than an upload
            may have.
    """
    found: list[Path] = []
    room = most.study_bytes
    with source.open("rb") as stream:
        for number, size in enumerate(sizes):
            target = into / f"{number:06d}"
            with target.open("wb") as out:
                _copied(stream.read, size, out.write)
            whole = not _is_zip(target)
            files = [target] if whole else _unpacked(target, room, most.files - len(found))
            room -= sum(one.stat().st_size for one in files)
            found += files
    if len(found) > most.files:
        raise FileRefusedError(f"there are more than {most.files} files in it")
    return found


def _copied(read: Callable[[int], bytes], size: int, write: Callable[[bytes], object]) -> None:
    while size > 0:
        piece = read(min(size, _PIECE))
        if not piece:
            return
        write(piece)
        size -= len(piece)


def _is_zip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(len(_ZIP)) == _ZIP


def _unpacked(file: Path, room: int, most_files: int) -> list[Path]:
    """Unpack one ZIP beside itself; whatever goes wrong with it refuses the upload.

    What is damaged fails in as many ways as there are kinds of compression. None of them may get
    past here: an upload that is never answered stands before those of everybody else.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            return list(_members(packed, file, room, most_files))
    except FileRefusedError:
        raise
    except Exception as error:
        raise FileRefusedError("the ZIP is damaged or locked") from error
    finally:
        file.unlink()


def _members(packed: zipfile.ZipFile, file: Path, room: int, most_files: int) -> Iterator[Path]:
    members = [one for one in packed.infolist() if not one.is_dir() and one.file_size]
    if len(members) > most_files or sum(one.file_size for one in members) > room:
        raise FileRefusedError("the ZIP holds more than an upload may have")
    for number, member in enumerate(members):
        if Path(member.filename).name == "DICOMDIR":
            continue  # a disc's table of contents, which names the person
        target = file.with_name(f"{file.name}-{number:06d}")
        with packed.open(member) as stream, target.open("wb") as out:
            _copied(stream.read, member.file_size, out.write)
        yield target
