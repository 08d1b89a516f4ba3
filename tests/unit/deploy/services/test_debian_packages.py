"""Where a private copy's programs look for their libraries."""

from pathlib import Path

from deploy.services.debian_packages import library_folders


def test_libraries_one_folder_down_are_found_too(tmp_path: Path) -> None:
    """Chromium needs libpulse, whose own library stands in a folder of PulseAudio's."""
    for name in (
        "usr/lib/x86_64-linux-gnu/libpulse.so.0",
        "usr/lib/x86_64-linux-gnu/pulseaudio/libpulsecommon-16.1.so",
        "usr/lib/x86_64-linux-gnu/gio/modules/libgiognutls.so",
        "usr/lib/chromium/libEGL.so",
        "lib/x86_64-linux-gnu/libdbus-1.so.3",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    found = [str(folder.relative_to(tmp_path)) for folder in library_folders(tmp_path)]
    assert found == [
        "lib/x86_64-linux-gnu",
        "usr/lib/x86_64-linux-gnu",
        "usr/lib/x86_64-linux-gnu/pulseaudio",
    ]
