"""A private Orthanc: the archive of images, with its folder, its configuration, how it is started.

It listens on the loopback alone, knows one account, and speaks DICOMweb only: no association of
the older DICOM network is taken, nothing is written outside its folder, no script is run. Whoever
wants an image asks the API, which knows who may see whom.
"""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy.services.ports import HOST
from deploy.services.process import Launch
from deploy.services.unix_account import UnixAccount, hand_over
from deploy.settings import plain_environment

USER = "homeward"
ROOT = "/dicom-web/"
_PLUGIN = "libOrthancDicomWeb.so"
_ANSWER_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateOrthanc:
    """One archive of our own.

    Attributes:
        copy: folder of a private copy with the program, its plugin and its dictionary.
        folder: everything it reads and writes, reachable by ``account``.
        port: loopback port.
        password: of its one account.
        account: who it runs as; None means ourselves.
    """

    copy: Path
    folder: Path
    port: int
    password: str
    account: UnixAccount | None

    @property
    def url(self) -> str:
        """The address of the archive."""
        return f"http://{HOST}:{self.port}"

    def prepare(self) -> None:
        """Make the folders on the first start; write the configuration on every start."""
        (self.folder / "images").mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self.folder / "orthanc.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(self._configuration(), indent=1))
        hand_over(self.folder, self.account)

    def _configuration(self) -> dict[str, object]:
        plugins = self.copy / "usr" / "share" / "orthanc" / "plugins"
        images = str(self.folder / "images")
        return {
            "Name": "Homeward",
            "Locale": "C",
            "StorageDirectory": images,
            "IndexDirectory": images,
            "Plugins": [str(plugins / _PLUGIN)],
            "HttpBindAddresses": [HOST],
            "HttpPort": self.port,
            "RemoteAccessAllowed": False,
            "AuthenticationEnabled": True,
            "RegisteredUsers": {USER: self.password},
            "DicomServerEnabled": False,
            "OverwriteInstances": False,
            "StorageAccessOnFind": "Answers",
            "SyncStorageArea": True,
            "DicomWeb": {"Enable": True, "Root": ROOT, "EnableWado": False},
        }

    def launch(self) -> Launch:
        """Return how the archive is started."""
        dictionary = self.copy / "usr" / "share" / "dcmtk" / "dicom.dic"
        return Launch(
            argv=[str(self.copy / "usr" / "sbin" / "Orthanc"), str(self.folder / "orthanc.json")],
            env=plain_environment() | {"DCMDICTPATH": str(dictionary)},
            account=self.account,
        )

    def answers(self) -> bool:
        """Whether it answers whoever knows the password."""
        word = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        asked = urllib.request.Request(  # noqa: S310 - our own loopback server
            f"{self.url}/system", headers={"Authorization": f"Basic {word}"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=_ANSWER_S) as answer:  # noqa: S310
                return bool(answer.status == 200)  # noqa: PLR2004 - HTTP OK
        except (urllib.error.URLError, OSError):
            return False
