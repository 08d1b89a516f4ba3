"""Codes for who has lost the telephone: ten, shown once, each good for one log-in.

Twelve digits, so that the keypad of a telephone can type them. Their hash is keyed by the vault, so
that a stolen table is no list of them; guesses are throttled with those at one-time passwords.
"""

import hashlib
import hmac
import secrets
from typing import Final
from uuid import UUID

CODES: Final = 10
DIGITS: Final = 12
OTP_DIGITS: Final = 6


def new_codes() -> list[str]:
    """Return fresh codes, in groups of four digits."""
    drawn = (f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}" for _ in range(CODES))
    return [" ".join(code[at : at + 4] for at in range(0, DIGITS, 4)) for code in drawn]


def digits_of(typed: str) -> str:
    """Return what was typed without the marks that people put between groups."""
    return "".join(one for one in typed if one not in " -\t")


def is_code(typed: str) -> bool:
    """Whether this is a code by its form, and no one-time password."""
    plain = digits_of(typed)
    return len(plain) == DIGITS and plain.isascii() and plain.isdigit()


def hash_of(key: bytes, user_id: UUID, typed: str) -> bytes:
    """Return what is stored of a code of an account.

    Args:
        key: the vault's key for codes.
        user_id: whose code it is.
        typed: the code, with or without marks between its groups.
    """
    return hmac.new(key, user_id.bytes + digits_of(typed).encode(), hashlib.sha256).digest()
