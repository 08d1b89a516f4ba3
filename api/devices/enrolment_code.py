"""The QR code with which a device learns where and with which token it enrols.

What it holds is a JSON object (docs/device-protocol.md, part 2): the address to post to, and the
one-time token. It is drawn here, as SVG that a page can hold, so that no third party sees a token.
"""

import json
from typing import Final

import segno

ENROL_PATH: Final = "/api/v1/enrol"
_QUIET_ZONE: Final = 4
"""Modules of white around the code (ISO/IEC 18004)."""


def code_text(address: str, token: str) -> str:
    """Return what the code says."""
    return json.dumps({"homeward": 1, "enrol": address, "token": token}, separators=(",", ":"))


def code_svg(address: str, token: str) -> str:
    """Return the code as an SVG element, black on white, without a size of its own."""
    code = segno.make_qr(code_text(address, token), error="m")
    return code.svg_inline(border=_QUIET_ZONE, light="#fff", omitsize=True)
