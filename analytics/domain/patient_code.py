"""A patient's short code: what a notice names, and what stands beside the name on the pages."""

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""
_SHORTEST = 2


def code_of(patient_no: int) -> str:
    """Return the code by which a notice names a patient: short, and of this patient alone."""
    code = ""
    rest = patient_no
    while rest:
        rest, digit = divmod(rest, len(_DIGITS))
        code = _DIGITS[digit] + code
    return code.rjust(_SHORTEST, "0")
