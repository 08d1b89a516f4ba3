"""Forms of accounts: a name and a new password, by one rule for every route.

How strong a password must be is ``api.limits.passwords``'s: that depends on whose it is.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.limits.passwords import MAX_PASSWORD, MIN_PASSWORD

Username = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._@-]{0,63}$"
    ),
]
Password = Annotated[str, Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]
