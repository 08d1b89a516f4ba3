"""What routes decide without a database: urgency, coverage, spans, cursors, ids, proof."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from pydantic import TypeAdapter, ValidationError

from analytics.domain.care import Scoring
from analytics.domain.vitals import Metric
from analytics.ward import urgency as panel
from api.devices import enrolment
from api.devices import topics as addresses
from api.errors import ApiError, InvalidError
from api.evidence import proof
from api.evidence.observation_ids import ObservationId, parse
from api.forms.paging import cut, read_cursor, write_cursor
from api.forms.patients import Limits
from api.forms.time_range import LONGEST, span_of, width_of
from api.readiness import SCHEMA_REVISION, age_reason, schema_reason
from gateway import migrations
from gateway.wire import enrolment as wire
from gateway.wire import topics
from gateway.wire.frames import signing_keys
from tests.support.urgency import Standing, urgency

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


NOW_MS = 1_800_000_000_000


def standing(**more: object) -> Standing:
    plain: dict[str, object] = {
        "alert": None, "low": 0, "single_3": False, "risk": 0.0, "freshness_s": 60.0,
    }  # fmt: skip
    return Standing(**{**plain, **more})  # type: ignore[arg-type]


@given(
    risk=st.floats(0, 1),
    low=st.integers(0, 4),
    emergency=st.integers(7, 20),
    other_risk=st.floats(0, 1),
)
def test_rules_are_the_floor_of_the_order(
    risk: float, low: int, emergency: int, other_risk: float
) -> None:
    calm = urgency(standing(low=low, risk=risk))
    urgent = urgency(standing(low=5, risk=other_risk))
    gravest = urgency(standing(low=emergency, risk=other_risk))
    assert calm < urgent < gravest
    assert urgency(standing(low=low, risk=risk, alert="high")) > urgent


@given(risk=st.floats(0, 1), low=st.integers(0, 4))
def test_not_knowing_is_never_calm(risk: float, low: int) -> None:
    calm = urgency(standing(low=low, risk=risk))
    assert urgency(standing(low=None, risk=None, freshness_s=None)) > calm
    assert urgency(standing(low=low, risk=risk, freshness_s=7200.0)) > calm


@given(risk=st.floats(0, 1), low=st.integers(0, 4))
def test_a_heartbeat_does_not_make_an_old_score_calm(risk: float, low: int) -> None:
    calm = urgency(standing(low=low, risk=risk))
    assert urgency(standing(low=low, risk=risk, score_age_s=8_000.0)) > calm
    assert urgency(standing(low=low, risk=risk, score_age_s=None)) > calm


@given(risk=st.floats(0, 1), low=st.integers(0, 19), complete=st.booleans())
def test_risk_orders_only_whom_the_rules_call_equal(risk: float, low: int, complete: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    lower = standing(low=low, risk=risk, complete=complete)
    assert urgency(standing(low=low + 1, risk=0.0)) > urgency(lower)
    assert urgency(standing(low=low, complete=False)) > urgency(standing(low=low))


def test_an_old_score_is_told_as_not_known() -> None:
    told = {"score": 1, "low": 1, "high": 1, "band": "low", "missing": [], "assumed": []}
    adult = Scoring(adult_from_ms=0)
    assert panel.news2_now(told, 60.0, adult, NOW_MS) == {**told, "reason": None}
    old = panel.news2_now(told, 8_000.0, adult, NOW_MS)
    assert (old["score"], old["low"], old["high"], len(old["missing"])) == (None, 1, 20, 7)
    assert panel.news2_now(None, None, adult, NOW_MS)["high"] == 20


def test_whom_news2_does_not_apply_to_has_the_reason_in_place_of_a_score() -> None:
    """Whatever was assessed before: a child, or a pregnancy, may have been told since."""
    told = {"score": 9, "low": 9, "high": 9, "band": "high", "missing": [], "assumed": []}
    child = Scoring(adult_from_ms=NOW_MS + 1)
    now = panel.news2_now(told, 60.0, child, NOW_MS)
    assert (now["score"], now["low"], now["high"], now["band"]) == (None,) * 4
    assert now["reason"] == "under_16"
    assert panel.news2_now(None, None, child, NOW_MS)["reason"] == "under_16"
    pregnant = Scoring(adult_from_ms=0, pregnant_ms=(0, NOW_MS + 1))
    assert panel.news2_now(told, 60.0, pregnant, NOW_MS)["reason"] == "pregnant"
    again = panel.news2_now({"reason": "pregnant", "score": None}, 60.0, Scoring(), NOW_MS)
    assert (again["high"], again["reason"], again["assumed"]) == (20, None, ["adult"])


def test_who_is_not_scored_is_ordered_by_alerts_and_silence_alone() -> None:
    assert urgency(standing(low=None, scored=False, complete=False)) < 100
    assert urgency(standing(low=9, scored=False)) < 100, "a score of before"
    assert urgency(standing(low=None, scored=False, freshness_s=4_000.0)) >= 100
    assert urgency(standing(low=None, scored=False, alert="high")) >= 300


def test_a_single_three_is_urgent_and_a_pause_is_quiet() -> None:
    assert urgency(standing(low=3, single_3=True)) > urgency(standing(low=4))
    assert urgency(standing(low=None, freshness_s=None, watched=False)) == 0
    assert urgency(standing(alert="high", watched=False)) >= 300


def test_coverage_is_the_share_of_what_is_expected() -> None:
    latest = {"hr": {"t": 1_000_000}, "spo2": {"t": 700_000}}
    schedules = [{"hr": 60.0, "spo2": 60.0}, {"hr": 3600.0, "rr": 60.0}]
    assert panel.coverage(latest, schedules, 1_100_000) == pytest.approx(1 / 3, abs=1e-3)
    assert panel.coverage(latest, [], 0) is None
    assert panel.coverage({}, [{"hr": 60.0}], 1_100_000) == 0


def test_poor_readings_cover_nothing() -> None:
    for good, share in ((1_000_000, 1.0), (700_000, 0.0), (None, 0.0)):
        latest = {"spo2": {"t": 1_090_000, "q": "poor", "g": good}}
        assert panel.coverage(latest, [{"spo2": 60.0}], 1_100_000) == share


def test_spans_are_bounded() -> None:
    start, end = span_of(None, None, NOW)
    assert start < NOW < end
    assert end - start == timedelta(hours=24)
    assert span_of(None, None, NOW, LONGEST) == (end - LONGEST, end)
    for wrong in ((NOW, NOW), (NOW, NOW - timedelta(1)), (NOW - timedelta(500), NOW)):
        with pytest.raises(InvalidError) as refused:
            span_of(*wrong, NOW)
        assert refused.value.field == "from"


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("5m", 300), ("1h", 3600), ("1d", 86_400)]
)
def test_widths_are_read(text: str, seconds: int) -> None:
    assert width_of(text).span.total_seconds() == seconds


@given(st.text(max_size=8))
def test_other_widths_are_refused_or_sane(text: str) -> None:
    try:
        width = width_of(text).span
    except InvalidError:
        return
    assert timedelta(seconds=1) <= width <= timedelta(days=31)


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_cursors_are_read_back(number: int, text: str, real: float) -> None:
    if abs(number) == 2**63:
        return
    cursor = write_cursor(NOW, number, text, real)
    assert read_cursor(cursor, datetime, int, str, float) == (NOW, number, text, real)


@given(st.text(max_size=40))
def test_nonsense_is_no_cursor(text: str) -> None:
    try:
        found = read_cursor(text, int)
    except InvalidError:
        return
    assert found is None or isinstance(found[0], int)


def test_a_page_is_cut_at_its_limit() -> None:
    shown, following = cut([1, 2, 3], 2, lambda one: [one])
    assert list(shown) == [1, 2]
    assert read_cursor(following, int) == (2,)
    assert cut([1, 2], 2, lambda one: [one]) == ([1, 2], None)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(9999, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(1, 2**31 - 1),
    st.integers(1, 12),
    st.integers(0, 2**63 - 1),
)
def test_ids_of_readings_are_read_back(
    time: datetime, patient: int, metric: int, frame: int
) -> None:
    identity = ObservationId(
        time=time.replace(tzinfo=UTC), patient_no=patient, metric=metric, frame_id=frame
    )
    assert parse(identity.text()) == identity


@given(st.text(max_size=60))
def test_nonsense_is_no_id_or_harmless(text: str) -> None:
    found = parse(text)
    assert found is None or found.time.tzinfo is UTC


def test_addresses_and_proofs_are_those_of_the_wire() -> None:
    for _ in range(50):
        patient = uuid4()
        bucket = addresses.bucket_of(patient)
        assert f"{bucket:02x}" == topics.bucket_of(patient)
        device = addresses.new_device_id()
        assert topics.is_device_id(device)
        for kind, topic in addresses.topics_of(bucket, device).items():
            assert topic == topics.device_topic(f"{bucket:02x}", device, topics.TopicKind(kind))


def test_a_proof_made_by_the_wire_is_believed() -> None:
    public, secret = signing_keys(bytes(range(32)))
    told = base64.b64encode(public).decode()
    text = wire.enrolment_text("token", told, None, "csr")
    request = enrolment.Request(
        token="token",  # noqa: S106 - of no use
        public_key=told,
        proof=base64.b64encode(wire.make_proof(text, secret)).decode(),
        csr="csr",
    )
    assert request.signed_text() == text
    assert enrolment.proved_keys(request).sign == public


def test_proof_needs_the_key_the_bytes_and_the_reading() -> None:
    key = SigningKey.generate()
    said = {"device": "w-1", "boot": 1, "seq": 7}
    samples = [{"t": 1000, "hr": 71.5}, {"t": 2000, "hr": 72}]
    message = json.dumps(said | {"samples": samples}).encode()
    frame = b"\x01" + bytes(key.sign(message))
    public = bytes(key.verify_key)
    assert proof.signed_message(frame, public) == message
    assert proof.signed_message(frame, bytes(SigningKey.generate().verify_key)) is None
    assert proof.signed_message(b"\x02" + frame[1:], public) is None
    told, came = (datetime.fromtimestamp(second, UTC) for second in (1, 9))
    kept = said | {"device_no": 3, "time": came, "offset_ms": 5000}
    row = {"device_no": 3, "metric": Metric.HR, "value": 71.5}
    row |= {"device_time": told, "time": told + timedelta(seconds=5), "received": came}
    assert proof.says(message, kept, row)
    for changed in (
        {"value": 72},
        {"metric": Metric.RR},
        {"device_no": 4},
        {"device_time": came},
        {"time": told},
        {"received": told},
    ):
        assert not proof.says(message, kept, row | changed), changed
    for changed in ({"seq": 8}, {"boot": 2}, {"device": "w-2"}, {"offset_ms": None}):
        assert not proof.says(message, kept | changed, row), changed
    assert not proof.says(b"[]", kept, row)
    assert not proof.says(b"junk", kept, row)


def test_readiness_knows_this_schema() -> None:
    assert migrations.newest() >= SCHEMA_REVISION
    assert schema_reason(SCHEMA_REVISION) == ""
    assert "needs" in schema_reason("0001")
    assert schema_reason(None) == "no schema"
    assert age_reason(1.0, 10.0) == ""
    assert "silent" in age_reason(11.0, 10.0)
    assert age_reason(None, 10.0) == "never heard of"


def test_every_error_has_a_status_and_a_name_of_its_own() -> None:
    def tree(kind: type[ApiError]) -> list[type[ApiError]]:
        return [kind, *(one for sub in kind.__subclasses__() for one in tree(sub))]

    kinds = tree(ApiError)
    assert len({kind.type for kind in kinds}) == len(kinds)
    assert {kind.status for kind in kinds} >= {401, 403, 404, 409, 422, 429, 503}


def test_a_limit_left_out_stays_the_wards_and_null_takes_it_away() -> None:
    def read(limits: dict[str, object]) -> dict[str, object]:
        return TypeAdapter(Limits).dump_python(TypeAdapter(Limits).validate_python(limits))

    assert read({"hr": {"low": 45}}) == {"hr": {"low": 45}}
    assert read({"hr": {"low": 45, "high": None}}) == {"hr": {"low": 45, "high": None}}
    assert read({"weight": {"high": 90}}) == {"weight": {"high": 90}}
    with pytest.raises(ValidationError):
        read({"hr": {"low": 140, "high": 130}})
