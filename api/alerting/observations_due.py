"""Keeps the observation schedule: what is due, how often devices measure, and who is reminded.

What is due follows from the newest assessment and readings, so it is worked out anew at each look
and only what changed is written. A device is asked to measure more often while the band asks for
it, and as it was set up when it does not: the schedule never slows one down. Its ``expected`` is
what it has confirmed, so that it is called silent by the rhythm that it keeps.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from analytics.domain.care import scoring_of
from analytics.domain.observation_policy import ObservationPolicy
from analytics.settings import WardPolicy, own_policy
from analytics.ward.observation_schedule import ObservationDue, next_observation, rhythm
from analytics.ward.plain_names import to_measure_words
from api.language import catalogue_of
from api.notify.words import REMINDER
from api.patients.ward_policy import WardPolicies
from api.store import observation_due as store
from api.store import reminders, wards
from api.store.timestamps import instant, ms_of
from api.store.types import Conn, Row

_COMMAND_VALID = timedelta(hours=24)
_SAME = timedelta(seconds=30)
"""A due time that moves by less is the same one: a stream of readings writes no row for each."""


async def keep_schedule(conn: Conn, now: datetime) -> int:
    """Work out what is due, ask devices and remind people, in one transaction.

    Args:
        conn: the leader's own connection, outside a transaction.
        now: the ward's time.

    Returns:
        How many people were reminded.
    """
    async with conn.transaction():
        await store.take_over(conn)
        policies = WardPolicies().by_ward(await wards.every(conn))
        plans = [_plan(row, policies, now) for row in await store.watched(conn)]
        due = [(row, found) for row, found, _ in plans if found is not None]
        await store.keep(
            conn,
            [_row(row, found) for row, found in due if _changed(row, found)],
            [row["no"] for row, found, _ in plans if found is None],
        )
        await _set_rhythms(conn, {row["no"]: found for row, found in due}, now)
        return await _remind(conn, plans, now)


Plan = tuple[Row, ObservationDue | None, ObservationPolicy]


def _plan(row: Row, policies: Mapping[str, WardPolicy], now: datetime) -> Plan:
    ward = policies[row["ward"]].observation if row["ward"] in policies else ObservationPolicy()
    policy = own_policy(ward, row["profile"], row["settings"] or {})
    if scoring_of(row["scoring"]).unscored_at(ms_of(now)) is not None:
        return row, None, policy
    found = next_observation(
        row["news2"], row["latest"] or {}, row["expected"], ms_of(row["since"]), policy
    )
    return row, found, policy


def _row(row: Row, found: ObservationDue) -> Row:
    return {
        "no": row["no"],
        "band": found.band.value,
        "every_min": found.every_min,
        "metrics": list(found.metrics),
        "due_at": instant(found.at_ms),
        "overdue_at": instant(found.overdue_ms),
    }


def _changed(row: Row, found: ObservationDue) -> bool:
    new = _row(row, found)
    if row["due_at"] is None or abs(new["due_at"] - row["due_at"]) >= _SAME:
        return True
    return any(new[name] != row[name] for name in ("band", "every_min", "metrics"))


async def _set_rhythms(conn: Conn, due: dict[int, ObservationDue], now: datetime) -> None:
    """Ask each device for the rhythm that the schedule wants, once; a refusal is an answer."""
    span = {"now": now, "expires": now + _COMMAND_VALID}
    for device in await store.devices(conn, list(due)):
        wanted = rhythm(device["own"], due[device["patient_no"]].every_min)
        for metric, seconds in wanted.items():
            asked = device["asked"].get(metric, device["expected"].get(metric))
            if asked != seconds and seconds >= 1:
                await store.ask(conn, device, metric, seconds, span)


async def _remind(conn: Conn, plans: Sequence[Plan], now: datetime) -> int:
    reminded = 0
    for row, found, policy in plans:
        if found is None or found.at_ms > ms_of(now) or not _may(row, found, policy, now):
            continue
        asked = {
            "no": row["no"],
            "text": to_measure_words(found.metrics, catalogue_of(row["language"])),
            "metrics": list(found.metrics),
            "now": now,
            "expires": now + timedelta(minutes=found.every_min),
        }
        await reminders.show(conn, asked)
        await reminders.notify(conn, row["no"], row["ward"], REMINDER, now)
        await store.reminded(conn, row["no"], now + timedelta(minutes=policy.remind_min))
        reminded += 1
    return reminded


def _may(row: Row, found: ObservationDue, policy: ObservationPolicy, now: datetime) -> bool:
    """Whether one more reminder of this observation may be sent: not too many, nor too soon."""
    same = row["due_at"] is not None and instant(found.at_ms) - row["due_at"] < _SAME
    if not same:
        return True
    return row["reminders"] < policy.remind_most and (
        row["remind_at"] is None or row["remind_at"] <= now
    )
