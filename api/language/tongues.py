"""The languages there are, what belongs to each, and which one somebody asks for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

_WEIGHT: Final = 1.0
_MOST_ASKED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One language as it is spoken here.

    Attributes:
        code: BCP 47, as the page's ``lang`` and a person's setting.
        name: in the language itself.
        locale: by which browsers write numbers and dates.
        cldr: the same, for Babel.
        direction: of its writing.
        glucose_unit: in which its readers know blood sugar. Values are kept in mg/dL.
    """

    code: str
    name: str
    locale: str
    cldr: str
    direction: Literal["ltr", "rtl"] = "ltr"
    glucose_unit: Literal["mg/dL", "mmol/L"] = "mg/dL"


ENGLISH: Final = Tongue(code="en", name="English", locale="en-GB", cldr="en_GB")
CHINESE: Final = Tongue(
    code="zh-Hans",
    name="简体中文",
    locale="zh-Hans-CN",
    cldr="zh_Hans_CN",
    glucose_unit="mmol/L",
)
TONGUES: Final = {one.code: one for one in (ENGLISH, CHINESE)}
_ALSO: Final = {"zh": "zh-Hans", "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans": "zh-Hans"}
"""Other names of a language: a patient's record and browsers say ``zh``. Traditional characters
are none of them."""


def known(asked: str | None) -> str | None:
    """Return the code of a language that is spoken here, by any of its names; else None."""
    if not asked:
        return None
    lower = asked.strip().lower().replace("_", "-")
    named = _ALSO.get(lower) or _ALSO.get(lower.removesuffix("-cn"))
    if named is not None:
        return named
    if lower.startswith("zh-hans-"):
        return CHINESE.code
    return ENGLISH.code if lower.partition("-")[0] == ENGLISH.code else None


def first_known(asked: Iterable[str | None]) -> str | None:
    """Return the first of these that is spoken here."""
    return next((code for code in map(known, asked) if code is not None), None)


def of_header(header: str) -> str | None:
    """Return the language that an ``Accept-Language`` header wants most, of those spoken here."""
    found = [_weighed(part) for part in header.split(",")[:_MOST_ASKED]]
    ranked = sorted((one for one in found if one[0] > 0), key=lambda one: -one[0])
    return first_known(name for _, name in ranked)


def _weighed(part: str) -> tuple[float, str]:
    name, _, weight = part.partition(";")
    told = weight.strip().removeprefix("q=")
    try:
        return (float(told) if told else _WEIGHT), name.strip()
    except ValueError:
        return 0.0, name.strip()
