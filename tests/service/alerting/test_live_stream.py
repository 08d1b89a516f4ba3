"""The feed over real sockets: who is told, how fast, and that a cut loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import httpx2

from api.live.settings import LiveSettings
from api.vault.personal_data import Personal
from tests.support.ward import Patient, Person, Told, Ward, read_events, served, story


@asynccontextmanager
async def listening(
    base: str, person: Person, last: int | None = None, *, more: str = ""
) -> AsyncIterator[AsyncIterator[Told]]:
    headers = dict(person.headers)
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    async with (
        httpx2.AsyncClient(timeout=20) as client,
        client.stream(
            "GET", f"{base}/alerts/stream?heartbeats=event{more}", headers=headers
        ) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield read_events(response)


async def told(events: AsyncIterator[Told], *, beats: bool = False) -> Told:
    async for event in events:
        if beats or event.name != "heartbeat":
            return event
    raise AssertionError("the stream ended")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the database tells nobody but the product
            await asyncio.sleep(0.05)


def test_an_alert_reaches_its_doctor_at_once_and_nobody_else(ward: Ward) -> None:
    patient, doctor, stranger = ward.patient(), ward.doctor("A"), ward.doctor("B")
    elsewhere = ward.user("coordinator", ward="other")
    ward.on_shift(doctor)
    ward.care_team(patient, doctor)

    async def main() -> None:
        async with (
            served(ward.settings) as base,
            listening(base, doctor) as mine,
            listening(base, stranger) as other,
            listening(base, elsewhere) as far,
        ):
            for stream in (mine, other, far):
                assert (await told(stream, beats=True)).name == "heartbeat"
            await asyncio.sleep(1.0)
            ward.finding(patient, "news2_emergency", datetime.now(UTC))
            event = await asyncio.wait_for(told(mine), 10)
            assert (event.name, event.data["condition"]) == ("alert.raised", "news2_emergency")
            assert event.data["doctor"] == str(doctor.doctor_id)
            for stream in (other, far):
                nothing = asyncio.create_task(told(stream))
                await asyncio.sleep(0.3)
                assert not nothing.done()
                nothing.cancel()

    story(main())


def test_an_idle_engine_raises_within_some_milliseconds(ward: Ward) -> None:
    patients, doctor = [ward.patient() for _ in range(15)], ward.doctor()
    ward.on_shift(doctor)
    for patient in patients:
        ward.care_team(patient, doctor)

    async def main() -> None:
        async with served(ward.settings) as base, listening(base, doctor) as mine:
            await told(mine, beats=True)
            await asyncio.sleep(1.5)
            took = []
            for patient in patients:
                began = asyncio.get_running_loop().time()
                ward.finding(patient, "news2_emergency", datetime.now(UTC))
                while (await told(mine)).name != "alert.raised":
                    pass
                took.append(asyncio.get_running_loop().time() - began)
                await asyncio.sleep(0.05)
            assert sorted(took)[len(took) // 2] < 0.25  # some 12 ms on a quiet machine

    story(main())


def test_a_cut_stream_resumes_without_a_gap_or_a_repeat(ward: Ward) -> None:
    patient, nurse = ward.patient(), ward.doctor("N", kind="nurse")
    ward.on_shift(nurse)
    ward.care_team(patient, nurse)

    async def main() -> None:
        async with served(ward.settings) as base:
            async with listening(base, nurse) as first:
                beat = await told(first, beats=True)
            for n in range(30):
                ward.finding(patient, f"limit_{n}", datetime.now(UTC))
                await asyncio.sleep(0.01)
            seen: list[int] = []
            last = beat.id
            while len(seen) < 30:
                async with listening(base, nurse, last) as again:
                    for _ in range(min(7, 30 - len(seen))):
                        event = await asyncio.wait_for(told(again), 10)
                        seen.append(event.id)
                        last = event.id
            kept = [e["stream_id"] for e in ward.events() if e["patient_no"] is not None]
            assert seen == kept[:30]

    story(main())


def test_an_id_older_than_kept_or_never_given_is_told_to_start_again(ward: Ward) -> None:
    patient, nurse = ward.patient(), ward.doctor("N", kind="nurse")
    ward.care_team(patient, nurse)
    ward.on_shift(ward.doctor())

    async def main() -> None:
        async with served(ward.settings) as base:
            for n in range(5):
                ward.finding(patient, f"limit_{n}", datetime.now(UTC))
            await until(lambda: len(ward.events()) == 5)
            ward.sql.execute("DELETE FROM alert_event WHERE stream_id <= 3")
            for last in (1, 9_999):
                async with listening(base, nurse, last) as stream:
                    event = await asyncio.wait_for(told(stream), 10)
                    assert event.name == "reset"
                    assert event.id < 9_999
            async with listening(base, nurse, 3) as stream:
                assert (await asyncio.wait_for(told(stream), 10)).id == 4

    story(main())


def test_who_joins_the_care_team_hears_the_next_event(ward: Ward) -> None:
    patient, nurse = ward.patient(), ward.doctor("N", kind="nurse")
    everybody = ward.user("coordinator")
    ward.on_shift(ward.doctor())

    async def main() -> None:
        async with (
            served(ward.settings) as base,
            listening(base, nurse) as mine,
            listening(base, everybody) as all_of_it,
        ):
            for stream in (mine, all_of_it):
                await told(stream, beats=True)
            ward.finding(patient, "news2_urgent", datetime.now(UTC))
            assert (await told(all_of_it)).data["condition"] == "news2_urgent"
            ward.care_team(patient, nurse)
            ward.finding(patient, "single_3", datetime.now(UTC))
            event = await asyncio.wait_for(told(mine), 10)
            reasons = [one["condition"] for one in event.data["reasons"]]
            assert reasons == ["news2_urgent", "single_3"]

    story(main())


def test_a_stream_ends_with_the_right_to_it(ward: Ward) -> None:
    """Within three seconds: two looks at the sessions and their answer fit into that."""
    assert 2 * LiveSettings().recheck_s < 3
    ends = {
        "revoked": "UPDATE session_token SET revoked_at = now() WHERE user_id = %s",
        "expired": "UPDATE session_token SET expires_at = now() WHERE user_id = %s",
        "disabled": "UPDATE app_user SET state = 'disabled' WHERE id = %s",
        "moved": "UPDATE app_user SET ward = 'other' WHERE id = %s",
        "another role": "UPDATE app_user SET role = 'coordinator' WHERE id = %s",
    }
    people = {why: ward.doctor(why, kind="nurse") for why in ends}
    stays = ward.doctor("stays", kind="nurse")

    async def main() -> None:
        async with served(ward.settings) as base, AsyncExitStack() as open_streams:
            streams = {
                why: await open_streams.enter_async_context(listening(base, person))
                for why, person in [*people.items(), ("stays", stays)]
            }
            for stream in streams.values():
                await told(stream, beats=True)
            for why, statement in ends.items():
                ward.sql.execute(statement.encode(), (people[why].user_id,))

            async def to_the_end(stream: AsyncIterator[Told]) -> None:
                async for _ in stream:
                    pass

            async with asyncio.timeout(15):
                await asyncio.gather(*(to_the_end(streams[why]) for why in ends))
            assert (await told(streams["stays"], beats=True)).name == "heartbeat"

    story(main())


def test_who_was_told_over_a_stream_is_in_the_record_once_an_hour(ward: Ward) -> None:
    patient, doctor = ward.patient(), ward.doctor("A")
    ward.on_shift(doctor)
    ward.care_team(patient, doctor)

    def noted() -> list[tuple[str, str]]:
        rows = ward.all(
            "SELECT actor, detail ->> 'why' AS why FROM audit WHERE action = 'alerts.stream' "
            "AND patient_no = %s",
            patient.no,
        )
        return [(row["actor"], row["why"]) for row in rows]

    async def main() -> None:
        async with served(ward.settings) as base, listening(base, doctor) as mine:
            await told(mine, beats=True)
            ward.finding(patient, "limit_hr_high", datetime.now(UTC))
            assert (await told(mine)).name == "alert.raised"
            await until(lambda: noted() == [(str(doctor.user_id), "care team")])
            ward.finding(patient, "limit_spo2_low", datetime.now(UTC))
            await told(mine)

    story(main())
    assert len(noted()) == 1


def test_a_stream_needs_a_session_and_a_decimal_id(ward: Ward) -> None:
    nurse = ward.doctor("N", kind="nurse")

    async def main() -> None:
        async with ward.api() as client:
            assert (await client.get("/alerts/stream")).status_code == 401
            headers = nurse.headers | {"Last-Event-ID": "x1"}
            assert (await client.get("/alerts/stream", headers=headers)).status_code == 422

    story(main())


def test_heartbeats_say_whether_the_engine_lives(ward: Ward) -> None:
    nurse = ward.doctor("N", kind="nurse")

    async def main() -> None:
        async with served(ward.settings) as base, listening(base, nurse) as mine:
            async for event in mine:
                if event.data["engine"] == "running":
                    assert event.data["feed"] == "live"
                    at = datetime.fromisoformat(event.data["at"])
                    assert datetime.now(UTC) - at < timedelta(seconds=5)
                    return

    story(main())


def test_heartbeats_are_comments_for_whoever_does_not_ask(ward: Ward) -> None:
    nurse = ward.doctor("N", kind="nurse")

    async def main() -> None:
        async with (
            served(ward.settings) as base,
            httpx2.AsyncClient(timeout=20) as client,
            client.stream("GET", f"{base}/alerts/stream", headers=nurse.headers) as response,
        ):
            beats = 0
            async for line in response.aiter_lines():
                assert not line or line.startswith((":", "retry:")), line
                beats += line.startswith(": heartbeat")
                if beats == 2:
                    return

    story(main())


def test_an_event_names_its_patient_to_who_may_see_them_alone(ward: Ward) -> None:
    """It is stored without a name; whoever only held the alert before is told none."""
    patient, doctor, former = ward.patient(), ward.doctor("A"), ward.doctor("B")
    ward.call_it(patient, Personal(name="Maria Santos", birth_date=date(1941, 3, 2)))
    ward.on_shift(doctor)
    ward.care_team(patient, doctor)

    async def main() -> None:
        async with (
            served(ward.settings) as base,
            listening(base, doctor) as mine,
            listening(base, former) as theirs,
        ):
            beat = await told(mine, beats=True)
            await told(theirs, beats=True)
            ward.finding(patient, "news2_emergency", datetime.now(UTC))
            event = await asyncio.wait_for(told(mine), 10)
            assert (event.data["name"], event.data["identifier"]) == ("Maria Santos", "1941-03-02")
            ward.sql.execute(
                "SELECT append_alert_event(episode_id, patient_no, ward, 'alert.changed', at,"
                " actor, %(holders)s, data) FROM alert_event ORDER BY stream_id LIMIT 1",
                {"holders": [former.user_id]},
            )
            passed = await asyncio.wait_for(told(theirs), 10)
            assert (passed.data["name"], passed.data["identifier"]) == (None, None)
            async with listening(base, doctor, beat.id) as again:
                assert (await asyncio.wait_for(told(again), 10)).data["name"] == "Maria Santos"
        assert all("Maria" not in str(row["data"]) for row in ward.events())

    story(main())


async def rows_told(events: AsyncIterator[Told]) -> Told:
    while (event := await told(events)).name != "panel.changed":
        pass
    return event


def hear(ward: Ward, *patients: Patient) -> None:
    """Write that something came of these patients, as the gateway would."""
    for patient in patients:
        ward.sql.execute(
            """INSERT INTO patient_now (patient_no, received) VALUES (%s, now())
               ON CONFLICT (patient_no) DO UPDATE SET received = now()""",
            (patient.no,),
        )


def test_a_page_is_told_which_of_its_rows_have_changed_and_of_nobody_elses(ward: Ward) -> None:
    # The server plans as it starts: to somebody on shift it would give the hidden patient as well.
    patient, hidden, doctor = ward.patient(), ward.patient(), ward.doctor()
    ward.care_team(patient, doctor)
    shown = f"&row={patient.id}&row={hidden.id}"

    async def main() -> None:
        async with served(ward.settings) as base, listening(base, doctor, more=shown) as mine:
            assert (await told(mine, beats=True)).name == "heartbeat"
            event = asyncio.create_task(rows_told(mine))
            for _ in range(100):  # the first look only learns what stands there
                hear(ward, hidden, patient)
                await asyncio.wait([event], timeout=0.2)
                if event.done():
                    break
            assert (await event).data == {"patients": [str(patient.id)]}

    story(main())
