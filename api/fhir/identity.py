"""Ids of resources that have no row number of their own.

FHIR's ids are letters, digits, ``-`` and ``.``, at most 64: an observation's id is the one of the
rest of the API with ``.`` for ``_``. A blood pressure is two readings: its id is the systolic one's
after ``bp-``. A score is known by the frame that it was made at, after ``news2-``.
"""

from dataclasses import replace

from api.evidence.observation_ids import ObservationId, parse

_PRESSURE, _SCORE = "bp-", "news2-"


def reading_key(identity: ObservationId) -> str:
    """Return the id of a single reading's Observation."""
    return identity.text().replace("_", ".")


def pressure_key(identity: ObservationId) -> str:
    """Return the id of a pressure's Observation, by its first reading."""
    return _PRESSURE + reading_key(identity)


def score_key(identity: ObservationId) -> str:
    """Return the id of a score's Observation."""
    return _SCORE + reading_key(replace(identity, metric=0))


def parsed(key: str) -> tuple[str, ObservationId] | None:
    """Return what an Observation's id names: ``reading``, ``pressure`` or ``score``, and which.

    None: it is none of ours.
    """
    kind, rest = "reading", key
    for prefix, named in ((_PRESSURE, "pressure"), (_SCORE, "score")):
        if key.startswith(prefix):
            kind, rest = named, key.removeprefix(prefix)
    found = parse(rest.replace(".", "_"))
    return None if found is None else (kind, found)
