"""Words that stand nowhere else, and where of a ward they can be found again."""

import base64
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

Schema = Mapping[str, Any]
FieldPath = tuple[str, ...]
ANY_METRIC = "spo2"
"""Stands for the name of any metric, in objects that have a member for each."""


def word() -> str:
    """A new word, that any field of text takes."""
    return f"w{secrets.token_hex(10)}"


def forms(sought: str) -> list[bytes]:
    """How a word looks in the clear, in hex, and in the three places of a base64 text."""
    raw = sought.encode()
    coded = [base64.b64encode(b"\0" * shift + raw) for shift in range(3)]
    return [raw, raw.hex().encode(), *(one[4 if at else 0 : -4] for at, one in enumerate(coded))]


def dumped(superuser: str) -> dict[str, bytes]:
    """Every table of a database as COPY gives it, by name; hypertables with all their chunks."""
    with psycopg.connect(superuser) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [str(name) for (name,) in cursor.fetchall()]
        found: dict[str, bytes] = {}
        for name in names:
            asked = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(name))
            with cursor.copy(asked) as copy:
                found[name] = b"".join(bytes(part) for part in copy)
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    """What a ward keeps in files, but for the database's own."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and "postgres" not in file.relative_to(folder).parts
    }


def where(sought: Mapping[str, str], places: Mapping[str, bytes]) -> list[str]:
    """Which of the words (with what they were entered as) stand in which place."""
    return [
        f"{entered} in {place}"
        for entered, one in sought.items()
        for place, content in places.items()
        if any(form in content for form in forms(one))
    ]


def free_text(spec: Schema, schema: Schema, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The fields of a body that take any text, by their path; ``[]`` is an item of a list."""
    schema = _resolved(spec, schema)
    for joined in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(joined, ()):
            yield from free_text(spec, one, path)
    if schema.get("type") == "string" and not {"format", "enum", "const"} & set(schema):
        yield path
    for name, part in schema.get("properties", {}).items():
        yield from free_text(spec, part, (*path, name))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from free_text(spec, schema["additionalProperties"], (*path, ANY_METRIC))
    if schema.get("type") == "array":
        yield from free_text(spec, schema.get("items", {}), (*path, "[]"))


def _resolved(spec: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = spec
        for part in schema["$ref"].split("/")[1:]:
            found = found[part]
        schema = found
    return schema


def text_fields(spec: Schema) -> Iterator[tuple[str, FieldPath]]:
    """Every field of text in every body of an API: ``METHOD /path`` and the field's path."""
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            bodies = operation.get("requestBody", {}).get("content", {}).values()
            route = f"{method.upper()} {re.sub('^/api/v1', '', path)}"
            for body in bodies:
                for field in dict.fromkeys(free_text(spec, body["schema"])):
                    yield route, field


def with_text(body: Mapping[str, Any], field: FieldPath, text: str) -> dict[str, Any]:
    """A body with one field set; of a list, in its first item."""
    first, *rest = field
    made = dict(body)
    if not rest:
        made[first] = text
    elif rest[0] == "[]":
        items = list(made.get(first, ()))
        begun = items[0] if items else {}
        made[first] = [with_text(begun, tuple(rest[1:]), text) if rest[1:] else text, *items[1:]]
    else:
        inner = made.get(first)
        made[first] = with_text(inner if isinstance(inner, dict) else {}, tuple(rest), text)
    return made
