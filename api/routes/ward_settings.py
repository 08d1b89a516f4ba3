"""Settings of a ward: read, changed by its coordinator with a reason, and their history."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from analytics import settings
from analytics.domain.care import Role
from api.errors import DoubtfulError, InvalidError, NotFoundError, StaleError
from api.forms.paging import Cursor, Limit, Page, cut, read_cursor
from api.forms.revisions import IfMatch, Revision, agree, tag
from api.http.deps import COORDINATORS, UnitOfWork, Work, allow
from api.store import wards
from api.store.types import Row

router = APIRouter(tags=["wards"], dependencies=[allow(*COORDINATORS)])
WardName = Annotated[str, Path(min_length=1, max_length=60)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
_TOLD = frozenset({"ward", "set_by", "set_by_name", "set_at", "changed"})
"""What an answer tells besides, and a change may send back as it was read."""


class SettingsChange(BaseModel):
    """New values by group; a setting that is left out stays as it is."""

    model_config = ConfigDict(extra="allow")

    revision: Revision = None
    reason: Reason
    profile: Annotated[str | None, Field(max_length=60)] = None
    confirm: StrictBool = False


class SettingsRevision(BaseModel):
    """One revision, with what it changed: name of the setting, old value, new value."""

    revision: int
    profile: str
    reason: str
    set_by: UUID | None
    set_by_name: str | None
    set_at: datetime
    changes: list[dict[str, Any]]


@router.get("/wards/{ward}/settings")
async def read(work: Work, ward: WardName, response: Response) -> dict[str, Any]:
    """Read what a ward decides by; ``changed`` names what differs from the profile's values."""
    await _mine(work, ward)
    row = await wards.settings(work.conn, ward)
    tag(response, row["revision"] if row else 0)
    return await _told(work, ward)


@router.get("/wards/{ward}/settings/schema")
async def schema(work: Work, ward: WardName) -> dict[str, Any]:
    """Read what can be set at all: bounds, units, defaults with their source; and what cannot."""
    await _mine(work, ward)
    people = await wards.people(work.conn, ward)
    return {
        "settings": [_described(one, people) for one in settings.CATALOG.values()],
        "groups": dict(settings.GROUPS),
        "profiles": {name: dict(values) for name, values in settings.PROFILES.items()},
        "about_profiles": dict(settings.ABOUT),
        "former_profiles": sorted(settings.FORMER),
        "fixed": dict(settings.FIXED),
    }


@router.get("/wards/{ward}/settings/history")
async def history(
    work: Work, ward: WardName, cursor: Cursor = None, limit: Limit = 100
) -> Page[SettingsRevision]:
    """List the revisions, newest first: who set what, when and why."""
    await _mine(work, ward)
    before = read_cursor(cursor, int)
    last = int(str(before[0])) - 1 if before else None
    rows = await wards.history(work.conn, ward, before=last, limit=limit + 2)
    shown, following = cut(rows[: limit + 1], limit, lambda row: [row["revision"]])
    older = [*rows[1:], None]
    return Page(
        items=[
            SettingsRevision(**row, changes=_changes(earlier, row))
            for row, earlier in zip(shown, older, strict=False)
        ],
        next=following,
    )


@router.put("/wards/{ward}/settings")
async def change(
    work: Work, ward: WardName, body: SettingsChange, named: IfMatch, response: Response
) -> dict[str, Any]:
    """Set what a ward decides by, from the next reading on; names the revision it was made from."""
    await _mine(work, ward)
    if body.revision is None and named is None:
        raise InvalidError("revision", "is needed: the one that was read")
    row = await wards.settings(work.conn, ward)
    present = row["revision"] if row else 0
    agree(present, named, body.revision)
    profile, values = _taken(body, row)
    await _known_people(work, ward, values)
    before = (row["profile"], row["settings"]) if row else ("standard", {})
    if (profile, values) != before:
        await _add(work, ward, present + 1, (profile, values, body.reason))
        changed = _changes(row, {"profile": profile, "settings": values})
        work.note("ward.settings", ward=ward, revision=present + 1, changes=changed)
        present += 1
    tag(response, present)
    return await _told(work, ward)


async def _mine(work: UnitOfWork, ward: str) -> None:
    """Coordinators know their own ward alone."""
    if work.caller.role is not Role.ADMIN and ward != work.caller.ward:
        raise NotFoundError
    if not await wards.exists(work.conn, ward):
        raise NotFoundError


