"""ORU^R01: each value with code, unit and time; what is in doubt or missing says so."""

# ruff: noqa: ANN401 - the library has no types

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import hl7

from api.hl7.results import ResultState, result_message

AT = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
MS = int(AT.timestamp() * 1000)


def told(news2: dict[str, Any] | None = None, **latest: Any) -> Any:
    of = ResultState(
        patient=UUID(int=7),
        identifier="R-1",
        authority="HOSP",
        name="Ada | Byron",
        birth_date=date(1950, 12, 10),
        sex="female",
        ward="main",
        latest=latest,
        news2=news2,
        assessed_at=AT,
        received=AT,
    )
    return hl7.parse(result_message(of, AT))


def test_values_bear_code_unit_time_and_how_good_they_are() -> None:
    message = told(
        hr={"t": MS, "v": 72.0, "q": "ok"},
        temp={"t": MS, "v": 37.25, "q": "questionable"},
        acvpu={"t": MS, "v": 1, "q": "manual"},
        battery={"t": MS, "v": 50, "q": "ok"},
    )
    rows = [[str(one) for one in row] for row in message.segments("OBX")]
    assert [row[3] for row in rows] == [
        "8867-4^Heart rate^LN",
        "8310-5^Temperature^LN",
        "67775-7^Consciousness^LN",
    ]
    assert [row[5] for row in rows] == ["72", "37.25", "C"]
    assert [row[6] for row in rows] == ["/min^^UCUM", "Cel^^UCUM", ""]
    assert [row[11] for row in rows] == ["F", "P", "F"]
    assert {row[14] for row in rows} == {"20261130100000+0000"}
    pid = message.segment("PID")
    assert (str(pid[3]), str(pid[7]), str(pid[8])) == ("R-1^^^HOSP^MR", "19501210", "F")


def test_an_incomplete_score_has_bounds_and_no_value() -> None:
    whole = [str(one) for one in told(news2={"score": 3, "low": 3, "high": 3}).segments("OBX")]
    part = [str(one) for one in told(news2={"score": None, "low": 1, "high": 7}).segments("OBX")]
    assert "|NM|news2-total^NEWS2^99HOMEWARD||3|" in whole[0]
    assert "|SN|news2-bounds^NEWS2, not complete^99HOMEWARD||1^-^7|" in part[0]
