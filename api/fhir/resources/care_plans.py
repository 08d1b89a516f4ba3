"""CarePlan: a plan at home, with its goals and tasks in words and their times."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.fhir.elements import Resource, instant, period, reference, without_nothing

Row = dict[str, Any]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def care_plan_of(row: Row, words: Row, tasks: Sequence[Row], patient: UUID) -> Resource:
    """Return the CarePlan of a plan.

    Args:
        row: ``id``, ``begun_at``, ``ended_at``, ``review_on``.
        words: ``title``, ``goals``, ``medicines``, ``education``, opened.
        tasks: ``words`` opened, ``times`` and ``days``, and what ``became`` of each when it fell
            due (``due_at``, ``state``).
        patient: whose plan.
    """
    goals = [{"text": text} for text in (*words["goals"], *words["education"])]
    ended = row["ended_at"] is not None
    return without_nothing(
        {
            "resourceType": "CarePlan",
            "id": str(row["id"]),
            "status": "completed" if ended else "active",
            "intent": "plan",
            "title": words["title"],
            "subject": reference("Patient", patient),
            "period": period(row["begun_at"], row["ended_at"]),
            "note": [*goals, {"text": f"To be reviewed on {row['review_on'].isoformat()}"}],
            "activity": [_activity(one, ended=ended) for one in tasks],
        }
    )


def _activity(task: Row, *, ended: bool) -> Resource:
    repeat = {
        "frequency": 1,
        "period": 1,
        "periodUnit": "d" if len(task["days"]) == len(_DAYS) else "wk",
        "dayOfWeek": [_DAYS[day - 1] for day in task["days"]],
        "timeOfDay": [at.strftime("%H:%M:%S") for at in task["times"]],
    }
    detail = without_nothing(
        {
            "kind": "MedicationRequest" if task["kind"] == "take" else "Task",
            "status": "completed" if ended else "scheduled",
            "scheduledTiming": {"repeat": repeat},
            "description": task["words"],
        }
    )
    progress = [{"time": instant(one["due_at"]), "text": one["state"]} for one in task["became"]]
    return without_nothing({"progress": progress, "detail": detail})
