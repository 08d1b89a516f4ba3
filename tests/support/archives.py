"""A real archive of images for tests: fetched when the first test asks for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.services.binaries import find_archive
from deploy.services.orthanc import USER, PrivateOrthanc
from deploy.services.ports import free_ports
from deploy.services.unix_account import service_account
from deploy.settings import StackSettings
from tests.support.servers import Running


@contextmanager
def archive(folder: Path, password: str) -> Iterator[tuple[PrivateOrthanc, Running]]:
    """Run an archive in a folder that its account can reach."""
    server = PrivateOrthanc(
        copy=find_archive(StackSettings(), print),
        folder=folder / "archive",
        port=free_ports(1)[0],
        password=password,
        account=service_account(),
    )
    server.prepare()
    running = Running(server, folder / "archive.log")
    running.start()
    try:
        yield server, running
    finally:
        running.stop()


def settings_of(server: PrivateOrthanc, folder: Path) -> dict[str, str]:
    """Return what the API is told of it, as environment variables."""
    file = folder / "archive.password"
    file.write_text(server.password)
    return {
        "HOMEWARD_ARCHIVE_URL": server.url,
        "HOMEWARD_ARCHIVE_USER": USER,
        "HOMEWARD_ARCHIVE_PASSWORD_FILE": str(file),
        "HOMEWARD_ARCHIVE_UPLOADS": str(folder / "uploads"),
    }
