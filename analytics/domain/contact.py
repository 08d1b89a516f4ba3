"""How a ward is reached when its pages cannot be trusted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """Whom to ring.

    Attributes:
        ward_phone: telephone number of the ward, which pages that are out of date tell people to
            ring (proposed: a monitor that has lost its line says what to do instead).
    """

    ward_phone: str = ""
