"""Alerts on which time acts: persistence, escalation, acknowledgements that run out, pauses.

Every moment is stored with its episode, so a restart forgets none; what fell due while nobody led
is done at once.
"""

from collections.abc import Sequence
from datetime import datetime

from analytics.alerts.transitions import EpisodePolicy, Level
from analytics.domain.episode_policy import ResponseClass
from api.alerting import metrics
from api.alerting.commit import commit_changes, open_ledger
from api.alerting.episode_changes import EpisodeChanges
from api.alerting.patient_changes import clinical
from api.store import duty, episodes, handovers, liveness, patient_alerts, shift_handovers
from api.store.timestamps import ms_of
from api.store.types import Conn, Row

_LIMIT = 500


async def tick(conn: Conn, now: datetime, policy: EpisodePolicy) -> int:
    """Let everything that is due happen, at most 500 episodes; return how many there were."""
    async with conn.transaction():
        records = await episodes.due(conn, ms_of(now), _LIMIT)
        waiting = await patient_alerts.due(conn, ms_of(now), _LIMIT)
        if not records and not waiting:
            return 0
        numbers = {record.patient_no for record in records if record.patient_no is not None}
        ledger = await open_ledger(conn, now, policy, sorted(numbers | set(waiting)))
        apart = [record for record in records if not clinical(record)]
        ledger.load(apart)
        for record in apart:
            ledger.tick(record)
        theirs = {record.patient_no for record in records if clinical(record)} | set(waiting)
        await _patients_due(conn, now, ledger, sorted(no for no in theirs if no is not None))
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)
    return len(records) + len(waiting)


async def _patients_due(
    conn: Conn, now: datetime, ledger: EpisodeChanges, numbers: Sequence[int]
) -> None:
    """Let time act on patients' alerts, and on reasons that waited for persistence."""
    if not numbers:
        return
    ledger.patients.know(await patient_alerts.load(conn, numbers, ms_of(now)))
    watched = await duty.patients(conn, numbers)
    for number in numbers:
        ledger.patients.due(number, watched[number]["ward"])


async def stop_watching(conn: Conn, now: datetime, policy: EpisodePolicy) -> None:
    """End pauses that are over, and end alerts of patients who are not watched any more."""
    async with conn.transaction():
        await duty.end_pauses(conn, now)
        ended = await liveness.not_watched(conn)
        waiting = await patient_alerts.unwatched(conn)
        if not ended and not waiting:
            return
        ledger = await open_ledger(conn, now, policy)
        numbers = {row["patient_no"] for row in ended} | set(waiting)
        ledger.patients.know(await patient_alerts.load(conn, sorted(numbers), ms_of(now)))
        for number in waiting:
            ledger.patients.stop_waiting(number)
        for row in ended:
            record = await episodes.get(conn, row["id"])
            if record is not None and record.open:
                ledger.close(record, row["state"])
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)


async def hand_over(conn: Conn, now: datetime, policy: EpisodePolicy) -> None:
    """Address anew what is for nobody at work, or follows plan or patient to somebody else.

    Handovers end with the shift that they were for.
    """
    await shift_handovers.end(conn, now)
    while await _follow(conn, now, policy) == _LIMIT:
        pass
    while await _hand_over(conn, now, policy) == _LIMIT:
        pass


async def _follow(conn: Conn, now: datetime, policy: EpisodePolicy) -> int:
    """Let at most 500 alerts follow patients who have moved to another ward; how many did."""
    async with conn.transaction():
        astray = await handovers.astray(conn, _LIMIT)
        if not astray:
            return 0
        numbers = [record.patient_no for record, _ in astray if record.patient_no is not None]
        ledger = await open_ledger(conn, now, policy, numbers)
        for record, ward in astray:
            ledger.hand_over(record, ward)
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)
    return len(astray)


async def _hand_over(conn: Conn, now: datetime, policy: EpisodePolicy) -> int:
    """Address anew at most 500 alerts; return how many have changed, so that each look ends."""
    async with conn.transaction():
        ledger = await open_ledger(conn, now, policy)
        records = await handovers.unattended(conn, _present(ledger), _LIMIT)
        if not records:
            return 0
        numbers = [record.patient_no for record in records if record.patient_no is not None]
        ledger.duty.planned = await duty.planned(conn, numbers)
        ledger.load(records)
        for record in records:
            ledger.hand_over(record)
        await commit_changes(conn, ledger)
        metrics.count(ledger.news)
    return len(ledger.changed)


def _present(ledger: EpisodeChanges) -> handovers.Present:
    people, policy = ledger.duty.on_shift, ledger.policy
    staffed = {one.ward for one in people}
    return handovers.Present(
        at_work=[one.doctor_id for one in people],
        unfit=_unfit(ledger),
        staffed=staffed,
        out_of_hours={
            ward
            for ward in ledger.revisions
            if ledger.policy_of(ward).last_rung(staffed=ward in staffed) is Level.OUT_OF_HOURS
        },
        emergency=policy.emergency,
        urgent=policy.urgent,
        coordinators=policy.coordinators,
    )


def _unfit(ledger: EpisodeChanges) -> list[Row]:
    """Return whom a ward does not want first for a response while somebody else is there."""
    people = ledger.duty.on_shift
    found = []
    for ward in {one.ward for one in people}:
        policy = ledger.policy_of(ward)
        for response in ResponseClass:
            wanted = {one for one in people if one.kind == policy.first_kind(response)}
            if any(one.ward == ward for one in wanted):
                found += [
                    {"ward": ward, "response": response.value, "doctor": str(one.doctor_id)}
                    for one in people
                    if one.ward == ward and one not in wanted
                ]
    return found
