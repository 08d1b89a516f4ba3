"""Tests wait for what they need to have happened, not for a time in which it mostly has.

A fixed time is too short on a busy machine and too long on every other. What stays is named here
with its reason: to see that something does not happen, or to let a promised time pass, takes time.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
LONGEST_S = 0.2
SLEEPS = {"sleep", "wait_for_timeout"}
NAMED = {
    "e2e/test_pages_busy.py::test_flashing_costs_the_page_no_work": "its work is counted",
    "e2e/test_pages_look.py::test_pages_are_sound": "no complaint comes after all is drawn",
    "e2e/test_stack_keys.py::test_the_gateway_changes_its_key_while_devices_are_heard": (
        "the gateway looks at its key file every few seconds, and tells nobody"
    ),
    "faults/crew.py::talk": "devices speak for a while",
    "faults/misfortunes/devices.py::many_copies": "copies are sent for a while",
    "faults/misfortunes/workers.py::a_stopped_worker_is_replaced": "it does not fight",
    "faults/scene.py::pause": "a misfortune at any moment",
    "service/alerting/test_alert_lines.py::"
    "test_a_leader_that_is_lost_before_its_first_beat_is_ended": "a beat that never comes",
    "service/alerting/test_alert_lines.py::"
    "test_the_leaders_heartbeat_needs_no_place_in_the_pool": "beats go on",
    "service/alerting/test_live_stream.py::"
    "test_an_alert_reaches_its_doctor_at_once_and_nobody_else": "nobody else hears of it",
    "service/alerting/test_live_stream.py::"
    "test_an_idle_engine_raises_within_some_milliseconds": "it is idle",
    "service/api/test_api_requests.py::answered": "a line that trickles",
    "service/api/test_api_requests.py::"
    "test_a_whole_request_after_a_pause_is_answered": "longer than a head may take",
    "service/api/test_api_requests.py::"
    "test_a_caller_has_a_rate_of_their_own": "as long as Retry-After says",
    "service/api/test_api_what_if.py::"
    "test_a_person_has_one_question_and_is_told_when_the_next_may_come": (
        "as long as Retry-After says"
    ),
    "service/deploy/test_broker_matrix.py::test_what_an_identity_hears": "it hears nothing",
    "service/deploy/test_broker_matrix.py::test_who_gets_which_client_id": "it is not put out",
    "service/deploy/test_supervisor.py::"
    "test_a_part_that_runs_and_does_not_answer_is_ended_and_started_again": (
        "who answers is left alone"
    ),
    "service/notify/test_notice_soak.py::restarts": "a restart at any moment",
    "service/test_gateway_commands.py::"
    "test_what_nobody_answered_in_time_is_expired_and_not_repeated": "a command's time passes",
    "support/proxy.py::_pump": "a slow line",
    "support/servers.py::wait_until": "between two looks",
    "unit/api/live/test_subscription.py::"
    "test_a_group_that_fails_while_cancelled_is_still_cancelled": "it is cancelled before",
}


def sleeps(file: Path) -> Iterator[str]:
    """Where a file waits for a time that is longer than allowed, or is not written there."""

    def within(node: ast.AST, place: str) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            inside = place
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = place or child.name
            if isinstance(child, ast.Call) and too_long(child):
                yield f"{file.relative_to(TESTS)}::{inside}"
            is_class = isinstance(child, ast.ClassDef)
            yield from within(child, "" if is_class else inside)

    return within(ast.parse(file.read_text()), "")


def too_long(call: ast.Call) -> bool:
    if ast.unparse(call.func).rpartition(".")[2] not in SLEEPS or not call.args:
        return False
    time = call.args[0]
    unit = 1000 if ast.unparse(call.func).endswith("wait_for_timeout") else 1
    if not isinstance(time, ast.Constant) or not isinstance(time.value, int | float):
        return True
    return time.value / unit > LONGEST_S


def test_no_test_waits_for_a_fixed_time_without_a_reason() -> None:
    found = {place for file in TESTS.rglob("*.py") for place in sleeps(file)}
    assert found - set(NAMED) == set(), "wait for what must have happened (wait_until), or say why"
    known = {place for place in NAMED if (TESTS / place.partition("::")[0]).exists()}
    assert known - found == set(), "it does not wait any more: take it from the list"
