"""Text of a PDF, page by page."""

from io import BytesIO

from pypdf import PdfReader


def pages_of(made: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(made)).pages]
