"""How often somebody is to be observed: by the band of their NEWS2."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationPolicy:
    """The observation schedule by band, in minutes, and what follows when one is not kept.

    Attributes:
        low_min: at a score of 0 (RCP 2017, chart 4: at least 12-hourly).
        raised_min: at 1 to 4, and where no whole score is known: missing is never 0 (RCP: at
            least 4-6-hourly).
        single_3_min: at 3 in one parameter (RCP: at least hourly).
        urgent_min: at 5 or 6 (RCP: at least hourly).
        emergency_min: at 7 or more (RCP: continuous; at home, until somebody comes, as often as
            a person can measure: proposed).
        grace_share: an observation is overdue when this share of its interval more has passed
            (proposed).
        remind_min: a reminder is repeated after so many minutes (proposed) ...
        remind_most: ... and so often at most for one observation, the first included (proposed).
    """

    low_min: int = 720
    raised_min: int = 360
    single_3_min: int = 60
    urgent_min: int = 60
    emergency_min: int = 15
    grace_share: float = 0.25
    remind_min: int = 30
    remind_most: int = 3
