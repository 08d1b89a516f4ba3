"""What ``homeward export`` does: read one snapshot, audit it, then let the files appear."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from analytics.domain.vitals import FACTS, Metric, Quality
from api.evidence import audit
from api.export.files import OPENERS, Format
from api.store import export
from api.store.connections import address
from api.store.types import Conn, Row
from api.vault import personal_data
from api.vault.envelope import Vault

ALL: datetime = datetime(1900, 1, 1, tzinfo=UTC)
EVER: datetime = datetime(9000, 1, 1, tzinfo=UTC)
MANIFEST = "manifest.json"
_NAMES = {
    "patient": "text",
    "name": "text",
    "birth_date": "date",
    "external_id": "text",
    "phone": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What is asked for.

    Attributes:
        out: a folder that is not there yet.
        format: of the files.
        tables: which of ``api.store.export.TABLES``; empty: all.
        ward: of one ward alone.
        since: readings, scores and alerts from then on.
        until: and before then.
        vault: opens names; None: nobody is named.
    """

    out: Path
    format: Format = "csv"
    tables: Sequence[str] = ()
    ward: str | None = None
    since: datetime = ALL
    until: datetime = EVER
    vault: Vault | None = None


async def run(database_url: str, options: ExportOptions, now: datetime) -> Mapping[str, int]:
    """Write the tables, a manifest beside them, and return the rows of each.

    Args:
        database_url: the owner's login.
        options: what is asked for.
        now: the ward's time, for the audit.

    Raises:
        ValueError: a table is not known, or the folder is there already.
    """
    wanted = list(dict.fromkeys(options.tables)) or list(export.TABLES)
    for name in wanted:
        if name not in export.TABLES:
            raise ValueError(f"there is no table {name}: {', '.join(export.TABLES)}")
    if options.out.exists():
        raise ValueError(f"{options.out} is there already: name a new folder")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=options.out.parent, prefix=".export-"))
    try:
        counts = await _written(database_url, options, wanted, made)
        _describe(made, options, counts, now)
        await _noted(database_url, options, counts, now)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    made.rename(options.out)  # noqa: ASYNC240
    return counts


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[Conn]:
    async with await psycopg.AsyncConnection.connect(
        address(database_url), row_factory=dict_row, options="-c timezone=UTC"
    ) as conn:
        yield conn


async def _written(
    database_url: str, options: ExportOptions, wanted: Sequence[str], folder: Path
) -> dict[str, int]:
    asked = _asked(options)
    counts = {}
    async with _connected(database_url) as conn, conn.transaction():
        await export.begin(conn)
        for name in wanted:
            counts[name] = await _table(conn, export.TABLES[name], asked, options, folder / name)
        if options.vault is not None:
            counts["names"] = await _names(conn, options.vault, asked, options, folder / "names")
    return counts


def _asked(options: ExportOptions) -> Row:
    facts = [FACTS[metric] for metric in Metric]
    return {
        "ward": options.ward,
        "since": options.since,
        "until": options.until,
        "numbers": [int(metric) for metric in Metric],
        "metrics": [metric.wire_name for metric in Metric],
        "units": [one.unit for one in facts],
        "codes": [one.loinc for one in facts],
        "systems": [one.code_system for one in facts],
        "qualities": [int(one) for one in Quality],
        "words": [one.name.lower() for one in Quality],
    }


async def _table(
    conn: Conn, statement: LiteralString, asked: Row, options: ExportOptions, file: Path
) -> int:
    types = await export.types(conn, statement, asked)
    table = OPENERS[options.format](file.with_suffix(f".{options.format}"), types)
    count = 0
    async for part in export.rows(conn, statement, asked):
        table.write(part)
        count += len(part)
    table.close()
    return count


async def _names(conn: Conn, vault: Vault, asked: Row, options: ExportOptions, file: Path) -> int:
    """Write who the patients are, apart from everything else: the one file to guard most."""
    table = OPENERS[options.format](file.with_suffix(f".{options.format}"), _NAMES)
    count = 0
    async for part in export.rows(conn, export.NAMED, asked):
        opened = [(row["id"], personal_data.open_personal(vault, row)) for row in part]
        people: list[dict[str, Any]] = [
            {
                "patient": str(patient),
                "name": one.name,
                "birth_date": one.birth_date,
                "external_id": one.external_id,
                "phone": one.phone,
            }
            for patient, one in opened
            if one is not None
        ]
        table.write(people)
        count += len(people)
    table.close()
    return count


def _describe(
    folder: Path, options: ExportOptions, counts: Mapping[str, int], now: datetime
) -> None:
    """Write what there is, with a digest of each file."""
    files = {
        name: {
            "file": f"{name}.{options.format}",
            "rows": rows,
            "sha256": _digest(folder / f"{name}.{options.format}"),
        }
        for name, rows in counts.items()
    }
    told = {
        "made_at": now.isoformat(),
        "ward": options.ward,
        "from": None if options.since == ALL else options.since.isoformat(),
        "to": None if options.until == EVER else options.until.isoformat(),
        "names": options.vault is not None,
        "tables": files,
    }
    (folder / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


async def _noted(
    database_url: str, options: ExportOptions, counts: Mapping[str, int], now: datetime
) -> None:
    detail = {"tables": dict(counts), "names": options.vault is not None, "ward": options.ward}
    note = audit.Note(action="record.export", detail=detail)
    async with _connected(database_url) as conn:
        await audit.append(conn, now, "export", [note])
