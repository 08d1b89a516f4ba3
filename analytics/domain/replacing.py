"""A changed copy of a frozen record, at the cost of copying a dictionary.

``dataclasses.replace`` reads and sets each field by a call of its own. The alert of a patient has
forty fields, and a finding makes a dozen copies of it: in a replay of months, a third of the time.
"""

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # checked by field as the standard library's is
    from dataclasses import replace
else:
    Record = TypeVar("Record")

    def replace(one: Record, /, **changes: Any) -> Record:  # noqa: ANN401 - of any field
        """Return a copy of a frozen dataclass without slots, with other values of some fields.

        Raises:
            TypeError: it has no such field.
        """
        known = one.__dict__
        made = object.__new__(type(one))
        fields = made.__dict__
        fields.update(known)
        fields.update(changes)
        if len(fields) != len(known):
            raise TypeError(f"{type(one).__name__} has no {sorted(changes.keys() - known.keys())}")
        return made


__all__ = ["replace"]
