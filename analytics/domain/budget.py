"""How much a ward may be called before the calls themselves are the danger."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPolicy:
    """What a ward can answer.

    Attributes:
        calls_a_nurse_hour: calls an hour for each doctor or nurse on shift, above which an hour
            has broken the ward's budget (proposed; alarms should be balanced with the capacity to
            respond: Wilkes, JMIR 2024 e58888).
    """

    calls_a_nurse_hour: float = 2.0
