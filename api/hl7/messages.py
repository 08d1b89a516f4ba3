"""ADT messages, read: whom one is about and what happened; and how each is answered. Pure.

Fields as in HL7 v2.5.1 chapter 3. An empty field says nothing, ``""`` says that there is nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

import hl7

ACCEPTED, ERROR, REJECTED = "AA", "AE", "AR"
EVENTS: Final = frozenset({"A01", "A02", "A03", "A08", "A40"})
NULL: Final = '""'
_SEX: Mapping[str, str] = MappingProxyType(
    {"F": "female", "M": "male", "O": "other", "A": "other", "U": "unknown", "N": "unknown"}
)
_CHARSETS: Mapping[str, str] = MappingProxyType(
    {
        "ASCII": "ascii",
        "UNICODE UTF-8": "utf-8",
        "UNICODE": "utf-8",
        **{f"8859/{part}": f"iso8859-{part}" for part in range(1, 10)},
        "8859/15": "iso8859-15",
    }
)
_MSH: Final = re.compile(rb"MSH([^\w\s])[^\w\s]{3,5}\1")
_DAY: Final = re.compile(r"\d{8}(\d{2}){0,3}(\.\d{1,4})?([+-]\d{4})?")
_CONTROL_ID: Final = 199


class MessageRefusal(Exception):  # noqa: N818 - a value on its way to an acknowledgement
    """A message that is not taken.

    Attributes:
        code: ``AE``: what it says cannot be done; ``AR``: it is none that is taken here.
        reason: in words, without personal data.
    """

    def __init__(self, code: str, reason: str) -> None:
        """Keep both."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an acknowledgement repeats, as far as it could be read.

    Attributes:
        sender: application and facility that sent it, ``ADT|HOSP``.
        control_id: MSH-10.
        event: MSH-9.2, ``A01``.
        structure: MSH-9.1, ``ADT``.
        processing: MSH-11.
        version: MSH-12.
    """

    sender: str = "|"
    control_id: str = ""
    event: str = ""
    structure: str = ""
    processing: str = "P"
    version: str = "2.5.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdtMessage:
    """What happened to whom.

    Attributes:
        event: ``A01`` and so on.
        identifier: the patient's identifier at the sender.
        prior: of a merge, the identifier that goes.
        said: of name, birth_date, sex and phone what the message says, as the forms name it.
        place: the point of care (PV1-3.1) where the patient is now; None: not said.
    """

    event: str
    identifier: str
    prior: str | None
    said: Mapping[str, Any]
    place: str | None


def decoded(block: bytes, encoding: str) -> str:
    """Return a message's text by the character set that it names.

    Raises:
        MessageRefusal: it is no HL7, or not in that character set.
    """
    if not _MSH.match(block):
        raise MessageRefusal(
            REJECTED, "this is no HL7 v2 message: MSH with its separators is missing"
        )
    named = block.partition(b"\r")[0].split(block[3:4])
    told = named[17].decode("ascii", "replace").split("~")[0] if len(named) > 17 else ""  # noqa: PLR2004 - MSH-18
    charset = _CHARSETS.get(told.strip(), encoding if not told.strip() else None)
    if charset is None:
        raise MessageRefusal(REJECTED, "MSH-18: this character set is not known here")
    try:
        text = block.decode(charset)
    except UnicodeDecodeError as error:
        raise MessageRefusal(
            ERROR, "the message is not in the character set that it names"
        ) from error
    if "\x00" in text:
        raise MessageRefusal(ERROR, "the message holds NUL")
    return text.replace("\r\n", "\r").replace("\n", "\r")


def parsed(text: str) -> Any:  # noqa: ANN401 - the library has no types
    """Return the library's message.

    Raises:
        MessageRefusal: it cannot be read.
    """
    try:
        return hl7.parse(text)
    except AssertionError as error:  # of the library: two delimiters are the same
        raise MessageRefusal(REJECTED, "MSH-2: each delimiter must be another character") from error
    except (hl7.HL7Exception, LookupError, ValueError, TypeError) as error:
        raise MessageRefusal(REJECTED, "the message cannot be read") from error


def field(message: Any, segment: str, number: int, *place: int) -> str:  # noqa: ANN401
    """Return a value, empty where it is not there; ``place``: repetition, component, part."""
    repeat, component, part = (*place, 1, 1, 1)[:3]
    try:
        found = message.extract_field(segment, 1, number, repeat, component, part)
    except (LookupError, TypeError, ValueError):
        return ""
    return str(found or "").strip()


def header_of(block: bytes) -> Header:
    """Return what can be read of the header, of whatever was sent."""
    if not _MSH.match(block):
        return Header()
    parts = block.partition(b"\r")[0].split(b"\n")[0].split(block[3:4])
    told = [_plain(one.decode("ascii", "replace")) for one in parts] + [""] * 20
    kind = told[8].split(chr(block[4]))
    return Header(
        sender=f"{told[2]}|{told[3]}",
        control_id=told[9][:_CONTROL_ID],
        event=kind[1][:3] if len(kind) > 1 else "",
        structure=kind[0][:3],
        processing=told[10][:1] or "P",
        version=told[11].split(chr(block[4]))[0][:8] or "2.5.1",
    )


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isprintable() and one != "\ufffd")[:200]


def read(message: Any, header: Header, authority: str) -> AdtMessage:  # noqa: ANN401
    """Return what an ADT message says.

    Args:
        message: of the library.
        header: of it.
        authority: assigning authority whose identifiers count; empty: see ``identifier_in``.

    Raises:
        MessageRefusal: it is none of the events that are taken here, or what is needed is missing.
    """
    if header.structure != "ADT" or header.event not in EVENTS:
        raise MessageRefusal(REJECTED, "MSH-9: only ADT^A01, A02, A03, A08 and A40 are taken here")
    if not header.control_id:
        raise MessageRefusal(REJECTED, "MSH-10: the message has no control id")
    if header.processing != "P":
        raise MessageRefusal(REJECTED, "MSH-11: only messages of production (P) are taken here")
    prior = None
    if header.event == "A40":
        prior = identifier_in(message, "MRG", 1, authority)
    return AdtMessage(
        event=header.event,
        identifier=identifier_in(message, "PID", 3, authority),
        prior=prior,
        said=_said(message),
        place=field(message, "PV1", 3) or None,
    )


def identifier_in(message: Any, segment: str, number: int, authority: str) -> str:  # noqa: ANN401
    """Return the identifier that counts of a field of them.

    Raises:
        MessageRefusal: there is none.
    """
    kept: list[tuple[int, str]] = []
    for repeat in range(1, 21):
        value = field(message, segment, number, repeat, 1)
        named = field(message, segment, number, repeat, 4, 1)
        kind = field(message, segment, number, repeat, 5)
        if value and value != NULL and (not authority or named == authority):
            kept.append((0 if kind == "MR" else 1, value))
    if not kept:
        raise MessageRefusal(ERROR, f"{segment}-{number}: no patient identifier that counts here")
    return min(kept, key=lambda one: one[0])[1]


def _said(message: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what PID says of the person; what it leaves empty is left out."""
    name = [field(message, "PID", 5, 1, part) for part in (2, 3, 1)]
    told: dict[str, Any] = {"name": " ".join(one for one in name if one and one != NULL)}
    born, sex, phone = field(message, "PID", 7), field(message, "PID", 8), _phone(message)
    if born and born != NULL:
        told["birth_date"] = _day(born)
    if sex and sex != NULL:
        if sex not in _SEX:
            raise MessageRefusal(ERROR, "PID-8: not a sex of HL7's table 0001 that is known here")
        told["sex"] = _SEX[sex]
    if phone:
        told["phone"] = None if phone == NULL else phone
    return {key: value for key, value in told.items() if value != ""}


