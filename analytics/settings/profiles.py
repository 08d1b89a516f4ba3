"""Named sets of values for one way of measuring, each with where they come from.

A profile replaces the program's defaults (``standard``); what a ward or a patient has set goes
before it. ``stream`` and ``spot`` are what earlier versions offered: a ward that chose them is
judged by them until somebody there chooses another, since no upgrade may move anybody's limits.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Profile(NamedTuple):
    """One profile.

    Attributes:
        values: by name, in place of the defaults.
        about: whom it is for, and where the values come from.
    """

    values: Mapping[str, float]
    about: str


_EVERY: Mapping[str, Profile] = {
    "standard": Profile({}, "The program's own defaults: devices of every kind."),
    "home_spot": Profile(
        {
            "limits.sbp.low": 91.0,
            "limits.sbp.high": 159.0,
            "limits.dbp.low": 55.0,
            "limits.dbp.high": 99.0,
            "limits.hr.low": 51.0,
            "limits.hr.high": 99.0,
            "sessions.sbp": 20.0,
            "sessions.dbp": 20.0,
            "sessions.hr": 20.0,
            "ages.hr": 360.0,
            "ages.rr": 360.0,
            "ages.spo2": 360.0,
            "rules.incomplete_low": 3.0,
            "rules.gain_day": 1.4,
        },
        "Cuff, finger, thermometer and scale at home, once or twice a day. Pressure from 160/100 "
        "mmHg: grade 2 hypertension (ISH 2020; ESC/ESH 2018). Systolic up to 90, pulse up to 50: "
        "where NEWS2 gives 3 points and a point (RCP 2017). Pulse from 100 (tachycardia is above "
        "100: ACC/AHA/HRS 2015), diastolic below 55, 20 min of one measurement: proposed, settled "
        "on the people of one home study (Palermo 2023), all of whom had been seen. Weight of "
        "over 1.4 kg in a day (AHA: 2-3 lb; verify). A score that is "
        "not complete asks from a lower bound of 3 (proposed). Pulse, breathing and SpO2 count "
        "for 6 h, as pressure does (RCP: 4-6-hourly at 1-4).",
    ),
    "home_stream": Profile(
        {
            "limits.spo2.low": 92.0,
            "delays.urgent": 60.0,
            "delays.single_3": 60.0,
            "delays.stream": 60.0,
        },
        "Wearables at home that say something every minute or oftener: what they say is noisy, so "
        "it must last 60 s (Johnson 2018: from 30 to 90 s fewer alarms and no more hypoxaemia). "
        "SpO2 below 92 % (NHS COVID virtual-ward pathway; NEWS2 gives 3 points up to 91).",
    ),
    "hospital": Profile(
        {
            "limits.hr.low": 41.0,
            "limits.hr.high": 130.0,
            "limits.spo2.low": 92.0,
            "limits.sbp.low": 91.0,
            "limits.sbp.high": 200.0,
            "limits.rr.low": 9.0,
            "limits.rr.high": 24.0,
            "limits.temp.low": 35.1,
            "limits.temp.high": 39.0,
        },
        "A ward with observation rounds or monitors: limits where one parameter of NEWS2 gives 3 "
        "points (temperature above 39.0: 2 points; RCP 2017); systolic above 200: proposed.",
    ),
    "stream": Profile(
        {"delays.urgent": 60.0, "delays.single_3": 60.0},
        "Of earlier versions: choose home_stream instead.",
    ),
    "spot": Profile(
        {"ages.hr": 360.0, "ages.rr": 360.0, "ages.spo2": 360.0},
        "Of earlier versions: choose home_spot instead.",
    ),
}
FORMER = frozenset({"stream", "spot"})
"""Kept for who has chosen them; no longer offered."""
PROFILES: Mapping[str, Mapping[str, float]] = {name: one.values for name, one in _EVERY.items()}
"""The values of every profile, by its name."""
ABOUT: Mapping[str, str] = {name: one.about for name, one in _EVERY.items()}
"""Whom each is for, with its sources."""
