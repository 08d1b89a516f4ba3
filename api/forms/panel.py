"""What may be asked of the panel: who is shown, and in which order."""

from typing import Literal

Show = Literal[
    "all",
    "alerts",
    "urgent",
    "partial",
    "silent",
    "unassigned",
    "attention",
    "steady",
    "unowned",
    "round",
    "overdue",
    "unheard",
]
Sort = Literal["urgency", "score", "waiting", "silent", "name"]
