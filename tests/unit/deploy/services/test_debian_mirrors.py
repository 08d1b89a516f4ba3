"""Finding the machine's own package mirror in apt's two formats."""

from pathlib import Path

from deploy.services.debian_mirrors import machine_source, os_release, parse_deb822, parse_one_line

DEB822 = """\
# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main # ours
"""


def test_deb822_gives_enabled_binary_sources_with_their_keyring() -> None:
    (source,) = parse_deb822(DEB822)
    assert source.uri == "http://mirror.example/debian"
    assert source.suites == ("bookworm", "bookworm-updates")
    assert source.with_suite("trixie").line() == (
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
        "http://mirror.example/debian trixie main contrib"
    )


def test_one_line_format_skips_source_packages() -> None:
    (source,) = parse_one_line(ONE_LINE)
    assert (source.suites, source.components, source.signed_by) == (
        ("bookworm",),
        ("main",),
        "/k.gpg",
    )


def test_the_machines_source_is_that_of_its_own_suite(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    found = machine_source(tmp_path, "bookworm")
    assert found is not None
    assert found.suites == ("bookworm",)
    assert machine_source(tmp_path, "noble") is None


def test_os_release_is_unquoted() -> None:
    assert os_release('ID=debian\nVERSION_CODENAME="bookworm"\n')["VERSION_CODENAME"] == "bookworm"
