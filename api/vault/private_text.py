"""Free text about a person, sealed like their name: destroying the person's key erases it too.

What people write about a patient (a comment on an alert, the serial on the back of a device) stands
in ordinary text and JSON columns as a sealed string, ``sealed.1.`` and base64url, made with the
patient's own data key. Whoever stores such text calls :meth:`PatientText.seal`; answers are opened
where their patient is named (``api.patients.identifiers``), whatever member the text stands in. A
string that nobody opens stays sealed, and is told as null rather than as it is stored.
"""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from api.vault.envelope import VaultError, seal, unseal

PREFIX = "sealed.1."


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientText:
    """Seals and opens one patient's text.

    Attributes:
        patient_id: whose; a sealed string opens for nobody else.
        key: the patient's data key; None: erased, or not to be opened for who is answered.
    """

    patient_id: UUID
    key: bytes | None

    def seal(self, text: str | None) -> str | None:
        """Return the text as it is stored; nothing stays nothing.

        Raises:
            VaultError: the person was erased, so nothing can be said of them any more.
        """
        if not text:
            return text
        if self.key is None:
            raise VaultError("an erased person has no key")
        sealed = seal(self.key, text.encode(), self._bond())
        return PREFIX + base64.urlsafe_b64encode(sealed).decode()

    def open(self, text: str | None) -> str | None:
        """Return the text as it was written; what was never sealed is what it is."""
        if text is None or not text.startswith(PREFIX):
            return text
        if self.key is None:
            return None
        try:
            sealed = base64.urlsafe_b64decode(text.removeprefix(PREFIX))
            return unseal(self.key, sealed, self._bond()).decode()
        except (VaultError, binascii.Error, ValueError):
            return None

    def _bond(self) -> bytes:
        return b"patient-text:" + self.patient_id.bytes


def open_in(value: object, text: PatientText | None) -> object:
    """Return a JSON value with every sealed string in it opened; objects and lists in place.

    Args:
        value: an answer, or part of one.
        text: of the patient whom it is about; None: what is sealed is told as null.
    """
    if isinstance(value, str):
        if not value.startswith(PREFIX):
            return value
        return None if text is None else text.open(value)
    if isinstance(value, dict):
        for name, part in value.items():
            value[name] = open_in(part, text)
    elif isinstance(value, list):
        value[:] = [open_in(part, text) for part in value]
    return value
