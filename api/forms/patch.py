"""Changes to a record: what is left out stays; what cannot be empty cannot be emptied unnoticed."""

from pydantic import BeforeValidator


def _something(value: object) -> object:
    if value is None:
        raise ValueError("must not be null; leave it out to keep it as it is")
    return value


Kept = BeforeValidator(_something)
"""Marks a field of a change that may be left out but not be null."""
