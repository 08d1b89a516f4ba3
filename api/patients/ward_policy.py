"""Policies of a ward as the programs decide by them; stored rows in, policies out.

A row never changes, so what it makes is kept by its number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from analytics import settings
from analytics.domain.equipment import EquipmentPolicy
from analytics.settings import WardPolicy
from analytics.settings.in_force import WardRules
from api.store.types import Row

_MOST = 1_000


@dataclass(slots=True)
class WardPolicies:
    """The policies in force, ward by ward, over what the program's operator has set.

    Attributes:
        base: of a ward that has set nothing.
    """

    base: WardPolicy = settings.DEFAULTS
    _made: dict[int, WardPolicy] = field(default_factory=dict)

    @classmethod
    def over(cls, equipment: EquipmentPolicy) -> "WardPolicies":
        """Return policies whose equipment is the operator's where a ward says nothing."""
        return cls(replace(settings.DEFAULTS, equipment=equipment))

    def of(self, row: Row | None) -> WardPolicy:
        """Return what one revision makes; without one the base."""
        if row is None:
            return self.base
        made = self._made.get(row["no"])
        if made is None:
            if len(self._made) >= _MOST:
                self._made.clear()
            made = settings.ward_policy(row["profile"], row["settings"], self.base)
            self._made[row["no"]] = made
        return made

    def rules(self, row: Row | None) -> WardRules:
        """Return what readings are judged by, as the gateway does."""
        return WardRules(row["no"] if row else 0, self.of(row).clinical)

    def by_ward(self, rows: Iterable[Row]) -> Mapping[str, WardPolicy]:
        """Return the policy of each ward that has set something."""
        return {row["ward"]: self.of(row) for row in rows}
