"""A ward for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.secrets.stack_secrets import Secrets
from tests.support.databases import Database
from tests.support.ward import Ward, ward_in


@pytest.fixture
def ward(database: Database, tmp_path: Path, stack_secrets: Secrets) -> Iterator[Ward]:
    with ward_in(database, tmp_path, stack_secrets.folder) as made:
        yield made
