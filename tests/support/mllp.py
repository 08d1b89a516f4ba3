"""The other side of an HL7 feed: messages as hospital systems write them, sent over MLLP."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Self

START, END = b"\x0b", b"\x1c\r"


def adt(event: str, control_id: str, patient: str, **more: str) -> bytes:
    """One ADT message; ``more``: name, born, sex, phone, place, prior, authority, charset."""
    kind = f"{patient}^^^{more.get('authority', 'HOSP')}^MR"
    name, born = more.get("name", "Byron^Ada"), more.get("born", "19501210")
    sex, phone = more.get("sex", "F"), more.get("phone", "")
    level = f"{control_id}|P|2.5.1||||||{more.get('charset', 'UNICODE UTF-8')}"
    segments = [
        f"MSH|^~\\&|ADT|HOSP|HOMEWARD|WARD|20261130101010||ADT^{event}^ADT_{event}|{level}",
        f"EVN|{event}|20261130101010",
        f"PID|1||{kind}||{name}||{born}|{sex}|||||{phone}",
    ]
    if "prior" in more:
        segments.append(f"MRG|{more['prior']}^^^{more.get('authority', 'HOSP')}^MR")
    segments.append(f"PV1|1|O|{more.get('place', 'main')}^^^HOSP")
    return ("\r".join(segments) + "\r").encode()


class Conversation:
    """One connection: sends a message, gives its acknowledgement."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._read = b""

    def send(self, message: bytes) -> str:
        """Send a message; return ``MSA-1``.

        Raises:
            OSError: the other side has gone before it answered.
        """
        return self.answer(message).split("\rMSA|")[1].split("|")[0]

    def answer(self, message: bytes) -> str:
        self._line.sendall(START + message + END)
        while END not in self._read:
            more = self._line.recv(65_536)
            if not more:
                raise ConnectionError("closed without an acknowledgement")
            self._read += more
        block, self._read = self._read.split(END, 1)
        return block.removeprefix(START).decode()


@contextmanager
def connected(port: int, tls: ssl.SSLContext | None = None) -> Iterator[Conversation]:
    with socket.create_connection(("127.0.0.1", port), timeout=20.0) as line:
        if tls is None:
            yield Conversation(line)
        else:
            with tls.wrap_socket(line, server_hostname="localhost") as wrapped:
                yield Conversation(wrapped)


class Receiving:
    """A system that results are sent to; acknowledges one after another as it is told."""

    def __init__(self, codes: list[str]) -> None:
        self._codes = codes
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.messages: list[str] = []

    def __enter__(self) -> Self:
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._server.accept()
                with line:
                    self._answer(line)

    def _answer(self, line: socket.socket) -> None:
        read = b""
        while more := line.recv(65_536):
            read += more
            while END in read:
                block, read = read.split(END, 1)
                text = block.removeprefix(START).decode()
                self.messages.append(text)
                control_id = text.split("|")[9]
                head = "MSH|^~\\&|LAB|HOSP|||1||ACK|1|P|2.5.1"
                answer = f"{head}\rMSA|{self._codes.pop(0)}|{control_id}\r"
                line.sendall(START + answer.encode() + END)
