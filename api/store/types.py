"""The connection that every store function takes: asynchronous, rows as dictionaries."""

from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow

Conn = AsyncConnection[DictRow]
Row = dict[str, Any]
