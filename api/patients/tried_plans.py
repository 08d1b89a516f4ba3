"""A care plan that is tried before anybody sets it: checked as a change is, and never stored."""

from typing import Any

from analytics import settings
from analytics.settings.in_force import StoredPlan
from analytics.settings.personal_limits import check_limits
from api.errors import InvalidError
from api.forms.limits import LimitForm, SaidOfLimits
from api.http.deps import UnitOfWork
from api.patients import care_plans
from api.store.timestamps import rfc3339
from api.store.types import Row


async def tried_plan(work: UnitOfWork, row: Row, body: SaidOfLimits) -> StoredPlan:
    """Return the care plan that a change would make, whether or not it is meant yet.

    Raises:
        InvalidError: a value that cannot be set at all.
    """
    changes: dict[str, Any] = {}
    if body.spo2_scale is not None:
        changes["spo2_scale"] = body.spo2_scale
    if "profile" in body.model_fields_set:
        if body.profile is not None and body.profile not in settings.PROFILES:
            raise InvalidError("profile", f"must be one of {', '.join(settings.PROFILES)}")
        changes["profile"] = body.profile
    if "settings" in body.model_fields_set:
        before = row["settings"] or {}
        changes["settings"] = care_plans.taken_settings(body.settings, before)
    if body.limits is not None:
        now = await care_plans.standing_of(work, row, limits={}, **changes)
        sides = {name: form.sides() for name, form in body.limits.items()}
        refused = [
            one for one in check_limits(sides, now) if isinstance(one, settings.RefusedSetting)
        ]
        if refused:
            raise InvalidError(*refused[0], *((one.field, one.why) for one in refused[1:]))
        changes["limits"] = {name: _tried(form) for name, form in body.limits.items()}
    return care_plans.stored_plan(row, **changes)


def _tried(form: LimitForm) -> dict[str, Any]:
    return {**form.sides(), **({"until": rfc3339(form.until)} if form.until else {})}
