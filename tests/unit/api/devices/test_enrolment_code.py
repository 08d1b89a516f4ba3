"""The code says address and token in the protocol's words, and holds nothing a page refuses."""

import json
import xml.etree.ElementTree as ET

from api.devices.enrolment_code import code_svg, code_text

ADDRESS = "https://ward.example/api/v1/enrol"


def test_the_code_says_where_and_with_what() -> None:
    told = json.loads(code_text(ADDRESS, "hw_x"))
    assert told == {"homeward": 1, "enrol": ADDRESS, "token": "hw_x"}


def test_it_is_one_svg_without_style_or_script() -> None:
    made = code_svg(ADDRESS, "hw_" + "x" * 43)
    root = ET.fromstring(made)  # noqa: S314 - made here
    assert root.tag == "svg"
    assert {one.tag for one in root.iter()} <= {"svg", "path", "g"}
    assert not any("style" in one.attrib or "onload" in one.attrib for one in root.iter())
    assert "hw_" not in made
