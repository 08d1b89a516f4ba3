"""Takes whole uploads in: each file is read and compared with the person, then all are archived.

One process at a time does it, upload after upload. All files are looked at before the first is
archived: of an upload with one file of somebody else nothing is kept. A process that ends in the
middle leaves the upload as it was, and the next begins with it again; what the archive has already
it keeps once. Studies that were taken away, by hand or with their person, are forgotten here too.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from analytics.domain.care import Role
from api.errors import UnavailableError
from api.imaging.archive import Archive, ArchiveRefusedError
from api.imaging.files import ImageFile, read, without_person
from api.imaging.identity import mismatch
from api.imaging.refusal import FileRefusedError
from api.imaging.uploads import UploadFolder, split
from api.jobs.leader import Wakeup, run_as_leader
from api.services import Connection, Services
from api.store import imaging, patients
from api.store.rls_context import act_for
from api.store.types import Conn, Row
from api.vault import personal_data
from api.vault.personal_data import Personal

LOOK_S = 5.0
_MOST_REMOVED = 100
_log = structlog.get_logger("api.imaging")


async def run_intake(services: Services, archive: Archive) -> None:
    """Take uploads in and forget what is to be forgotten, for as long as the program runs."""
    folder = UploadFolder(archive.settings)

    async def work(_: Connection, wake: Wakeup) -> None:
        while True:
            await _look(services, archive, folder)
            await wake.wait(LOOK_S)

    await run_as_leader(services, "imaging", (imaging.CHANNEL,), work)


async def _look(services: Services, archive: Archive, folder: UploadFolder) -> None:
    """Do all that is to be done now; what the archive is needed for waits until it answers."""
    try:
        while (upload := await _next(services)) is not None:
            await take_in(services, archive, folder, upload)
        await _forget(services, archive)
    except UnavailableError as silent:
        _log.warning("archive_silent", why=silent.detail)
    async with _own_rights(services) as conn:
        await imaging.drop_left(conn, archive.settings.upload_hours)
        needed = await imaging.under_way(conn)
    for left in await asyncio.to_thread(folder.kept):
        if left not in needed:
            await asyncio.to_thread(folder.drop, left)


@asynccontextmanager
async def _own_rights(services: Services) -> AsyncIterator[Conn]:
    """Give a transaction in which the program acts for itself."""
    async with services.pool.connection() as conn, conn.transaction():
        await act_for(conn, None, Role.ADMIN)
        yield conn


async def _next(services: Services) -> Row | None:
    async with _own_rights(services) as conn:
        return await imaging.next_whole(conn)


async def take_in(services: Services, archive: Archive, folder: UploadFolder, upload: Row) -> None:
    """Check an upload and archive it, or refuse it; either way its bytes go.

    Raises:
        UnavailableError: the archive does not answer; the upload waits.
    """
    scratch = await asyncio.to_thread(folder.scratch, upload["id"])
    claimed: list[str] = []
    try:
        files = await asyncio.to_thread(
            split, folder.file(upload["id"]), upload["sizes"], scratch, archive.settings
        )
        read_files = await asyncio.to_thread(_checked, files, await _person(services, upload))
        claimed = sorted({one.study for one in read_files})
        await _claim(services, upload, claimed)
        await _archived(services, archive, upload, files)
        await _stored(services, archive, upload, list(zip(files, read_files, strict=True)))
    except (FileRefusedError, ArchiveRefusedError) as refused:
        await _refuse(services, archive, upload, claimed, str(refused))
    await asyncio.to_thread(folder.drop, upload["id"])


def _checked(files: Sequence[Path], person: Personal) -> list[ImageFile]:
    """Read every file, and compare each with the person.

    Raises:
        FileRefusedError: one of them is none, or not of this person.
    """
    if not files:
        raise FileRefusedError("There is no file in it.")
    found = []
    for number, file in enumerate(files, 1):
        try:
            one = read(file)
        except FileRefusedError as wrong:
            raise FileRefusedError(f"File {number} of {len(files)}: {wrong}.") from wrong
        why = mismatch(one.person, person.name, person.birth_date, person.external_id)
        if why is not None:
            raise FileRefusedError(f"File {number} of {len(files)}: {why}.")
        found.append(one)
    return found


async def _person(services: Services, upload: Row) -> Personal:
    async with _own_rights(services) as conn:
        row = await patients.record(conn, upload["patient"])
    person = None if row is None else personal_data.open_personal(services.vault, row)
    if person is None:
        raise FileRefusedError("This person was erased.")
    return person


async def _claim(services: Services, upload: Row, studies: Sequence[str]) -> None:
    """Note the studies, which from now on nobody else may have.

    Raises:
        FileRefusedError: one of them is held for another person.
    """
    async with _own_rights(services) as conn:
        for study in studies:
            if await imaging.held_by(conn, study) not in {None, upload["patient_no"]}:
                raise FileRefusedError("A study in it is kept for another person.")
        await imaging.note_studies(conn, upload["id"], studies)


async def _archived(
    services: Services, archive: Archive, upload: Row, files: Sequence[Path]
) -> None:
    for done, file in enumerate(files, 1):
        bare = file.with_suffix(".bare")
        await asyncio.to_thread(without_person, file, bare, upload["patient"])
        await archive.store(bare)
        await asyncio.to_thread(bare.unlink)
        async with _own_rights(services) as conn:
            await imaging.note_done(conn, upload["id"], done)


async def _stored(
    services: Services, archive: Archive, upload: Row, files: Sequence[tuple[Path, ImageFile]]
) -> None:
    """Write what the archive now holds of each study."""
    rows = [await _study_row(archive, study, files) for study in {one.study for _, one in files}]
    async with _own_rights(services) as conn:
        record = await patients.record(conn, upload["patient"])
        if record is None:  # erased meanwhile: what the archive got is forgotten with the upload
            return
        text = personal_data.text_of(services.vault, record)
        for row in rows:
            row["description"] = text.seal(row["description"])
            row |= {"added_at": services.now(), "added_by": upload["made_by"]}
            row["released_at"] = row["added_at"] if archive.settings.release_at_once else None
            await imaging.put_study(conn, upload["patient_no"], row)
        await imaging.end_upload(conn, upload["id"], "stored", None)


async def _study_row(archive: Archive, study: str, files: Sequence[tuple[Path, ImageFile]]) -> Row:
    series = await archive.query(f"studies/{study}/series", {"includefield": "00201209"})
    mine = [(path, one) for path, one in files if one.study == study]
    return {
        "uid": study,
        "taken_on": mine[0][1].taken_on,
        "modalities": sorted({one.modality for _, one in mine if one.modality}),
        "series": len(series),
        "instances": sum(_count(one) for one in series),
        "bytes": sum(path.stat().st_size for path, _ in mine),
        "description": mine[0][1].description,
    }


def _count(series: Row) -> int:
    """Return how many instances a series has (0020,1209)."""
    found = series.get("00201209", {}).get("Value") or [0]
    return int(found[0])


async def _refuse(
    services: Services, archive: Archive, upload: Row, claimed: Sequence[str], why: str
) -> None:
    """Write why, once the archive has forgotten what it got of studies that are nobody's."""
    async with _own_rights(services) as conn:
        nobodys = [one for one in claimed if await imaging.held_by(conn, one) is None]
    for study in nobodys:
        await archive.forget(study)
    async with _own_rights(services) as conn:
        await imaging.end_upload(conn, upload["id"], "refused", why)


async def _forget(services: Services, archive: Archive) -> None:
    async with _own_rights(services) as conn:
        waiting = await imaging.to_remove(conn, _MOST_REMOVED)
    for study in waiting:
        await archive.forget(study)
        async with _own_rights(services) as conn:
            await imaging.removed(conn, study)
