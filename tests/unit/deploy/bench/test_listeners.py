"""What a benchmark's listener makes of a stream's bytes, however they are cut."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from deploy.bench.listeners import StreamHeard

ONE, OTHER = "0b3f5c1e-0000-4000-8000-000000000001", "0b3f5c1e-0000-4000-8000-000000000002"


def event(name: str, number: int, patient: str) -> bytes:
    data = f'{{"id":"e{number}","patient":"{patient}","priority":"high"}}'
    body = f"id: {number}\nevent: {name}\ndata: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(body), body)  # one chunk of an answer without a length


STREAM = (
    b"retry: 2000\n\n"
    + event("alert.raised", 1, ONE)
    + b": heartbeat {}\n\n"
    + event("alert.changed", 2, ONE)
    + event("alert.closed", 3, ONE)
    + event("alert.raised", 4, OTHER)
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=9))
def test_an_alert_is_heard_once_its_event_is_whole(cuts: list[int]) -> None:
    heard = StreamHeard()
    edges = [0, *sorted(cuts), len(STREAM)]
    ends = [STREAM.index(b"\n\n", STREAM.index(f"id: {n}\n".encode())) + 2 for n in (1, 4)]
    for now, (start, end) in enumerate(pairwise(edges)):
        heard.take(STREAM[start:end], float(now))
    when = [next(n for n, end in enumerate(edges[1:]) if end >= whole) for whole in ends]
    assert heard.at == {ONE: float(when[0]), OTHER: float(when[1])}
