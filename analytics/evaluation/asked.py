"""Options of ``homeward evaluate``, and the settings by which the ward decides in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from analytics import settings
from analytics.errors import DatasetError
from analytics.settings import PROFILES, RefusedSetting, WardPolicy

Progress = Callable[[str, int, int], None]
"""Is told what is being done, and how much of how much."""


def nothing(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """One evaluation.

    Attributes:
        folder: of the recordings that are judged.
        fit: of recordings to learn from first; None: as shipped, and what learns, learns on others.
        profile: the ward's; None: the one for the kind of recording.
        values: what the ward has set besides, by name.
        progress: is told how far it is.
    """

    folder: Path
    fit: Path | None = None
    profile: str | None = None
    values: Mapping[str, settings.Value]
    progress: Progress = nothing

    def within(self, dataset: str) -> "EvaluationOptions":
        """Return it for a data set whose folder may lie in the one that was named."""
        inner = [None if one is None else one / dataset for one in (self.folder, self.fit)]
        folder, fit = (one if one is not None and one.is_dir() else None for one in inner)
        return replace(self, folder=folder or self.folder, fit=fit or self.fit)

    def rules(self, usual: str) -> WardPolicy:
        """Return what the ward decides by: the named profile, else the usual one."""
        return settings.ward_policy(self.profile or usual, self.values)

    def counting(self, what: str) -> Callable[[int, int], None]:
        """Return how a piece of work tells how far it is."""
        return lambda done, total: self.progress(what, done, total)


def values_of(
    path: Path | None, profile: str | None
) -> tuple[str | None, dict[str, settings.Value]]:
    """Return the profile and the values of a settings file, as a ward would have to set them.

    Args:
        path: a JSON file, ``{"profile"?, "settings": {..}}``, or the groups of settings alone.
        profile: asked for beside it, which goes before the file's.

    Raises:
        DatasetError: if the file is none, or a ward could not set what it says.
    """
    told: dict[str, object] = {}
    if path is not None:
        try:
            told = msgspec.json.decode(path.read_bytes(), type=dict)
        except (OSError, msgspec.DecodeError) as failure:
            raise DatasetError(f"{path} holds no settings: {failure}") from failure
    named = profile or told.pop("profile", None)
    if named is not None and named not in PROFILES:
        raise DatasetError(f"{named} is no profile: {', '.join(PROFILES)}")
    inner = told.get("settings", told)
    given = settings.flattened(inner) if isinstance(inner, dict) else {}
    found = settings.check(given, settings.defaults(str(named or "")))
    wrong = [f"{one.field} {one.why}" for one in found if isinstance(one, RefusedSetting)]
    if wrong:
        raise DatasetError(f"{path}: {'; '.join(wrong)}")
    return (str(named) if named else None), settings.kept(given)
