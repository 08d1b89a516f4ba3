"""A body in pieces goes over the wire as h11 by itself would send it."""

from collections.abc import Sequence

import h11
import pytest

from api.http.streamed_body import StreamedBody

GET = b"GET /stream HTTP/1.1\r\nHost: ward\r\n\r\n"
PIECES = [b"retry: 2000\n\n", b"", b"event: alert.raised\ndata: {}\n\n", b"x" * 70_000]
HEADS = [[], [("content-length", str(sum(map(len, PIECES))))]]


def sent(conn: h11.Connection, headers: Sequence[tuple[str, str]]) -> list[bytes | None]:
    """Answer one request in pieces, and leave the connection as it is after that."""
    conn.receive_data(GET)
    assert isinstance(conn.next_event(), h11.Request)
    assert isinstance(conn.next_event(), h11.EndOfMessage)
    said: list[bytes | None] = [conn.send(h11.Response(status_code=200, headers=list(headers)))]
    said += [conn.send(h11.Data(data=piece)) for piece in PIECES]
    return [*said, conn.send(h11.EndOfMessage())]


@pytest.mark.parametrize("headers", HEADS)
def test_the_same_bytes_and_the_same_states(headers: list[tuple[str, str]]) -> None:
    ours, theirs = StreamedBody(h11.SERVER), h11.Connection(h11.SERVER)
    for _ in range(2):  # the connection is kept, and answers once more
        assert sent(ours, headers) == sent(theirs, headers)
        assert ours.states == theirs.states
        for conn in (ours, theirs):
            conn.start_next_cycle()


def test_a_piece_without_a_head_is_an_error_still() -> None:
    conn = StreamedBody(h11.SERVER)
    with pytest.raises(h11.LocalProtocolError):
        conn.send(h11.Data(data=b"x"))


def test_more_than_was_announced_is_an_error_still() -> None:
    conn = StreamedBody(h11.SERVER)
    conn.receive_data(GET)
    conn.next_event()
    conn.send(h11.Response(status_code=200, headers=[("content-length", "3")]))
    with pytest.raises(h11.LocalProtocolError):
        conn.send(h11.Data(data=b"four"))
