"""``make fuzz``: each target for a while, led by coverage where atheris is installed.

Atheris (``pip install atheris``; wheels for Linux on x86-64) is not in the lock: without it the
same targets run under Hypothesis with many examples.
"""

# ruff: noqa: T201 - a command that tells what it does

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=int, default=60, help="for each target")
    words.add_argument("--target", help="this one, in this process")
    asked = words.parse_args()
    if asked.target:
        return _one(asked.target, asked.seconds)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: Hypothesis alone, with many examples")
        command = ["-m", "pytest", "-q", "-n0", "--hypothesis-profile=long", "tests/fuzz"]
        return subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode  # noqa: S603
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - atheris instruments what comes after it

    worst = 0
    for name in TARGETS:
        print(f"fuzzing {name} for {asked.seconds} s", flush=True)
        command = ["-m", "tests.fuzz.atheris_run", "--target", name]
        command += ["--seconds", str(asked.seconds)]
        done = subprocess.run([sys.executable, *command], cwd=ROOT, check=False)  # noqa: S603
        worst = worst or done.returncode
    return worst


def _one(name: str, seconds: int) -> int:
    atheris: Any = import_module("atheris")

    with atheris.instrument_imports(include=["api", "gateway", "device_sim", "hl7", "json"]):
        from tests.fuzz.examples import EXAMPLES  # noqa: PLC0415
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix=f"homeward-fuzz-{name}-"))
    for number, example in enumerate(EXAMPLES[name]):
        (folder / str(number)).write_bytes(example)
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(folder)], TARGETS[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
