"""Columns as PostgreSQL's binary arrays.

The driver's own lists are written as text, element by element, with every quote escaped; for the
JSON of five hundred patients that cost more than scoring them. These are packed in one piece.
"""

from collections.abc import Sequence
from struct import Struct

import numpy as np
from psycopg import Connection  # noqa: TC002 - one rule for the whole package
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format
from typing_extensions import override

_NULL = b"\xff\xff\xff\xff"
_HEAD = Struct(">iiiii")
_LENGTH = Struct(">i")

Column = Sequence[object]


class PackedArray:
    """A one-dimensional array, ready to be sent; subclasses say of what."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Int2Array(PackedArray):
    """``smallint[]``."""


class Int4Array(PackedArray):
    """``integer[]``."""


class Int8Array(PackedArray):
    """``bigint[]``."""


class Float8Array(PackedArray):
    """``double precision[]``."""


class BoolArray(PackedArray):
    """``boolean[]``."""


class TextArray(PackedArray):
    """``text[]``."""


class ByteaArray(PackedArray):
    """``bytea[]``."""


class UuidArray(PackedArray):
    """``uuid[]``."""


_OIDS: dict[type[PackedArray], tuple[int, int]] = {
    Int2Array: (1005, 21),
    Int4Array: (1007, 23),
    Int8Array: (1016, 20),
    Float8Array: (1022, 701),
    BoolArray: (1000, 16),
    TextArray: (1009, 25),
    ByteaArray: (1001, 17),
    UuidArray: (2951, 2950),
}
_NUMBERS: dict[type[PackedArray], tuple[str, str]] = {
    Int2Array: (">i2", ">ih"),
    Int4Array: (">i4", ">ii"),
    Int8Array: (">i8", ">iq"),
    Float8Array: (">f8", ">id"),
    BoolArray: ("?", ">i?"),
}


def _numbers(kind: type[PackedArray], column: Column) -> bytes:
    """Elements of one fixed size."""
    dtype, one = _NUMBERS[kind]
    if None not in column:
        made = np.empty(len(column), dtype=[("length", ">i4"), ("value", dtype)])
        made["length"] = np.dtype(dtype).itemsize
        made["value"] = column
        return made.tobytes()
    packer = Struct(one)
    size = packer.size - 4
    return b"".join(_NULL if value is None else packer.pack(size, value) for value in column)


def _bytes_of(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes):
        return value
    return value.bytes  # type: ignore[attr-defined,no-any-return] # a UUID


def _strings(column: Column) -> bytes:
    parts: list[bytes] = []
    for value in column:
        if value is None:
            parts.append(_NULL)
        else:
            data = _bytes_of(value)
            parts.append(_LENGTH.pack(len(data)))
            parts.append(data)
    return b"".join(parts)


def packed(kind: type[PackedArray], column: Column) -> PackedArray:
    """A column as an array of this kind."""
    body = _numbers(kind, column) if kind in _NUMBERS else _strings(column)
    element = _OIDS[kind][1]
    return kind(_HEAD.pack(1, 1, element, len(column), 1) + body)


def _dumper(kind: type[PackedArray]) -> type[Dumper]:
    class PackedDumper(Dumper):
        """Sends the packed bytes as they are."""

        format = Format.BINARY
        oid = _OIDS[kind][0]

        @override
        def dump(self, obj: PackedArray) -> Buffer:
            """The bytes."""
            return obj.data

    return PackedDumper


def register(connection: "Connection[tuple[object, ...]]") -> None:
    """Let a connection send packed arrays."""
    for kind in _OIDS:
        connection.adapters.register_dumper(kind, _dumper(kind))


Shape = Sequence[type[PackedArray]]


def columns(shape: Shape, rows: Sequence[Sequence[object]]) -> list[PackedArray]:
    """Rows turned into one packed array for each column; none without rows."""
    turned = zip(*rows, strict=True)
    return (
        [packed(kind, column) for kind, column in zip(shape, turned, strict=True)] if rows else []
    )
