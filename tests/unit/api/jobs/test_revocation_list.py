"""Two API processes keep one list: whoever reads it finds a whole one."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.jobs.revocation_list import write_whole

TIMES = 200


def test_two_that_write_at_once_leave_a_whole_list_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "list.crl"
    lists = [bytes([n]) * 4_096 for n in (1, 2)]

    def write(content: bytes) -> None:
        for _ in range(TIMES):
            write_whole(file, content)
            assert file.read_bytes() in lists

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(write, content) for content in lists]:
            done.result()
    assert [one.name for one in tmp_path.iterdir()] == ["list.crl"]
    assert file.stat().st_mode & 0o777 == 0o600
