"""One tree of errors; each class carries the HTTP status and the problem type it becomes.

::

    ApiError
    ├── NotSignedInError 401 ── OtpRequiredError 401, PasskeyRequiredError 401
    ├── ForbiddenError 403 ── SecondFactorError 403
    ├── NotFoundError 404      (also what the caller may not see)
    ├── ConflictError 409 ── StaleError 409, OverlapError 409 (names the shifts),
    │                        WardFullError 409 (names what is not free)
    ├── SlowError 408
    ├── TooLargeError 413
    ├── MisdirectedError 421
    ├── InvalidError 422       (names the field) ── DoubtfulError 422 (names all in doubt)
    ├── ThrottledError 429     (says when to come back)
    └── UnavailableError 503

Raise them anywhere below a route; ``api.http.problems`` turns them into RFC 9457 problem details.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from typing_extensions import override


class ApiError(Exception):
    """Root of what a caller may be told; ``detail`` must hold no personal data."""

    status: ClassVar[int] = 500
    type: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong here"

    def __init__(self, detail: str = "") -> None:
        """Keep the explanation for the person who called."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title

    def headers(self) -> dict[str, str]:
        """Return headers that belong to this answer."""
        return {}

    def members(self) -> dict[str, object]:
        """Return further members of the problem document."""
        return {}


class NotSignedInError(ApiError):
    """No session, or one that has ended."""

    status = 401
    type = "not_signed_in"
    title = "Sign in first"

    @override
    def headers(self) -> dict[str, str]:
        """Name the scheme, as RFC 9110 asks for with a 401."""
        return {"WWW-Authenticate": "Bearer"}


class OtpRequiredError(NotSignedInError):
    """The password was right; the second factor is missing."""

    type = "otp_required"
    title = "A one-time password is needed"


class PasskeyRequiredError(NotSignedInError):
    """The password was right; the account is opened with its passkey."""

    type = "passkey_required"
    title = "A passkey is needed"


class ForbiddenError(ApiError):
    """The role may not do this to anybody."""

    status = 403
    type = "forbidden"
    title = "Not allowed for this role"


class SecondFactorError(ForbiddenError):
    """Staff need a second factor before they may do anything else."""

    type = "second_factor_required"
    title = "Set up a second factor first"


class NotFoundError(ApiError):
    """It is not there, or the caller may not see that it is."""

    status = 404
    type = "not_found"
    title = "Not found"


class ConflictError(ApiError):
    """The state it is in does not allow this."""

    status = 409
    type = "conflict"
    title = "Conflict with the present state"


class StaleError(ConflictError):
    """Somebody else has changed it since the caller read it; ``revision`` is the present one."""

    type = "stale"
    title = "Changed meanwhile"

    def __init__(self, revision: int) -> None:
        """Keep the present revision."""
        super().__init__("Somebody has changed this meanwhile: read it again, then change it.")
        self.revision = revision

    @override
    def members(self) -> dict[str, object]:
        """Tell the present revision, with which to compare."""
        return {"revision": self.revision}


class OverlapError(ConflictError):
    """The person is on the rota at that time already; ``shifts`` are the ones in the way."""

    type = "shift_overlaps"
    title = "One person is on the rota once at a time"

    def __init__(self, detail: str, shifts: Sequence[Mapping[str, str]]) -> None:
        """Keep which shifts are in the way, each with id, start and end."""
        super().__init__(detail)
        self.shifts = list(shifts)

    @override
    def members(self) -> dict[str, object]:
        """Name the shifts, so that a program can join or move them."""
        return {"shifts": self.shifts}


class WardFullError(ConflictError):
    """Nobody more can be taken in: ``lacking`` names what each patient needs and is not free."""

    type = "ward_full"
    title = "The ward is full"

    def __init__(self, lacking: Sequence[str]) -> None:
        """Keep what is lacking."""
        named = ", ".join(lacking)
        super().__init__(f"Not free: {named}. Discharge somebody, or change how many there are.")
        self.lacking = list(lacking)

    @override
    def members(self) -> dict[str, object]:
        """Name what is lacking."""
        return {"lacking": self.lacking}


class SlowError(ApiError):
    """The request did not arrive whole in the time that it may take."""

    status = 408
    type = "too_slow"
    title = "The request took too long to arrive"


class MisdirectedError(ApiError):
    """The request names a host that this is not."""

    status = 421
    type = "misdirected"
    title = "This is not the host that was asked for"


class TooLargeError(ApiError):
    """The body is larger than any call needs."""

    status = 413
    type = "too_large"
    title = "The body is too large"


class InvalidError(ApiError):
    """A field holds what it must not; ``field`` is its path, joined by dots."""

    status = 422
    type = "invalid"
    title = "Some fields are not right"

    def __init__(self, field: str, message: str, *more: tuple[str, str]) -> None:
        """Keep which field, and what is wrong with it; ``more``: other fields with theirs."""
        self.found: Sequence[tuple[str, str]] = [(field, message), *more]
        super().__init__("; ".join(f"{name}: {why}" for name, why in self.found[:5]))
        self.field = field
        self.message = message

    @override
    def members(self) -> dict[str, object]:
        """Name the fields, as for errors of validation."""
        return {"errors": [{"field": field, "message": why} for field, why in self.found]}


class DoubtfulError(InvalidError):
    """Values could be right, yet are in doubt: ``send`` names what says that they are meant."""

    type = "doubtful"
    title = "Some values are in doubt: look again, then confirm"

    def __init__(self, found: Sequence[tuple[str, str]], send: Sequence[str] = ()) -> None:
        """Keep each field in doubt and why, and what must be sent with them if they are meant."""
        super().__init__(*found[0], *found[1:])
        self.send = send
        if send:
            self.detail += f". If it is meant, send it again with {' and '.join(send)}."

    @override
    def members(self) -> dict[str, object]:
        """Name every field, and what to send."""
        return super().members() | ({"send": list(self.send)} if self.send else {})


class ThrottledError(ApiError):
    """Too many attempts; ``retry_after_s`` real seconds until the next one counts."""

    status = 429
    type = "throttled"
    title = "Too many attempts"

    def __init__(self, retry_after_s: int, *, first: bool = False) -> None:
        """Keep when the caller may come back; ``first``: the first refusal of its window."""
        super().__init__(f"Too many attempts; try again in {retry_after_s} s.")
        self.retry_after_s = max(1, retry_after_s)
        self.first = first

    @override
    def headers(self) -> dict[str, str]:
        """Say when to come back."""
        return {"Retry-After": str(self.retry_after_s)}


class UnavailableError(ApiError):
    """A part that this call needs does not answer."""

    status = 503
    type = "unavailable"
    title = "Not available now"

    @override
    def headers(self) -> dict[str, str]:
        """Ask for another try soon."""
        return {"Retry-After": "2"}
