"""One connection to the database, its errors in the gateway's words, and a way to cut it."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection, errors
from psycopg.rows import TupleRow

from gateway.address import address
from gateway.errors import BatchRejected, StoreUnavailable
from gateway.store import binary_arrays

Row = TupleRow
_CONTENT = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    psycopg.NotSupportedError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Translate the driver's errors at the boundary.

    Raises:
        StoreUnavailable: the database is away, read-only, full, or ended the transaction.
        BatchRejected: it refuses the content.
    """
    try:
        yield
    except errors.InsufficientPrivilege as error:
        raise StoreUnavailable(str(error)) from error
    except _CONTENT as error:
        raise BatchRejected(f"{type(error).__name__}: {error}") from error
    except psycopg.Error as error:
        raise StoreUnavailable(f"{type(error).__name__}: {error}") from error


def connect(url: str, name: str, *, autocommit: bool = False) -> "Connection[Row]":
    """Open a connection.

    Args:
        url: where.
        name: shown in ``pg_stat_activity``.
        autocommit: every statement by itself.

    Raises:
        StoreUnavailable: the database cannot be reached.
    """
    with translated():
        connection = psycopg.connect(address(url, application_name=name), autocommit=autocommit)
    binary_arrays.register(connection)
    return connection


class InterruptibleConnection:
    """A connection with a sign of whether it waits for an answer, that can be cut meanwhile.

    Attributes:
        busy_since: monotonic seconds since when it waits; None: for nothing.
    """

    def __init__(self, url: str, name: str, *, autocommit: bool = False) -> None:
        self.connection = connect(url, name, autocommit=autocommit)
        self.busy_since: float | None = None

    @contextmanager
    def asking(self) -> Iterator[Connection[Row]]:
        """The connection, for what is to be answered soon.

        Raises:
            StoreUnavailable: the database is away, or the line was cut.
            BatchRejected: it refuses the content.
        """
        self.busy_since = time.monotonic()
        try:
            with translated():
                yield self.connection
        finally:
            self.busy_since = None

    def abort(self) -> None:
        """Cut the line from another thread: whoever waits on it gets ``StoreUnavailable``."""
        try:
            line = socket.socket(fileno=socket.dup(self.connection.fileno()))
        except (OSError, psycopg.Error):
            return
        with line:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


class CommitConnection(InterruptibleConnection):
    """The committing connection. The buckets' advisory locks live as long as it does."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "homeward-gateway")
        self.backend_pid: int = self.connection.info.backend_pid

    @contextmanager
    def transaction(self) -> Iterator[Connection[Row]]:
        """One transaction: committed at the end, rolled back by an exception.

        Raises:
            StoreUnavailable: nothing was written, or it is not known whether it was.
            BatchRejected: nothing was written, and the same batch never will be.
        """
        with self.asking() as connection, connection.transaction():
            yield connection
