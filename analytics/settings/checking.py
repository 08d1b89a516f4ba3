"""Validation of new settings: each value for itself, then what must agree.

Three answers: taken, refused (a hard bound, an unknown name, two values that contradict each
other), or in doubt (a soft bound: it must be said that it is meant).
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from analytics.domain.episode_policy import ALWAYS
from analytics.domain.vitals import Metric
from analytics.settings.catalog import CATALOG, PROFILES, Setting, Value

_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_CONTACT_NAME, _CONTACT_EMAIL = "contact.out_of_hours_name", "contact.out_of_hours_email"
_ORDERED = (
    ("rules.risk_clear", "rules.risk_raise"),
    *(
        (f"observation.{shorter}", f"observation.{longer}")
        for shorter, longer in (
            ("emergency", "urgent"),
            ("urgent", "raised"),
            ("single_3", "raised"),
            ("raised", "low"),
        )
    ),
    ("deadlines.emergency", "deadlines.urgent"),
    ("deadlines.urgent", "deadlines.routine"),
    *(
        (f"steps.{rung}_{response}", f"deadlines.{response}")
        for rung in ("first", "second", "coordinator")
        for response in ("emergency", "urgent", "routine")
    ),
)


class RefusedSetting(NamedTuple):
    """A value that is not taken, by the name of its field."""

    field: str
    why: str


class UnconfirmedSetting(NamedTuple):
    """A value that is taken only if somebody says that it is meant."""

    field: str
    why: str


def flattened(given: Mapping[str, object], above: str = "") -> dict[str, object]:
    """Return nested groups as one mapping from names like ``limits.hr.high``."""
    flat: dict[str, object] = {}
    for name, value in given.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{path}.")
        else:
            flat[path] = value
    return flat


def nested(values: Mapping[str, Value]) -> dict[str, object]:
    """Return values by name as nested groups."""
    tree: dict[str, object] = {}
    for path, value in values.items():
        *above, last = path.split(".")
        at = tree
        for name in above:
            inner = at.setdefault(name, {})
            if isinstance(inner, dict):
                at = inner
        at[last] = value
    return tree


def kept(given: Mapping[str, object]) -> dict[str, Value]:
    """Return values that were checked as they are stored: numbers, texts, and no limit."""
    return {
        path: value if isinstance(value, int | float | str) else None
        for path, value in given.items()
    }


def defaults(profile: str) -> dict[str, Value]:
    """Return every setting's value under a profile, before anybody sets one."""
    return {path: setting.default for path, setting in CATALOG.items()} | dict(
        PROFILES.get(profile, {})
    )


def check(
    given: Mapping[str, object], before: Mapping[str, Value], *, patient: bool = False
) -> list[RefusedSetting | UnconfirmedSetting]:
    """Return what is wrong or doubtful of values that somebody would set.

    Args:
        given: by name, as they came.
        before: every setting's present value, with which the new ones must agree.
        patient: whether they are for one patient.
    """
    found: list[RefusedSetting | UnconfirmedSetting] = []
    taken = dict(before)
    for path, value in given.items():
        setting = CATALOG.get(path)
        if setting is None or (patient and not setting.patient):
            found.append(
                RefusedSetting(path, "is no setting" + (" of one patient" if setting else ""))
            )
            continue
        wrong = _wrong(setting, value)
        if wrong is not None:
            found.append(wrong)
        if value is None or (isinstance(value, int | float | str) and not isinstance(value, bool)):
            taken[path] = value
    refused = any(isinstance(one, RefusedSetting) for one in found)
    return found if refused else [*_contradictions(given, taken), *found]


def _wrong(setting: Setting, value: object) -> RefusedSetting | UnconfirmedSetting | None:
    path = setting.path
    if setting.kind != "number":
        return _wrong_word(setting, value)
    span = f"must be {setting.low:g} to {setting.high:g} {setting.unit}"
    if value is None and setting.none:
        return None if setting.default is None else UnconfirmedSetting(path, _unlimited(setting))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return RefusedSetting(path, span)
    if not setting.low <= value <= setting.high:
        return RefusedSetting(path, span)
    if setting.whole and value != int(value):
        return RefusedSetting(path, "must be a whole number")
    return doubtful(path, value, setting.soft, setting.unit)


def _wrong_word(setting: Setting, value: object) -> RefusedSetting | None:
    """What is wrong of a choice, a person's id or a text; who there is, is not known here."""
    if not isinstance(value, str):
        return RefusedSetting(setting.path, "must be a text")
    if setting.choices:
        known = value in setting.choices
        return None if known else RefusedSetting(setting.path, _one_of(setting))
    pattern, said = (_ID, "must be the id of a person") if setting.people else setting.pattern
    if value and re.fullmatch(pattern, value) is None:
        return RefusedSetting(setting.path, said)
    return None


def _one_of(setting: Setting) -> str:
    return f"must be one of {', '.join(setting.choices)}"


def doubtful(
    path: str, value: float, soft: tuple[float, float] | None, unit: str
) -> UnconfirmedSetting | None:
    """Return the doubt about a value beyond its soft bounds, None about any other."""
    if soft is None or soft[0] <= value <= soft[1]:
        return None
    return UnconfirmedSetting(
        path, f"{value:g} lies outside {soft[0]:g} to {soft[1]:g} {unit}".rstrip()
    )


def _unlimited(setting: Setting) -> str:
    return f"no {setting.side} limit: the default is {setting.default:g} {setting.unit}"


def _contradictions(
    given: Mapping[str, object], taken: Mapping[str, Value]
) -> Iterator[RefusedSetting]:
    """Pairs of which the first must not lie above the second, where one of them is given."""
    yield from _nobody_left(given, taken)
    for lower, upper in (*_ORDERED, *_limit_pairs()):
        low, high = taken.get(lower), taken.get(upper)
        if not isinstance(low, int | float) or not isinstance(high, int | float):
            continue
        if not {lower, upper} & given.keys():
            continue
        strict = lower.endswith(".low") and upper.endswith(".high")
        if low > high or (strict and low == high):
            named = lower if lower in given else upper
            yield RefusedSetting(named, f"{lower} ({low:g}) must not lie above {upper} ({high:g})")


def _nobody_left(
    given: Mapping[str, object], taken: Mapping[str, Value]
) -> Iterator[RefusedSetting]:
    """A ladder whose last rung would be nobody, or a contact that nobody can ring."""
    rule, phone = "rungs.coordinator", "contact.out_of_hours_phone"
    needs = [rule] if taken.get(rule) != ALWAYS else []
    needs += [name for name in (_CONTACT_NAME, _CONTACT_EMAIL) if taken.get(name)]
    named = next((name for name in (*needs, phone) if name in given), None)
    if needs and not taken.get(phone) and named is not None:
        yield RefusedSetting(named, f"{needs[0]} needs an out-of-hours contact ({phone})")


def _limit_pairs() -> Iterator[tuple[str, str]]:
    for metric in Metric:
        name = metric.wire_name
        yield f"limits.{name}.low", f"limits.{name}.high"
        yield f"critical.{name}.low", f"limits.{name}.low"
        yield f"limits.{name}.high", f"critical.{name}.high"
