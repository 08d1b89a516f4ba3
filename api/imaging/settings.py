"""What a site may set of its archive of images: ``HOMEWARD_ARCHIVE_`` + the name, in capitals."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ArchiveSettings(BaseSettings):
    """Settings of images; without an address there are none.

    Attributes:
        url: address of the archive (Orthanc), reached by nobody but the API.
        web: path of its DICOMweb below that address.
        user: its account for the API.
        password_file: that account's password.
        uploads: folder for what is under way; all processes of the API must share it.
        study_bytes: most bytes of one upload.
        files: most files of one upload.
        upload_hours: real hours after which an upload that nobody goes on with is dropped.
        answer_s: real seconds that the archive may take for one answer.
        store_s: real seconds for which a program that stores a study (STOW-RS) waits to be told.
        store_bytes_s: bytes a second below which its body comes too slowly.
        release_at_once: whether patients see their studies as soon as they are stored; else a
            doctor releases each.
        seen_minutes: real minutes for which the access log counts one series as one look.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_ARCHIVE_", extra="ignore")

    url: str | None = None
    web: str = "/dicom-web"
    user: str = "homeward"
    password_file: Path | None = None
    uploads: Path | None = None
    study_bytes: int = Field(default=2 * 1024**3, ge=1)
    files: int = Field(default=10_000, ge=1, le=100_000)
    upload_hours: float = Field(default=24.0, gt=0)
    answer_s: float = Field(default=60.0, gt=0)
    store_s: float = Field(default=600.0, gt=0)
    store_bytes_s: int = Field(default=50_000, ge=1)
    release_at_once: bool = False
    seen_minutes: float = Field(default=10.0, gt=0)

    def password(self) -> str:
        """Return the account's password; empty without a file."""
        return "" if self.password_file is None else self.password_file.read_text().strip()