def _taken(body: SettingsChange, row: Row | None) -> tuple[str, dict[str, settings.Value]]:
    """Return the profile and the values that differ from it, if they may be set.

    Raises:
        InvalidError: an unknown name, a hard bound, or two values that contradict each other.
        DoubtfulError: a soft bound, and nobody said that it is meant.
    """
    profile = body.profile or (row["profile"] if row else "standard")
    if profile not in settings.PROFILES:
        raise InvalidError("profile", f"must be one of {', '.join(settings.PROFILES)}")
    groups = {name: one for name, one in (body.model_extra or {}).items() if name not in _TOLD}
    given = settings.flattened(groups)
    base = settings.defaults(profile)
    before = {**base, **(row["settings"] if row else {})}
    found = settings.check(given, before)
    refused = [one for one in found if isinstance(one, settings.RefusedSetting)]
    if refused:
        raise InvalidError(*refused[0], *((one.field, one.why) for one in refused[1:]))
    doubts = [one for one in found if given.get(one.field) != before.get(one.field)]
    if doubts and not body.confirm:
        raise DoubtfulError([(one.field, one.why) for one in doubts], ['"confirm": true'])
    after = {**before, **settings.kept(given)}
    return profile, {path: one for path, one in after.items() if one != base.get(path)}


async def _known_people(work: UnitOfWork, ward: str, values: dict[str, settings.Value]) -> None:
    """Refuse to name somebody who is none of the ward's."""
    named = [one for one in settings.CATALOG.values() if one.people and values.get(one.path)]
    people = await wards.people(work.conn, ward) if named else {}
    for one in named:
        if values[one.path] not in people[one.people]:
            raise InvalidError(one.path, "is nobody of this ward")


async def _add(
    work: UnitOfWork,
    ward: str,
    revision: int,
    said: tuple[str, dict[str, settings.Value], str],
) -> None:
    """Add a revision: profile, values that differ from it, and the reason."""
    added = {
        "ward": ward,
        "revision": revision,
        **dict(zip(("profile", "settings", "reason"), said, strict=True)),
        "set_by": work.caller.user_id,
        "now": work.now,
    }
    if not await wards.add(work.conn, added):
        raise StaleError(revision)


async def _told(work: UnitOfWork, ward: str) -> dict[str, Any]:
    """Return every group with its values in force, and who set what differs."""
    rows = await wards.history(work.conn, ward, before=None, limit=1)
    row = rows[0] if rows else None
    profile = row["profile"] if row else "standard"
    own = row["settings"] if row else {}
    return {
        "ward": ward,
        "revision": row["revision"] if row else 0,
        "profile": profile,
        "set_by": str(row["set_by"]) if row and row["set_by"] else None,
        "set_by_name": row["set_by_name"] if row else None,
        "set_at": row["set_at"] if row else None,
        "reason": row["reason"] if row else None,
        "changed": sorted(own),
        **settings.nested({**settings.defaults(profile), **own}),
    }


def _described(one: settings.Setting, people: dict[str, dict[str, str]]) -> dict[str, Any]:
    choices = {"": "nobody in particular", **people[one.people]} if one.people else one.choices
    return {
        "name": one.path,
        "group": one.group,
        "kind": one.kind,
        "choices": [{"value": value, "label": label} for value, label in choices.items()],
        "pattern": one.pattern[0] or None,
        "unit": one.unit,
        "default": one.default,
        "lowest": one.low,
        "highest": one.high,
        "usual": list(one.soft) if one.soft else None,
        "whole": one.whole,
        "none": one.none,
        "patient": one.patient,
        "source": one.source,
    }


def _changes(before: Row | None, after: Row) -> list[dict[str, Any]]:
    """Return what a revision changed, profile first."""
    old_profile = before["profile"] if before else "standard"
    old = {**settings.defaults(old_profile), **(before["settings"] if before else {})}
    new = {**settings.defaults(after["profile"]), **after["settings"]}
    told = [{"setting": "profile", "old": old_profile, "new": after["profile"]}]
    told = told if old_profile != after["profile"] else []
    return told + [
        {"setting": path, "old": old.get(path), "new": new.get(path)}
        for path in sorted({*old, *new})
        if old.get(path) != new.get(path)
    ]
