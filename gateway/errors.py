"""Errors of the gateway, drawn once.

    GatewayError
    ├── KeyFileError      a key file is missing or does not hold a key
    ├── OwnershipLost     this worker no longer holds its buckets: stand by
    │   └── SessionTaken  another client has its session at the broker
    ├── BrokerUnavailable the broker is away or refuses us
    ├── StoreUnavailable  the database is away or refuses to write: nothing is acknowledged
    └── BatchRejected     the database refuses what is in a batch: find the frame and set it aside

What devices get wrong is a ``Refusal``, a value, never an error.
"""


class GatewayError(Exception):
    """Anything the gateway raises on purpose."""


class KeyFileError(GatewayError):
    """A key file of the gateway cannot be used."""


class OwnershipLost(GatewayError):  # noqa: N818 - the word of the trade, not "LostError"
    """Another worker has this one's buckets or its session."""


class SessionTaken(OwnershipLost):
    """Another client with our name has our session, though we hold the locks."""


class BrokerUnavailable(GatewayError):  # noqa: N818 - says what is so
    """The broker cannot be reached, or refuses us."""


class StoreUnavailable(GatewayError):  # noqa: N818 - says what is so
    """The database cannot be reached, or cannot write now."""


class BatchRejected(GatewayError):  # noqa: N818 - says what is so
    """The database refuses the content of a batch."""
