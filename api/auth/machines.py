"""What a request comes from, as a person would name it: "Firefox on Linux".

A browser's own line names a dozen products and versions; whoever looks at the list of sessions, or
at the audit, needs two words, and the rest would only tell people apart.
"""

from typing import Final

_BROWSERS: Final = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrome", "Chrome"),
    ("chromium", "Chromium"),
    ("safari", "Safari"),
)
"""The first that is named counts: Edge calls itself Chrome as well, Chrome Safari."""
_SYSTEMS: Final = (
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("windows", "Windows"),
    ("mac os", "macOS"),
    ("cros", "ChromeOS"),
    ("linux", "Linux"),
)
_LONGEST = 40


def machine_of(user_agent: str) -> str:
    """Return browser and system in two words; of a program its own name; empty if it has none."""
    line = user_agent.lower()
    browser = next((name for mark, name in _BROWSERS if mark in line), "")
    system = next((name for mark, name in _SYSTEMS if mark in line), "")
    if browser and system:
        return f"{browser} on {system}"
    program = user_agent.partition("/")[0].split("(")[0].strip()
    return browser or (program if program.isprintable() else "")[:_LONGEST]
