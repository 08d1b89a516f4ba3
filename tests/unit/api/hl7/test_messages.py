"""What an ADT message says is read, or refused by name; whatever is sent is answered."""

from datetime import UTC, date, datetime
from pathlib import Path

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.hl7 import messages
from api.hl7.messages import MessageRefusal
from api.hl7.receiving import opened
from api.hl7.settings import Hl7Settings
from tests.support.mllp import adt

SETTINGS = Hl7Settings(key_file=Path("x"), port=2575)
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def test_a_message_says_whom_and_what() -> None:
    block = opened(adt("A01", "7", "R-1", name="O\\T\\Neil^Ada^M", phone="555"), SETTINGS)
    assert block.refusal is None
    assert block.message is not None
    assert (block.message.event, block.message.identifier) == ("A01", "R-1")
    assert block.message.said == {
        "name": "Ada M O&Neil",
        "birth_date": date(1950, 12, 10),
        "sex": "female",
        "phone": "555",
    }
    assert (block.message.place, block.header.control_id) == ("main", "7")
    assert block.header.sender == "ADT|HOSP"


def test_what_is_left_empty_says_nothing_and_two_quotes_say_that_there_is_none() -> None:
    block = opened(adt("A08", "7", "R-1", name="", born="", sex="", phone='""'), SETTINGS)
    assert block.message is not None
    assert block.message.said == {"phone": None}


def test_the_identifier_of_the_authority_counts() -> None:
    sent = adt("A01", "7", "R-1").replace(b"R-1^^^HOSP^MR", b"N-9^^^NHS^NH~R-1^^^HOSP^MR")
    for authority, wanted in (("", "R-1"), ("NHS", "N-9"), ("HOSP", "R-1")):
        settings = SETTINGS.model_copy(update={"authority": authority})
        message = opened(sent, settings).message
        assert message is not None
        assert message.identifier == wanted
    refusal = opened(sent, SETTINGS.model_copy(update={"authority": "ELSEWHERE"})).refusal
    assert refusal is not None
    assert refusal.code == "AE"


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("8859/1", "latin-1"), ("UNICODE UTF-8", "utf-8"), ("", "utf-8"), ("8859/2", "iso8859-2")],
)
def test_text_is_read_in_the_character_set_that_is_named(charset: str, encoding: str) -> None:
    sent = adt("A01", "7", "R-1", name="Müller^Jörg", charset=charset).decode().encode(encoding)
    message = opened(sent, SETTINGS).message
    assert message is not None
    assert message.said["name"] == "Jörg Müller"


@pytest.mark.parametrize(
    ("sent", "code", "named"),
    [
        (b"", "AR", "MSH"),
        (b"GET / HTTP/1.1", "AR", "MSH"),
        (adt("A05", "1", "R"), "AR", "MSH-9"),
        (adt("A01", "", "R"), "AR", "MSH-10"),
        (adt("A01", "1", "R").replace(b"|P|2.5.1", b"|T|2.5.1"), "AR", "MSH-11"),
        (adt("A01", "1", "R", charset="GB 18030-2000"), "AR", "MSH-18"),
        (adt("A01", "1", "R").replace(b"|^~\\&|", b"|^^\\&|"), "AR", "MSH-2"),
        (adt("A01", "1", "R").replace(b"|^~\\&|", b"|^~\\^|"), "AR", "MSH-2"),
        (adt("A01", "1", "R").replace(b"Ada", b"\xff"), "AE", "character set"),
        (adt("A01", "1", "", authority=""), "AE", "PID-3"),
        (adt("A40", "1", "R"), "AE", "MRG-1"),
        (adt("A01", "1", "R", sex="X"), "AE", "PID-8"),
        (adt("A01", "1", "R", born="50"), "AE", "PID-7"),
        (adt("A01", "1", "R", name="A\x00^B"), "AE", "NUL"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(sent: bytes, code: str, named: str) -> None:
    block = opened(sent, SETTINGS)
    assert block.refusal is not None
    assert (block.refusal.code, named in block.refusal.reason) == (code, True)


def test_an_acknowledgement_repeats_what_the_sender_needs_and_nothing_breaks_out() -> None:
    header = messages.header_of(adt("A01", "7^|", "R-1"))
    told = messages.acknowledgement(header, "AE", "PID-5: a|b\rOBX|1", NOW, "own")
    read = hl7.parse(told)
    assert [str(one[0]) for one in read] == ["MSH", "MSA", "ERR"]
    assert (str(read["MSA.F1"]), str(read.segment("MSH")[9]), str(read["MSH.F10"])) == (
        "AE",
        "ACK^A01^ACK",
        "own",
    )
    assert (str(read["MSH.F5"]), str(read["MSH.F6"])) == ("ADT", "HOSP")


@given(st.binary(max_size=400))
def test_whatever_is_sent_is_answered(sent: bytes) -> None:
    for block in (sent, b"MSH|^~\\&|" + sent, adt("A01", "1", "R") + sent):
        read = opened(block, SETTINGS)
        assert (read.message is None) == (read.refusal is not None)
        reason = read.refusal.reason if read.refusal else ""
        told = messages.acknowledgement(read.header, "AE", reason, NOW, "own")
        assert told.encode()
        assert len([one for one in told.split("\r") if one.startswith("MSA|AE|")]) == 1


@given(st.text(max_size=60))
def test_any_text_survives_being_written(text: str) -> None:
    line = messages.written(text)
    assert not set(line) & {"|", "^", "&", "~", "\r", "\n"}


@pytest.mark.parametrize(
    "more",
    [
        {"host": "0.0.0.0"},  # noqa: S104 - what must be refused
        {"cert_file": Path("x")},
        {"port": None},
        {"out_host": "lab.example.org", "out_tls": False},
        {"out_host": "lab.example.org"},
        {"wards": "CARD"},
    ],
)
def test_settings_that_leave_a_door_open_are_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"TLS|port|wards"):
        Hl7Settings(**{"key_file": Path("x"), "port": 2575, **more})


def test_a_refusal_names_no_person() -> None:
    for sent in (adt("A01", "1", "Secretive", sex="X"), adt("A40", "1", "Secretive")):
        refusal = opened(sent, SETTINGS).refusal
        assert isinstance(refusal, MessageRefusal)
        assert "Secretive" not in refusal.reason
