"""The discharge report drawn: A4, the patient and the page on every page, curves as vectors."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, LongTable, Paragraph, SimpleDocTemplate, Spacer

from api.report.curves import drawn
from api.report.gathering import DischargeReport

_OURS: Final = Path(reportlab.__file__).parent / "fonts"
_INK, _SOFT, _RULE = HexColor("#1b2a33"), HexColor("#5b6b75"), HexColor("#c5ced4")
NOTICE: Final = "Homeward is not a medical device, and not for primary alarming."
_NEWS2: Final = "NEWS2 of 5 asks for an urgent, of 7 for an emergency response (RCP 2017)."


def report_pdf(report: DischargeReport, font_file: Path | None = None) -> bytes:
    """Return the report as a PDF.

    Args:
        report: what it says.
        font_file: a TrueType font for names in scripts that the built-in one lacks.

    Raises:
        OSError: the font cannot be read.
    """
    regular, bold = _fonts(font_file)
    body = ParagraphStyle("body", fontName=regular, fontSize=9, leading=12, textColor=_INK)
    small = ParagraphStyle("small", parent=body, fontSize=7.5, leading=9.5)
    head = ParagraphStyle(
        "head", parent=body, fontName=bold, fontSize=11, leading=15, spaceBefore=8, keepWithNext=1
    )
    title = ParagraphStyle("title", parent=head, fontSize=16, leading=20)
    story: list[Any] = [Paragraph("Discharge report", title), *_about(report, body)]
    story += _charts(report, head, body, regular)
    story += _thresholds(report, head, small, bold)
    story += _alerts(report, head, body, small, bold)
    stream = BytesIO()
    document = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=17 * mm,
        rightMargin=17 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title="Discharge report",
        author="Homeward",
        lang="en",
        invariant=1,
    )

    def every_page(canvas: Any, made: Any) -> None:  # noqa: ANN401 - the library has no types
        canvas.saveState()
        canvas.setFont(regular, 7.5)
        canvas.setFillColor(_SOFT)
        canvas.drawString(17 * mm, A4[1] - 11 * mm, f"{report.name} · {report.identifier}")
        canvas.drawRightString(A4[0] - 17 * mm, A4[1] - 11 * mm, f"Ward {report.ward}")
        canvas.drawString(17 * mm, 10 * mm, NOTICE)
        canvas.drawRightString(A4[0] - 17 * mm, 10 * mm, f"Page {made.page}")
        canvas.restoreState()

    document.build(story, onFirstPage=every_page, onLaterPages=every_page)
    return stream.getvalue()


def _fonts(font_file: Path | None) -> tuple[str, str]:
    if font_file is not None:
        pdfmetrics.registerFont(TTFont("Site", str(font_file)))
        return "Site", "Site"
    for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(_OURS / file)))
    return "Vera", "VeraBd"


def _when(report: DischargeReport) -> str:
    end = report.end.strftime("%d %b %Y %H:%M") if report.end else "not ended yet"
    return f"{report.start.strftime('%d %b %Y %H:%M')} to {end}"


def _about(report: DischargeReport, body: ParagraphStyle) -> list[Any]:
    lines = [
        ("Patient", f"{report.name} · {report.identifier}"),
        ("Stay", f"{_when(report)} ({report.zone}), ward {report.ward}"),
        ("Care team", ", ".join(report.team) or "nobody is recorded"),
        ("Measured", ", ".join(f"{label}: {n}" for label, n in report.counts) or "nothing"),
        ("Made", f"{report.made_at.strftime('%d %b %Y %H:%M')} by {report.made_by}"),
    ]
    return [Paragraph(f"{name}: {escape(text)}", body) for name, text in lines]


def _charts(
    report: DischargeReport, head: ParagraphStyle, body: ParagraphStyle, font: str
) -> list[Any]:
    story: list[Any] = [Paragraph("Course", head)]
    if report.news2.points:
        story += [
            KeepTogether(
                [drawn(report.news2, report.start, report.until, font), Paragraph(_NEWS2, body)]
            )
        ]
    story += [drawn(one, report.start, report.until, font) for one in report.curves]
    if not report.news2.points and not report.curves:
        story.append(Paragraph("Nothing was measured in this stay.", body))
    return story


def _thresholds(
    report: DischargeReport, head: ParagraphStyle, small: ParagraphStyle, bold: str
) -> list[Any]:
    rows = [
        [one.label, one.unit, one.low, one.high, one.critical, one.origin] for one in report.limits
    ]
    names = ["Metric", "Unit", "Low", "High", "Critical low / high", "Whose"]
    table = _table([names, *rows], [90, 50, 45, 45, 110, 160], small, bold)
    return [Paragraph("Thresholds in force", head), table, Spacer(1, 4)]


def _alerts(
    report: DischargeReport,
    head: ParagraphStyle,
    body: ParagraphStyle,
    small: ParagraphStyle,
    bold: str,
) -> list[Any]:
    story: list[Any] = [Paragraph(f"Clinical alerts ({len(report.alerts)})", head)]
    if not report.alerts:
        return [*story, Paragraph("None in this stay.", body)]
    rows = [
        [
            one.at.astimezone(report.start.tzinfo).strftime("%d %b %H:%M"),
            one.priority,
            one.message,
            " · ".join(part for part in (one.state, one.outcome, one.answered_by) if part),
        ]
        for one in report.alerts
    ]
    names = ["Raised", "Priority", "What", "Became of it"]
    story.append(_table([names, *rows], [65, 45, 260, 130], small, bold))
    if report.more_alerts:
        story.append(Paragraph("There are more alerts than are told here.", body))
    return story


def _table(
    rows: Sequence[Sequence[str]], widths: Sequence[int], small: ParagraphStyle, bold: str
) -> Any:  # noqa: ANN401
    cells = [[Paragraph(escape(text), small) for text in row] for row in rows]
    style = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("FONTNAME", (0, 0), (-1, 0), bold),
    ]
    return LongTable(cells, colWidths=list(widths), style=style, repeatRows=1, hAlign="LEFT")
