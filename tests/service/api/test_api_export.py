"""``homeward export``: tables of one moment, nobody named unless asked and allowed, audited."""

import asyncio
import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from api.export.program import MANIFEST, ExportOptions, run
from api.store import export
from api.vault.envelope import Vault
from deploy.cli.main import app
from tests.service.api.conftest import Ward
from tests.service.api.test_api_erasure import alert, erase
from tests.service.api.writing import assess, store

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def exported(ward: Ward, out: Path, **more: Any) -> Mapping[str, int]:  # noqa: ANN401
    return asyncio.run(run(ward.database.owner, ExportOptions(out=out, **more), NOW))


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def recorded(watched: tuple[Ward, str]) -> tuple[Ward, str]:
    ward, patient = watched
    ward.patch("coordinator", f"/patients/{patient}", {"phone": "555 0199", "external_id": "R-17"})
    store(ward, patient, "hr", [70.0, 71.5])
    store(ward, patient, "o2", [1.0])
    assess(ward, patient, low=3, risk=0.1)
    alert(ward, patient, "she fell on the stairs")
    return ward, patient


def test_every_table_leaves_without_names_and_it_is_audited(
    recorded: tuple[Ward, str], tmp_path: Path
) -> None:
    ward, patient = recorded
    out = tmp_path / "out"
    counts = exported(ward, out)
    assert set(counts) == set(export.TABLES)
    assert counts["observations"] == 3
    rows = table(out, "observations")
    pulse = next(one for one in rows if one["value"] == "71.5")
    assert (pulse["patient"], pulse["metric"], pulse["unit"], pulse["code"], pulse["quality"]) == (
        patient,
        "hr",
        "/min",
        "8867-4",
        "ok",
    )
    assert datetime.fromisoformat(pulse["time"]).tzinfo is not None
    everything = b"".join(file.read_bytes() for file in out.iterdir()).decode()
    for word in ("Ada", "Byron", "1950-12-10", "555 0199", "R-17", "stairs"):
        assert word not in everything, word
    manifest = json.loads((out / MANIFEST).read_text())
    assert manifest["names"] is False
    assert manifest["tables"]["observations"]["rows"] == 3
    assert {file.stat().st_mode & 0o077 for file in out.glob("*.csv")} == {0}
    ((actor, detail),) = ward.sql("SELECT actor, detail FROM audit WHERE action = 'record.export'")
    assert (actor, detail["names"], detail["tables"]["observations"]) == ("export", False, 3)
    with pytest.raises(ValueError, match="already"):
        exported(ward, out)


def test_names_are_a_table_of_their_own_and_the_erased_are_in_none(
    recorded: tuple[Ward, str], tmp_path: Path
) -> None:
    ward, patient = recorded
    vault = Vault(ward.settings.master_key_file)
    exported(ward, tmp_path / "named", vault=vault, tables=["patients"])
    (named,) = table(tmp_path / "named", "names")
    assert named == {
        "patient": patient,
        "name": "Ada Byron",
        "birth_date": "1950-12-10",
        "external_id": "R-17",
        "phone": "555 0199",
    }
    erase(ward, patient)
    counts = exported(ward, tmp_path / "after", vault=vault)
    assert {name: count for name, count in counts.items() if count} == {}
    assert patient not in "".join(f.read_text() for f in (tmp_path / "after").iterdir())


def test_parquet_has_the_columns_types(recorded: tuple[Ward, str], tmp_path: Path) -> None:
    ward, patient = recorded
    exported(ward, tmp_path / "out", format="parquet", tables=["observations", "assessments"])
    found = pyarrow.parquet.read_table(tmp_path / "out" / "observations.parquet")
    assert str(found.schema.field("time").type) == "timestamp[us, tz=UTC]"
    assert str(found.schema.field("value").type) == "double"
    assert str(found.schema.field("entered_in_error").type) == "bool"
    assert found.column("patient").to_pylist() == [patient] * 3
    empty = pyarrow.parquet.read_table(tmp_path / "out" / "assessments.parquet")
    assert empty.num_rows == 0
    assert "news2" in empty.schema.names


def test_all_tables_are_of_one_moment(recorded: tuple[Ward, str], tmp_path: Path) -> None:
    ward, patient = recorded
    begin = export.begin

    async def begin_and_write(conn: Any) -> None:  # noqa: ANN401
        await begin(conn)
        await conn.execute("SELECT count(*) FROM patient")  # the moment is fixed by the first look
        store(ward, patient, "hr", [99.0], frame_id=900)

    with patch("api.store.export.begin", begin_and_write):
        assert exported(ward, tmp_path / "out")["observations"] == 3
    assert exported(ward, tmp_path / "later")["observations"] == 4


def test_the_command_asks_for_leave_before_it_names_anybody(
    recorded: tuple[Ward, str], tmp_path: Path
) -> None:
    ward, _ = recorded
    env = {
        "HOMEWARD_DATABASE_URL": ward.database.owner,
        "HOMEWARD_MASTER_KEY_FILE": str(ward.settings.master_key_file),
        "HOMEWARD_EXPORT_NAMES": "false",
    }
    asked = ["export", str(tmp_path / "out"), "--names", "--table", "patients"]
    refused = CliRunner().invoke(app, asked, env=env)
    assert refused.exit_code != 0
    assert not (tmp_path / "out").exists()
    done = CliRunner().invoke(app, asked, env=env | {"HOMEWARD_EXPORT_NAMES": "true"})
    assert done.exit_code == 0, done.output
    assert "names: 1 rows" in done.output
    assert (tmp_path / "out" / "names.csv").exists()
