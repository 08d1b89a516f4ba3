"""An API with a real archive of images, and a patient whose images pydicom's test files are."""

# ruff: noqa: ANN401 - answers are JSON of any shape

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pydicom.uid import generate_uid

from analytics.domain.care import Role
from api.app import create_app
from api.auth.sessions import hash_password
from deploy.services.orthanc import USER, PrivateOrthanc
from deploy.services.ports import free_ports
from tests.service.api.conftest import PASSWORD, Ward, served, settings_for
from tests.support.archives import archive, settings_of
from tests.support.databases import DatabaseServer
from tests.support.images import NAME, changed, sample
from tests.support.servers import Running, wait_until

PIECE = 500_000
Site = Any
"""A served API with its database and its archive, in parts."""


@dataclass(slots=True, kw_only=True)
class House:
    """The ward, its archive, and a patient with a study of their own to upload."""

    ward: Ward
    orthanc: PrivateOrthanc
    running: Running
    uploads: Path
    number: str
    patient: str = ""
    study: str = field(default_factory=generate_uid)

    def admit(self, name: str, number: str) -> str:
        """Take somebody in whom doctor and nurse care for."""
        patient = self.ward.take_in(name=name, birth_date=None, external_id=number)
        team = {"clinicians": [self.ward.ids["doctor"], self.ward.ids["nurse"]]}
        self.ward.put("coordinator", f"/patients/{patient}/care-team", team)
        return patient

    def file(self, **tags: Any) -> bytes:
        """Return a CT slice of the patient."""
        return changed(
            sample(), **{"PatientID": self.number, "StudyInstanceUID": self.study, **tags}
        )

    def path(self, rest: str, patient: str | None = None) -> str:
        return f"/patients/{patient or self.patient}/{rest}"

    def begin(self, files: Sequence[bytes], who: str = "doctor", **of: str) -> Any:
        sizes = {"sizes": [len(one) for one in files]}
        return self.ward.post(who, self.path("imaging/uploads", **of), sizes)

    def put(self, upload: str, at: int, piece: bytes, who: str = "doctor", **of: str) -> Any:
        path = self.path(f"imaging/uploads/{upload}/bytes?at={at}", **of)
        headers = {"Content-Type": "application/octet-stream"}
        return self.ward.call(who, "PUT", path, content=piece, headers=headers)

    def send(self, files: Sequence[bytes], who: str = "doctor", **of: str) -> str:
        """Upload files; return the upload's id."""
        made = self.begin(files, who, **of)
        assert made.status_code == 201, made.text
        upload: str = made.json()["id"]
        whole = b"".join(files)
        for at in range(0, len(whole), PIECE):
            put = self.put(upload, at, whole[at : at + PIECE], who, **of)
            assert put.status_code == 200, put.text
        return upload

    def look(self, upload: str, who: str = "doctor", **of: str) -> Any:
        return self.ward.get(who, self.path(f"imaging/uploads/{upload}", **of)).json()

    def ended(self, upload: str, who: str = "doctor", **of: str) -> Any:
        """Wait until an upload was taken in or refused."""
        wait_until(
            lambda: self.look(upload, who, **of)["state"] in {"stored", "refused"}, 60.0, 0.2
        )
        return self.look(upload, who, **of)

    def studies(self, who: str = "doctor", **of: str) -> Any:
        return self.ward.get(who, self.path("imaging/studies", **of)).json()["items"]

    def held(self) -> list[str]:
        """Return the studies that the archive itself has."""
        with self.client() as client:
            return [
                client.get(f"/studies/{one}").json()["MainDicomTags"]["StudyInstanceUID"]
                for one in client.get("/studies").json()
            ]

    def client(self) -> httpx2.Client:
        auth = (USER, self.orthanc.password)
        return httpx2.Client(base_url=self.orthanc.url, auth=auth, trust_env=False)


@pytest.fixture(scope="module")
def site(
    postgres_server: DatabaseServer, server_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = server_folder / f"images-{free_ports(1)[0]}"
    folder.mkdir(mode=0o755)
    own = tmp_path_factory.mktemp("images")
    with (
        archive(folder, "a password of this test") as (server, running),
        postgres_server.migrated() as database,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in settings_of(server, own).items():
            patch.setenv(name, value)
        settings = settings_for(database, own)
        app = create_app(settings)
        with served(app) as address:
            hashed = asyncio.run(hash_password(PASSWORD))
            yield app, address, database, settings, hashed, server, running, own


@pytest.fixture(scope="module")
def people(site: Site) -> Iterator[Ward]:
    """The ward with one person of each role; every test has a patient of its own."""
    app, address, database, settings, hashed, *_ = site
    with httpx2.Client(base_url=address, timeout=60.0) as client:
        ward = Ward(
            app=app, client=client, database=database, settings=settings, password_hash=hashed
        )
        for role in Role:
            ward.add(role.value, role)
        yield ward


@pytest.fixture
def house(site: Site, people: Ward) -> House:
    *_, server, running, own = site
    made = House(
        ward=people,
        orthanc=server,
        running=running,
        uploads=own / "uploads",
        number=uuid4().hex[:8],
    )
    made.patient = made.admit(NAME, made.number)
    return made
