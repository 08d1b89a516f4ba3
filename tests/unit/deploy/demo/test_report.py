"""The demo's account: what is lost, missed or counted twice is said."""

from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.bench.commit_times import percentiles
from deploy.demo.__main__ import verdict
from deploy.demo.people import CAST, shifts
from deploy.demo.report import Books, Raised, summary
from device_sim.patients.scenarios import Expectation

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONSET = NOW - timedelta(minutes=30)


def expected(patient: str, due: datetime) -> Expectation:
    return Expectation(
        patient=patient,
        device=f"w-{patient}",
        scenario="cardiac",
        any_of=("news2_emergency",),
        from_ms=int(ONSET.timestamp() * 1000),
        by_ms=int(due.timestamp() * 1000),
    )


def raised(patient: str, at: datetime = NOW, condition: str = "news2_emergency") -> Raised:
    return Raised(
        patient=patient,
        condition=condition,
        raised_at=at,
        frame=("w-a", 1, 2),
        committed_s=100.5,
    )


def books(**changes: Any) -> Books:  # noqa: ANN401 - any field
    given: dict[str, Any] = {
        "sent": {("w-a", 1, 1): 100.0, ("w-a", 1, 2): 100.2},
        "stored": {("w-a", 1, 1): [100.1], ("w-a", 1, 2): [100.3]},
        "quarantined": frozenset(),
        "duplicates": 0,
        "rejected": 0,
        "readings": 6,
        "raised": [raised("a")],
        "expected": [expected("a", NOW)],
    }
    return Books(**{**given, **changes})


def account(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return {**summary(books(**changes), [], NOW), "healthy": True}


def test_a_good_run_has_nothing_wrong() -> None:
    found = account()
    assert verdict(found) == []
    assert found["frames"]["sent"] == found["frames"]["stored"] == 2
    assert found["publish_to_stored_ms"] == {"p50": 100.0, "p95": 100.0}
    assert found["publish_to_alert_ms"] == {"p50": 300.0, "p95": 300.0}


def test_a_frame_neither_stored_nor_quarantined_is_lost() -> None:
    stored = {("w-a", 1, 1): [100.1]}
    assert account(stored=stored)["frames"]["lost"] == 1
    assert verdict(account(stored=stored))
    assert account(stored=stored, quarantined=frozenset({("w-a", 1, 2)}))["frames"]["lost"] == 0


def test_a_frame_stored_twice_is_said() -> None:
    stored = {("w-a", 1, 1): [100.1, 100.2], ("w-a", 1, 2): [100.3]}
    assert account(stored=stored)["frames"]["counted_twice"] == 1
    assert verdict(account(stored=stored))


def test_only_what_was_due_is_expected() -> None:
    later = [expected("b", NOW + timedelta(seconds=1))]
    assert account(expected=later)["alerts"] == {"raised": 1, "expected": 0, "missed": 0}


def test_another_patients_or_an_earlier_alert_does_not_count() -> None:
    early = raised("a", at=ONSET - timedelta(seconds=1))
    for wrong in ([], [raised("b")], [early], [raised("a", condition="silent")]):
        found = account(raised=wrong)
        assert found["alerts"]["missed"] == 1
        assert verdict(found)


def test_percentiles_of_nothing_are_nothing() -> None:
    assert percentiles([]) == {"p50": None, "p95": None}


def test_there_is_always_a_doctor_and_a_nurse_on_shift() -> None:
    for kind in ("doctor", "nurse"):
        spans = [s for one in CAST if one.role == kind for s in shifts(one, NOW)]
        for hour in range(24 * 7):
            at = NOW + timedelta(hours=hour)
            assert any(
                datetime.fromisoformat(s["start"]) <= at < datetime.fromisoformat(s["end"])
                for s in spans
            )
