"""Each ward's alerts go by what that ward has set; equipment, too."""

from datetime import timedelta

from psycopg.types.json import Jsonb

from analytics.alerts.transitions import EpisodePolicy
from api.alerting import due, findings, sweep
from api.alerting.settings import AlertingSettings
from tests.support.ward import START, Ward, story

SETTINGS = AlertingSettings()
MINUTE = timedelta(minutes=1)


def decide(ward: Ward, name: str, values: dict[str, float]) -> None:
    ward.sql.execute(
        """INSERT INTO ward_settings (ward, revision, settings, reason, set_at)
           SELECT %s, coalesce(max(revision), 0) + 1, %s, 'test', %s
             FROM ward_settings WHERE ward = %s""",
        (name, Jsonb(values), START, name),
    )


def test_deadlines_and_ladder_are_each_wards_own(ward: Ward) -> None:
    here, there = ward.patient(), ward.patient("north")
    for name in ("main", "north"):
        ward.on_shift(ward.doctor(name, ward=name), START)
    decide(ward, "north", {"deadlines.emergency": 12, "ladder.acknowledge_share": 0.5})

    async def main() -> None:
        async with ward.engine() as conn:
            for patient in (here, there):
                ward.finding(patient, "news2_emergency", START)
            await findings.take(conn, START, SETTINGS, EpisodePolicy())

    story(main())
    by_ward = {row["ward"]: row for row in ward.episodes()}
    assert by_ward["main"]["escalate_due"] == START + 5 * MINUTE
    assert by_ward["north"]["escalate_due"] == START + 6 * MINUTE
    assert by_ward["north"]["deadline"] == START + 12 * MINUTE
    told = {event["ward"]: event["data"]["settings_revision"] for event in ward.events()}
    assert told == {"main": 0, "north": 1}


def test_a_change_applies_to_the_next_step_of_an_open_alert(ward: Ward) -> None:
    patient = ward.patient()
    for name in ("A", "B"):
        ward.on_shift(ward.doctor(name), START)

    async def main() -> None:
        async with ward.engine() as conn:
            ward.finding(patient, "news2_emergency", START)
            await findings.take(conn, START, SETTINGS, EpisodePolicy())
            decide(ward, "main", {"deadlines.emergency": 60})
            now = START + 5 * MINUTE
            await due.tick(conn, now, EpisodePolicy())
            [row] = ward.episodes()
            assert row["escalate_due"] == now + 10 * MINUTE

    story(main())


def test_a_ward_says_when_its_devices_are_silent(ward: Ward) -> None:
    for name in ("main", "north"):
        ward.heard(ward.device(ward.patient(name), {"hr": 60}), START)
    decide(ward, "north", {"equipment.silent_grace": 3_600})

    async def main() -> None:
        async with ward.engine() as conn:
            await sweep.sweep(
                conn,
                START + 10 * MINUTE,
                SETTINGS,
                EpisodePolicy(),
                slack_s=0,
                gateway_silent_s=None,
            )

    story(main())
    assert [row["ward"] for row in ward.episodes("silent")] == ["main"]
