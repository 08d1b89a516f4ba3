"""The week's plan over HTTP, and a person's shifts as a calendar feed that can be taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.ward import Ward, story

HOUR = timedelta(hours=1)


def article() -> dict[str, Any]:
    return {
        "doctors": [
            {"id": f"doctor {at + 1}", "hours": 8.0, "cost_per_hour": float(rate)}
            for at, rate in enumerate((10, 12, 8, 12))
        ],
        "demand": [{"hours": float((2, 3, 1)[at % 3])} for at in range(12)],
    }


def test_the_articles_case_and_the_wards_own_week(ward: Ward) -> None:
    carla, nurse = ward.user("coordinator"), ward.doctor("N", kind="nurse")
    for at in range(4):
        ward.doctor(f"D{at}")
    ward.patient()
    now = datetime.now(UTC)

    async def main() -> None:
        async with ward.api() as api:
            head = carla.headers
            got = await api.post("/staffing/plan", json=article(), headers=head)
            told = got.json()
            assert (told["status"], told["cost"], told["bound"]) == ("optimal", 240, 240)
            sentences = [one["sentence"] for one in told["prices"]]
            assert "one more hour of doctor 3 saves 4" in sentences
            busy = (now + timedelta(days=7 - now.weekday())).replace(hour=0, minute=0, second=0)
            ward.shift(nurse, busy, busy + 23 * HOUR)
            body = {"time_limit_s": 2.0, "rules": {"rest_hours": 11}}
            week = (await api.post("/staffing/plan", json=body, headers=head)).json()
            assert week["start"].startswith(f"{busy:%Y-%m-%d}T00:00:00")
            assert {one["name"] for one in week["hours"]} == {"N", "D0", "D1", "D2", "D3"}
            mine = [one for one in week["shifts"] if one["name"] == "N"]
            assert all(one["start"] >= f"{busy:%Y-%m-%d}T22" for one in mine), "on the rota then"
            assert week["shifts"]
            assert week["bound"] <= week["cost"]
            both = {
                "demand": [
                    {"hours": 1.0},
                    {"people": 1.0, "start": "2026-12-07T06:00:00Z", "end": "2026-12-07T08:00:00Z"},
                ]
            }
            assert (await api.post("/staffing/plan", json=both, headers=head)).status_code == 422
            refused = await api.post("/staffing/plan", json={}, headers=nurse.headers)
            assert refused.status_code == 403

    story(main())


def test_a_calendar_link_shows_ones_own_shifts_until_it_is_taken_back(ward: Ward) -> None:
    mine, other, carla = ward.doctor("Mine"), ward.doctor("Other"), ward.user("coordinator")
    now = datetime.now(UTC).replace(microsecond=0)
    ward.shift(mine, now + HOUR, now + 9 * HOUR)
    ward.shift(other, now + 2 * HOUR, now + 3 * HOUR)

    async def main() -> None:
        async with ward.api() as api:
            assert (await api.get("/me/calendars", headers=carla.headers)).status_code == 404
            made = (await api.post("/me/calendars", headers=mine.headers)).json()
            path = made["path"].removeprefix("/api/v1")
            feed = await api.get(path)
            assert feed.status_code == 200
            assert feed.headers["content-type"].startswith("text/calendar")
            assert feed.text.count("BEGIN:VEVENT") == 1
            assert f"DTSTART:{now + HOUR:%Y%m%dT%H%M%SZ}" in feed.text
            [kept] = (await api.get("/me/calendars", headers=mine.headers)).json()["items"]
            assert kept["id"] == made["id"]
            theirs = f"/me/calendars/{made['id']}"
            assert (await api.delete(theirs, headers=other.headers)).status_code == 404
            assert (await api.delete(theirs, headers=mine.headers)).status_code == 204
            assert (await api.get(path)).status_code == 404
            assert (await api.get("/calendars/guess.ics")).status_code == 404

    story(main())
    [row] = ward.all("SELECT token_hash FROM calendar_link")
    assert len(row["token_hash"]) == 32, "the token itself is kept nowhere"
