"""Files of a run: the ledger, the alerts that must have been raised, the summary."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

import msgspec

from device_sim.fleet.outbox import Totals
from device_sim.patients.scenarios import Expectation


class RunSummary(TypedDict):
    """The last line that a run prints, as JSON."""

    patients: int
    frames_made: int
    frames_sent: int
    frames_resent: int
    frames_covered: int
    frames_uncovered: int
    frames_dropped: int
    frames_forged: int
    readings: int
    expected_alerts: int
    link_losses: int
    seconds: float
    ledger: str
    truth: str


class RunFiles:
    """The two files of a run in its folder: ``ledger.sqlite`` and ``truth.jsonl``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.ledger = folder / "ledger.sqlite"
        self.truth = folder / "truth.jsonl"

    def write_truth(self, expected: Sequence[Expectation]) -> None:
        """Write the ground truth, one JSON object a line."""
        lines = (msgspec.json.encode(asdict(one)) + b"\n" for one in expected)
        self.truth.write_bytes(b"".join(lines))

    def summary(
        self, totals: Totals, patients: int, expected_alerts: int, seconds: float
    ) -> RunSummary:
        """Sum a run up."""
        return RunSummary(
            patients=patients,
            frames_made=totals.made,
            frames_sent=totals.sent,
            frames_resent=totals.resent,
            frames_covered=totals.covered,
            frames_uncovered=totals.made - totals.covered - totals.dropped,
            frames_dropped=totals.dropped,
            frames_forged=totals.forged,
            readings=totals.readings,
            expected_alerts=expected_alerts,
            link_losses=totals.link_losses,
            seconds=round(seconds, 3),
            ledger=str(self.ledger),
            truth=str(self.truth),
        )


def read_truth(path: Path) -> list[Expectation]:
    """The expected alerts that a run wrote."""
    lines = path.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Expectation) for line in lines]