def _phone(message: Any) -> str:  # noqa: ANN401
    whole = field(message, "PID", 13) or field(message, "PID", 13, 1, 12)
    parts = [field(message, "PID", 13, 1, part) for part in (5, 6, 7)]
    return whole or " ".join(one for one in parts if one)


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        pass
    raise MessageRefusal(ERROR, "PID-7: not a date of birth like 19501210")


def acknowledgement(header: Header, code: str, reason: str, now: datetime, own_id: str) -> str:
    """Return the ACK of a message, in HL7's own separators.

    Args:
        header: of what is acknowledged.
        code: ``AA``, ``AE`` or ``AR``.
        reason: why not, for ``ERR-8``; empty with ``AA``.
        now: the ward's time.
        own_id: control id of the acknowledgement.
    """
    application, _, facility = header.sender.partition("|")
    said = (written(application), written(facility), written(header.control_id))
    stamp = now.strftime("%Y%m%d%H%M%S+0000")
    kind = f"ACK^{written(header.event)}^ACK" if header.event else "ACK"
    level = f"{written(header.processing)}|{written(header.version)}||||||UNICODE UTF-8"
    lines = [
        f"MSH|^~\\&|HOMEWARD||{said[0]}|{said[1]}|{stamp}||{kind}|{own_id}|{level}",
        f"MSA|{code}|{said[2]}",
    ]
    if reason:
        table = "200" if code == REJECTED else "207"  # HL7 table 0357
        lines.append(f"ERR|||{table}|E||||{written(reason)}")
    return "\r".join(lines) + "\r"


_ESCAPES: Final = (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("&", "\\T\\"), ("~", "\\R\\"))


def written(text: str) -> str:
    """Return text with HL7's separators escaped, on one line."""
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    return text.replace("\r", " ").replace("\n", " ")
