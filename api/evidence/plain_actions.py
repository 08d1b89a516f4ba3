"""The audit's actions in words that a patient reads."""

from collections.abc import Mapping
from types import MappingProxyType

from api.language import gettext, spoken
from api.language.tongues import ENGLISH

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "invitation.make": "made a link for an account that sees your record",
        "advice.confirm": "said that you have read advice",
        "advice.list": "saw in a list that you have not confirmed advice",
        "advice.preview": "looked at advice before sending it to you",
        "advice.read": "looked at the advice that you were given",
        "advice.send": "sent you advice",
        "alert.acknowledge": "took on an alert about you",
        "alert.escalate": "passed an alert about you on",
        "alerts.list": "saw an alert about you in a list",
        "alerts.stream": "was told of an alert about you as it came",
        "alerts.what_if.read": "saw what other settings would have raised of you",
        "allocation.history.read": "saw you in a plan of who cares for whom",
        "allocation.proposal": "saw you in a proposal of who cares for whom",
        "allocation.read": "saw you in the plan of who cares for whom",
        "burden.read": "saw how many alerts there were about you",
        "cards.read": "saw your phone number in the list of patients",
        "cohorts.read": "saw you in a group of patients",
        "alert.read": "looked at an alert about you",
        "alert.resolve": "closed an alert about you",
        "alert.snooze": "put an alert about you off",
        "assessment.read": "looked at your present score",
        "assessments.read": "looked at the course of your scores",
        "audit.own": "looked at this list",
        "audit.read": "looked at the list of who saw your record",
        "call.ask": "asked to be called",
        "call.done": "said that you were called",
        "call.take": "took on to call you",
        "call.withdraw": "took back that you asked to be called",
        "calls.list": "saw that you asked to be called",
        "case.close": "closed your case to the doctors who were asked",
        "case.images": "looked at your images, asked for an opinion",
        "case.join": "came to a call of doctors about you",
        "case.leave": "left a call of doctors about you",
        "case.open": "showed your case to other doctors, for a time",
        "case.read": "looked at what was shown of your case, asked for an opinion",
        "case.readings": "looked at the readings that were shown of your case",
        "case.sign": "signed a conclusion about your case",
        "case.watch": "had your case open",
        "case.write": "wrote about your case",
        "cases.list": "saw your case in a list",
        "cases.own": "looked at whom your case was shown to",
        "command.send": "sent a command to one of your devices",
        "commands.list": "looked at what was sent to your devices",
        "consent.give": "wrote down what you agreed to",
        "consent.withdraw": "took a consent of yours back",
        "consents.list": "looked at what you agreed to",
        "consultation.admit": "let you in from the waiting room",
        "consultation.book": "booked a consultation",
        "consultation.cancel": "cancelled a consultation",
        "consultation.end": "ended a consultation",
        "consultation.join": "came to a consultation",
        "consultation.leave": "left a consultation",
        "consultation.move": "moved a consultation",
        "consultation.read": "looked at a consultation of yours",
        "consultation.sign": "signed the summary of a consultation",
        "consultation.slots": "looked for a time for a consultation",
        "consultation.write": "wrote about a consultation",
        "consultations.list": "saw your consultation in a list",
        "consultations.read": "looked at your consultations",
        "device.register": "registered a device for you",
        "devices.list": "looked at your devices",
        "disease_risk.read": "had a probability of diabetes worked out",
        "emergency_access.begin": "opened your record in an emergency, with a reason",
        "emergency_access.end": "ended an emergency access to your record",
        "encounters.list": "looked at your stays",
        "evidence.read": "looked at the proof of a reading",
        "glucose.read": "looked at your blood sugar",
        "handover.read": "read about you at the handover of a shift",
        "weekly.make": "made the report of your week",
        "weekly.read": "looked at the report of your week",
        "message.write": "wrote a message to or from you",
        "imaging.list": "looked at the list of your images",
        "imaging.release": "let you see images of yours, or no more",
        "imaging.remove": "took images of yours away for good",
        "imaging.report": "wrote down what was found in your images",
        "imaging.reports": "read what was found in your images",
        "imaging.upload": "added images of you",
        "imaging.view": "looked at your images",
        "messages.list": "saw in a list that there are messages of yours",
        "messages.read": "looked at messages to and from you",
        "messages.see": "read what you wrote, or you what was written to you",
        "observations.enter": "entered readings of yours",
        "observations.read": "looked at your readings",
        "panel.read": "saw you in the list of patients",
        "panel.watch": "had the list of patients with you in it open",
        "patient.change": "changed your record",
        "patient.create": "took you in",
        "patient.export": "took your whole record along",
        "patient.limits.read": "looked at your limits",
        "patient.read": "looked at your record",
        "patients.list": "saw you in the list of patients",
        "quarantine.list": "saw what was refused of your devices",
        "resource.give": "gave you a piece of equipment, or put you on the list for one",
        "resource.return": "took a piece of equipment back",
        "resources.read": "saw which equipment you have or wait for",
        "worklist.read": "saw you in the work of their day",
    }
)
_VERBS: Mapping[str, str] = MappingProxyType(
    {
        "read": "looked at",
        "list": "looked at",
        "watch": "had open",
        "change": "changed",
        "set": "changed",
        "create": "made",
        "add": "added",
        "end": "ended",
        "begin": "began",
    }
)


def in_words(action: str) -> str:
    """Return an action of the audit as a patient reads it; one that is not known, by its parts."""
    known = ACTIONS.get(action)
    if known is not None:
        return gettext(known)
    if spoken().tongue is not ENGLISH:  # the parts of a name are English words
        return gettext("did something with your record ({action})").format(action=action)
    noun, _, verb = action.rpartition(".")
    thing = noun.replace(".", " ").replace("_", " ")
    return f"{_VERBS.get(verb, verb)} {thing} (yours)"
