"""Compares a page with a picture that was kept, by its layout and not by its pixels.

Both are scaled down to blocks of 16 CSS pixels, whose mean colours are compared: another rendering
of the same letters is no difference, a line that has moved or a colour that has gone is one. The
browser decodes and scales, so no other library is needed.
"""

import base64
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parents[1] / "pictures"
BLOCK = 16
SCALE = 0.5
"""Of a kept picture: small, and still to be read."""
FAR = 24
"""Of 255, in one colour channel of a block's mean."""
MOST_SHARE = 0.02
"""Of the blocks may be far off: letters that are hinted otherwise, the seconds of a clock."""

_SCALED = """async ([png, scale]) => {
    const bytes = Uint8Array.from(atob(png), (one) => one.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const drawing = canvas.getContext("2d");
    drawing.imageSmoothingQuality = "high";
    drawing.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const data = drawing.getImageData(0, 0, canvas.width, canvas.height).data;
    return { png: canvas.toDataURL("image/png").split(",")[1], width: canvas.width,
        height: canvas.height, colours: scale < 0.2 ? [...data] : [] };
}"""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The mean colours of a picture's blocks, row by row, as RGBA."""

    width: int
    height: int
    colours: tuple[int, ...]

    def far_from(self, other: "Blocks") -> float:
        """Return the share of blocks that differ; all do where the sizes do."""
        if (self.width, self.height) != (other.width, other.height):
            return 1.0
        pairs = zip(self.colours, other.colours, strict=True)
        apart = [abs(one - two) > FAR for one, two in pairs]
        blocks = [any(apart[at : at + 4]) for at in range(0, len(apart), 4)]
        return sum(blocks) / len(blocks)


class Darkroom:
    """Scales pictures in a page of its own."""

    def __init__(self, browser: Browser) -> None:
        self._page: Page = browser.new_page()

    def blocks(self, png: bytes, of: float = 1.0) -> Blocks:
        """Return a picture's blocks; ``of`` is how far it is scaled down already."""
        found = self._scaled(png, 1 / (BLOCK * of))
        return Blocks(found["width"], found["height"], tuple(found["colours"]))

    def small(self, png: bytes) -> bytes:
        """Return a picture as it is kept."""
        return base64.b64decode(self._scaled(png, SCALE)["png"])

    def _scaled(self, png: bytes, scale: float) -> dict[str, object]:
        asked = [base64.b64encode(png).decode(), scale]
        found: dict[str, object] = self._page.evaluate(_SCALED, asked)
        return found

    def close(self) -> None:
        """Close its page."""
        self._page.close()
