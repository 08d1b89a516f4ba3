"""When a device is told, and what."""

from gateway.admission.registry import Device
from gateway.admission.replay_window import ReplayWindow
from gateway.state.devices import AckRules, DeviceCache

RULES = AckRules(frames=4, after_s=10.0, latest_s=45.0, prompt_s=0.2)


def device(number: int = 1) -> Device:
    return Device(number, f"w-{number}", 1, revoked=False, bound_from_ms=None, bound_to_ms=None)


def test_told_after_so_many_frames_or_so_long() -> None:
    book = DeviceCache(RULES, 10)
    state = book.use(device())
    state.windows[3] = ReplayWindow(3)
    book.schedule_ack(state, 3, 0.0, prompt=False)
    assert book.acks_due(9.9) == []
    assert book.next_due(9.0, 5.0) == 1.0
    assert book.acks_due(10.0) == [state]
    book.mark_acked(state, 10.0, 1_000)
    assert book.acks_due(99.0) == []
    for _ in range(4):
        book.schedule_ack(state, 3, 20.0, prompt=False)
    assert book.acks_due(20.0) == [state]


def test_who_can_wait_waits_while_frames_do() -> None:
    book = DeviceCache(RULES, 10)
    patient, hurried = book.use(device(1)), book.use(device(2))
    for state in (patient, hurried):
        state.windows[3] = ReplayWindow(3)
        book.schedule_ack(state, 3, 0.0, prompt=False)
    book.schedule_ack(hurried, 3, 1.0, prompt=True)
    assert book.acks_due(1.0, busy=True) == [hurried]
    assert book.acks_due(44.9, busy=True) == []
    book.schedule_ack(patient, 3, 44.9, prompt=False)
    assert book.acks_due(45.0, busy=True) == [patient]
    assert book.acks_due(99.0) == []


def test_an_idle_worker_tells_at_once_whom_a_busy_one_let_wait() -> None:
    book = DeviceCache(RULES, 10)
    for number in range(1, 6):
        state = book.use(device(number))
        state.windows[3] = ReplayWindow(3)
        book.schedule_ack(state, 3, float(number), prompt=False)
    assert book.acks_due(20.0, busy=True) == []
    assert book.next_due(20.0, 5.0) == 0.0
    assert [one.device.no for one in book.acks_due(20.0, 2)] == [1, 2]
    assert [one.device.no for one in book.acks_due(20.0)] == [3, 4, 5]
    assert book.next_due(20.0, 5.0) == 5.0


def test_told_at_once_after_a_duplicate_but_not_every_time() -> None:
    book = DeviceCache(RULES, 10)
    state = book.use(device())
    state.windows[3] = ReplayWindow(3)
    book.schedule_ack(state, 3, 5.0, prompt=True)
    assert book.acks_due(5.0) == [state]
    book.mark_acked(state, 5.0, 1_000)
    book.schedule_ack(state, 3, 5.1, prompt=True)
    assert book.acks_due(5.1) == []
    assert book.acks_due(5.2) == [state]


def test_who_is_near_its_rate_is_told_later_but_not_too_late() -> None:
    book = DeviceCache(RULES, 10, lambda _device, now_s: 500.0 - now_s)
    state = book.use(device())
    state.windows[3] = ReplayWindow(3)
    for at_s in range(4):
        book.schedule_ack(state, 3, float(at_s), prompt=False)
    assert book.acks_due(3.0) == book.acks_due(44.9) == []
    assert book.acks_due(45.0) == [state]
    book.mark_acked(state, 45.0, 1_000)
    book.schedule_ack(state, 3, 50.0, prompt=True)
    assert book.acks_due(50.9) == []
    assert book.acks_due(51.0) == [state]
    book.mark_acked(state, 51.0, 1_000)
    book.schedule_ack(state, 3, 60.0, prompt=False)
    assert book.acks_due(70.0) == []
    book.flush_acks(71.0)
    assert book.acks_due(71.0) == [state]


def test_the_newest_boot_is_always_named() -> None:
    book = DeviceCache(RULES, 10)
    state = book.use(device())
    for boot in range(1, 8):
        state.windows[boot] = ReplayWindow(boot)
    book.schedule_ack(state, 2, 0.0, prompt=True)
    assert [one.boot for one in state.acks(5).boots] == [7, 2]
    book.mark_acked(state, 0.0, 5)
    assert sorted(state.windows) == [2, 4, 5, 6, 7]


def test_one_answer_tells_of_four_boots_and_the_next_soon_of_the_rest() -> None:
    book = DeviceCache(RULES, 10)
    state = book.use(device())
    for boot in range(1, 8):
        state.windows[boot] = ReplayWindow(boot)
        book.schedule_ack(state, boot, 0.0, prompt=True)
    assert book.acks_due(0.0) == [state]
    assert [one.boot for one in state.acks(5).boots] == [7, 6, 5, 4]
    book.mark_acked(state, 0.0, 5)
    assert book.acks_due(0.1) == []
    assert book.acks_due(0.2) == [state]
    assert [one.boot for one in state.acks(6).boots] == [7, 3, 2, 1]
    book.mark_acked(state, 0.2, 6)
    assert book.acks_due(99.0) == []
    assert not state.news


def test_the_book_is_bounded_but_forgets_no_debt() -> None:
    book = DeviceCache(RULES, 3)
    owed = book.use(device(1))
    owed.windows[1] = ReplayWindow(1)
    book.schedule_ack(owed, 1, 0.0, prompt=False)
    for number in range(2, 10):
        book.use(device(number))
    book.trim()
    assert book.get(1) is owed
    assert len(book) <= 4


def test_forgetting_windows_keeps_who_of_ours_is_still_to_be_told_and_when() -> None:
    book = DeviceCache(RULES, 10)
    for number in range(1, 5):
        state = book.use(device(number))
        state.windows[3] = ReplayWindow(3)
    for number, prompt in ((1, False), (2, True), (3, False)):
        book.schedule_ack(book.use(device(number)), 3, 0.0, prompt=prompt)
    book.unload(lambda one: one.no != 3)
    assert len(book) == 2
    assert [one.device.no for one in book.acks_due(0.2)] == [2]
    assert [one.device.no for one in book.acks_due(10.0)] == [1]
    assert book.use(device(1)).news == {3}
    assert not book.use(device(1)).windows
    assert book.next_due(10.0, 5.0) == 5.0


def test_warnings_are_spaced() -> None:
    state = DeviceCache(RULES, 3).use(device())
    assert state.may_warn("forged", 0.0, 60.0)
    assert not state.may_warn("forged", 59.0, 60.0)
    assert state.may_warn("conflict", 59.0, 60.0)
    assert state.may_warn("forged", 60.0, 60.0)
