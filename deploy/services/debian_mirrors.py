"""Debian mirror of this machine, read from apt's own lists of sources.

The private copy is fetched from the same mirror, with the same keyring, as the machine's own
packages: nobody has to trust or reach anything new.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

_ONE_LINE = re.compile(
    r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<rest>.+)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSource:
    """One source of packages: where, which suites and parts, and which keyring signs it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""

    def line(self) -> str:
        """Return the source in apt's one-line format, for its first suite."""
        option = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {option}{self.uri} {self.suites[0]} {' '.join(self.components)}"

    def with_suite(self, suite: str) -> "PackageSource":
        """Return the same mirror, but another suite."""
        return replace(self, suites=(suite,))


def os_release(text: str) -> dict[str, str]:
    """Parse ``/etc/os-release`` into its names and values."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {name: value.strip().strip('"') for name, _, value in pairs}


def parse_deb822(text: str) -> Iterator[PackageSource]:
    """Yield the binary sources of a ``.sources`` file that are not disabled."""
    for paragraph in re.split(r"\n\s*\n", text):
        fields = _fields(paragraph)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled") == "no":
            continue
        signed_by = fields.get("signed-by", "")
        for uri in fields.get("uris", "").split():
            yield PackageSource(
                uri=uri,
                suites=tuple(fields.get("suites", "").split()),
                components=tuple(fields.get("components", "").split()),
                signed_by=signed_by if signed_by.startswith("/") else "",
            )


def _fields(paragraph: str) -> dict[str, str]:
    """Return the fields of one deb822 paragraph, names in lower case, comments left out."""
    lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1].isspace() and name:
            fields[name] += " " + line.strip()
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def parse_one_line(text: str) -> Iterator[PackageSource]:
    """Yield the binary sources of a ``sources.list`` file."""
    for line in text.splitlines():
        match = _ONE_LINE.match(line.strip())
        if match is None:
            continue
        options = dict(o.split("=", 1) for o in (match["options"] or "").split() if "=" in o)
        yield PackageSource(
            uri=match["uri"],
            suites=(match["suite"],),
            components=tuple(match["rest"].split("#")[0].split()),
            signed_by=options.get("signed-by", ""),
        )


def machine_source(etc_apt: Path, codename: str) -> PackageSource | None:
    """Return the source that this machine's suite ``codename`` comes from, or None."""
    for file in sorted([etc_apt / "sources.list", *(etc_apt / "sources.list.d").glob("*")]):
        if file.suffix not in (".list", ".sources") or not file.is_file():
            continue
        parse = parse_deb822 if file.suffix == ".sources" else parse_one_line
        for source in parse(file.read_text(encoding="utf-8", errors="replace")):
            if codename in source.suites and "main" in source.components:
                return source.with_suite(codename)
    return None
