"""The printed report: every page says whose it is, and what was not measured is not drawn."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from reportlab.graphics.shapes import PolyLine

from api.report.curves import drawn
from api.report.gathering import AlertLine, Curve, DischargeReport, LimitLine
from api.report.pdf import NOTICE, report_pdf
from tests.support.printed import pages_of

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def curve(*hours: int, label: str = "Heart rate") -> Curve:
    points = [(START + one * HOUR, 60.0 + one, 70.0 + one, 80.0 + one) for one in hours]
    return Curve(label=label, unit="/min", points=points, low=50, high=120)


def report(alerts: int = 1) -> DischargeReport:
    line = AlertLine(
        at=START + HOUR,
        priority="high",
        message="Pulse 131 <fast> & irregular",
        state="resolved",
        outcome="not actionable",
        answered_by="Dr Grey",
    )
    limit = LimitLine(
        label="Heart rate", unit="/min", low="50", high="120", critical="30 / 150", origin="ward"
    )
    return DischargeReport(
        name="Zoë Müller <Ada>",
        identifier="1950-12-10 · R-17",
        ward="main",
        zone="UTC",
        start=START,
        end=START + 24 * HOUR,
        until=START + 24 * HOUR,
        team=["Dr Grey"],
        curves=[curve(1, 2, 3)],
        news2=curve(1, 2, 3, label="NEWS2"),
        alerts=[line] * alerts,
        more_alerts=False,
        limits=[limit],
        counts=[("Heart rate", 3)],
        made_at=START + 25 * HOUR,
        made_by="Dr Grey",
    )


def test_every_page_names_the_patient_and_says_what_this_is_not() -> None:
    made = report_pdf(report(alerts=120))
    assert made.startswith(b"%PDF-")
    pages = pages_of(made)
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert "Zoë Müller <Ada> · 1950-12-10 · R-17" in text
        assert NOTICE in text
        assert f"Page {number}" in text
    assert "Pulse 131 <fast> & irregular" in pages[-1]
    assert "not actionable" in pages[-1]


def test_the_same_report_is_the_same_file() -> None:
    assert report_pdf(report()) == report_pdf(report())


def test_a_stay_without_readings_says_so() -> None:
    empty = Curve(label="NEWS2", unit="", points=[])
    told = report(alerts=0)
    bare = DischargeReport(
        **{
            **{name: getattr(told, name) for name in told.__dataclass_fields__},
            "curves": [],
            "news2": empty,
        }
    )
    (text,) = pages_of(report_pdf(bare))
    assert "Nothing was measured in this stay." in text
    assert "None in this stay." in text


def test_a_gap_is_not_drawn_over() -> None:
    drawing = drawn(curve(0, 1, 2, 20, 21, 22), START, START + 24 * HOUR, "Helvetica")
    lines = [one for one in drawing.contents if isinstance(one, PolyLine)]
    assert len(lines) == 8 - 2, "each reading alone: they are further apart than three slices"
    close = Curve(
        label="Pulse",
        unit="",
        points=[(START + one * timedelta(minutes=9), 1.0, 2.0, 3.0) for one in (*range(50), 90)],
    )
    drawing = drawn(close, START, START + 24 * HOUR, "Helvetica")
    whole, alone = (one for one in drawing.contents if isinstance(one, PolyLine))
    assert len(whole.points) == 100
    assert all(a <= b for a, b in pairwise(whole.points[::2]))
    assert len(alone.points) == 4
