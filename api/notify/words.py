"""What a notice says: how urgent, which patient by a code, and where to look. Nothing personal.

A notice crosses telephones' screens and other people's servers. Name, birth date, condition and
value stay on the page, which it leads to; the code beside the name there says whose it is.
"""

from dataclasses import dataclass
from uuid import UUID

from analytics.domain.patient_code import code_of
from api.language import catalogue_of, noted

TEST = "test"
REMINDER = "reminder"
WEEKLY_REPORT = "weekly_report"
ADVICE = "advice"
ASKED = "case_asked"
_OF_CONTACT = {
    "message": noted("New message"),
    "message_overdue": noted("A message that nobody has read"),
    ADVICE: noted("New advice"),
    "advice_overdue": "Advice that the patient has not confirmed",
    "call_asked": noted("A call is asked for"),
    "consultation_booked": noted("A consultation is booked"),
    "consultation_moved": noted("A consultation is moved"),
    "consultation_cancelled": noted("A consultation is cancelled"),
    "consultation_early": noted("A consultation is coming"),
    "consultation_soon": noted("A consultation begins soon"),
    "consultation_waiting": "The patient is in the waiting room",
    ASKED: "A colleague asks for your opinion",
    "call_asked_overdue": "A call is asked for, and nobody has taken it",
}
"""What is said of contact between a patient and the ward; never what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One notice as it is written: a title, a line, and the address that it leads to."""

    title: str
    line: str
    link: str

    @property
    def whole(self) -> str:
        """Everything in one text, for channels that know no title."""
        return f"{self.title}, {self.line} {self.link}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice is about.

    Attributes:
        id: by which its opening is recorded.
        priority: of its alert.
        change: what happened; ``test`` for a test of the channel, ``reminder`` to a patient.
        patient_no: whom it is about; None: the ward.
        ward: the alert's ward.
        ward_phone: whom somebody without an account may ring; empty: not known.
        language: of who reads it; None: English.
    """

    id: UUID
    priority: str
    change: str
    patient_no: int | None
    ward: str
    ward_phone: str = ""
    language: str | None = None


def words_to_contact(notice: Notice, site: str) -> Words:
    """Return what the out-of-hours contact is told: that nobody in the ward has answered."""
    said = words(notice, site)
    ring = f"ring {notice.ward_phone}, or " if notice.ward_phone else ""
    about = said.line.partition(",")[0]
    line = f"{about}, ward {notice.ward}: nobody has answered, {ring}open Homeward"
    return Words(title=said.title, line=line, link=said.link)


def words(notice: Notice, site: str) -> Words:
    """Return what a notice says; ``site`` is the address of the pages."""
    link = f"{site.rstrip('/')}/n/{notice.id}"
    say = catalogue_of(notice.language).say
    if notice.change == TEST:
        return Words(title=say("Test of this channel"), line=say("open Homeward"), link=link)
    if notice.change == WEEKLY_REPORT:
        line = say("your report is there, open Homeward")
        return Words(title=say("Your week"), line=line, link=link)
    if notice.change == REMINDER:
        line = say("something is to do, open Homeward")
        return Words(title=say("Reminder"), line=line, link=link)
    no = notice.patient_no
    about = f"ward {notice.ward}" if no is None else say("patient {code}").format(code=code_of(no))
    title = say(_OF_CONTACT.get(notice.change, f"{notice.priority.upper()} alert"))
    line = say("{about}, open Homeward").format(about=about)
    return Words(title=title, line=line, link=link)
