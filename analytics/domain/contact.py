"""How a ward is reached when its pages cannot be trusted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """Whom to ring.

    Attributes:
        ward_phone: telephone number of the ward, which pages that are out of date tell people to
            ring (proposed: a monitor that has lost its line says what to do instead).
        emergency_phone: number of the emergency service where the ward's patients live, which
            their own pages offer to ring. It belongs to the place and not to the language: who
            reads Chinese in London rings 999 (proposed). Empty: the pages name no number.
    """

    ward_phone: str = ""
    emergency_phone: str = ""
