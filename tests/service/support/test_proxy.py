"""The proxy itself: it forwards, cuts, freezes, blocks one way and heals."""

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.support.proxy import HOST, TcpProxy


def echo(server: socket.socket) -> None:
    while True:
        try:
            one, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(one,), daemon=True).start()


def serve(one: socket.socket) -> None:
    with one:
        try:
            while chunk := one.recv(1000):
                one.sendall(chunk)
        except OSError:
            return


@pytest.fixture
def proxy() -> Iterator[TcpProxy]:
    server = socket.create_server((HOST, 0))
    threading.Thread(target=echo, args=(server,), daemon=True).start()
    made = TcpProxy(server.getsockname()[1]).start()
    yield made
    made.close()
    server.close()


def client(proxy: TcpProxy) -> socket.socket:
    return socket.create_connection((HOST, proxy.port), timeout=2)


def says(one: socket.socket, text: bytes) -> bytes:
    one.sendall(text)
    return one.recv(1000)


def test_it_forwards_both_ways(proxy: TcpProxy) -> None:
    with client(proxy) as one:
        assert says(one, b"hello") == b"hello"


def test_a_cut_line_is_reset_and_a_new_one_is_welcome(proxy: TcpProxy) -> None:
    with client(proxy) as one:
        assert says(one, b"a") == b"a"
        proxy.cut()
        assert ended(one)
    with client(proxy) as other:
        assert says(other, b"b") == b"b"


def ended(one: socket.socket) -> bool:
    try:
        return one.recv(10) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("how", ["freeze", "block_up", "block_down"])
def test_a_half_open_line_is_silent_until_it_heals(proxy: TcpProxy, how: str) -> None:
    with client(proxy) as one:
        assert says(one, b"a") == b"a"
        getattr(proxy, how)()
        one.sendall(b"b")
        one.settimeout(0.2)
        with pytest.raises(TimeoutError):
            one.recv(10)
        proxy.heal()
        one.settimeout(2)
        assert one.recv(10) == b"b"


def test_a_refusing_proxy_takes_nobody(proxy: TcpProxy) -> None:
    proxy.refuse()
    with client(proxy) as one:
        assert ended(one)
    proxy.heal()
    with client(proxy) as one:
        assert says(one, b"c") == b"c"
