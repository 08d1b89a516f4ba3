"""A variable that the documents name is read by some program."""

import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from analytics.tracing.settings import TracingSettings
from api.alerting.settings import AlertingSettings
from api.auth.provider_settings import ProviderSettings
from api.consult.case_settings import CaseSettings
from api.consult.settings import CallSettings
from api.contact.settings import ContactSettings
from api.hl7.settings import Hl7Settings
from api.imaging.settings import ArchiveSettings
from api.jobs.retention_settings import RetentionSettings
from api.live.settings import LiveSettings
from api.notify.settings import NotifySettings
from api.outlet.settings import OutletSettings
from api.rota.settings import RotaSettings
from api.settings import ApiSettings
from deploy.settings import ExportSettings, StackSettings
from gateway.settings import GatewaySettings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS: list[type[BaseSettings]] = [
    AlertingSettings,
    CallSettings,
    CaseSettings,
    ContactSettings,
    Hl7Settings,
    LiveSettings,
    NotifySettings,
    OutletSettings,
    RetentionSettings,
    ArchiveSettings,
    RotaSettings,
    ApiSettings,
    ExportSettings,
    ProviderSettings,
    StackSettings,
    GatewaySettings,
    TracingSettings,
]
NAME = re.compile(r"HOMEWARD_[A-Z][A-Z0-9_]*[A-Z0-9]\b(?!_?\*)")
ELSEWHERE = "docker-compose.yml"
"""Variables of the container files stand there and nowhere else."""


def known() -> set[str]:
    return {
        f"{one.model_config['env_prefix']}{name}".upper()
        for one in SETTINGS
        for name in one.model_fields
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_variable_that_is_named_can_be_set(document: Path) -> None:
    compose = (ROOT / ELSEWHERE).read_text(encoding="utf-8")
    for name in NAME.findall(document.read_text(encoding="utf-8")):
        assert name in known() or name in compose, f"{document.name}: {name}"
