"""A fleet of simulated devices against a gateway in miniature, without a network."""

import random
from pathlib import Path
from queue import SimpleQueue

from device_sim.device.core import DeviceCore
from device_sim.device.identity import DeviceSecrets
from device_sim.device.spool import MemorySpool, SpoolRecord
from device_sim.errors import WardRefused
from device_sim.fleet.faults import NONE, FaultPlan
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.ledger import Ledger, ledger_summary
from device_sim.fleet.outbox import Outbox
from device_sim.fleet.simulated_device import Clocks, SimulatedDevice
from device_sim.patients.physiology import Physiology, make_person
from device_sim.patients.scenarios import ScenarioEvent
from device_sim.patients.sources import BodySource
from device_sim.ward.mqtt import Heard, Inward, LinkDown, LinkUp
from device_sim.ward.registration import Enrol
from gateway import wire
from tests.support.near_gateway import NearGateway

START = 1_764_000_000_000
MINUTE = 60_000


class Net:
    """Fleet, gateway and the clocks of a test."""

    def __init__(
        self,
        folder: Path,
        count: int = 3,
        faults: FaultPlan = NONE,
        enrol: Enrol | None = None,
    ) -> None:
        self.seconds = 0.0
        self.inward: Inward = SimpleQueue()
        self.clocks = Clocks(
            ward_ms=self.ward_ms,
            real_s=lambda: self.seconds,
            timer_s=lambda: self.seconds,
            rate=1e12,
        )
        self.gateway = NearGateway(
            self.ward_ms, lambda topic, frame: self.inward.put(Heard(topic, frame, retained=False))
        )
        self.path = folder / "ledger.sqlite"
        self.ledger = Ledger(self.path)
        outbox = Outbox(self.clocks, lambda _d, t, p, _r: self.gateway.hear(t, p), self.ledger)
        self.devices = [self._device(number, faults) for number in range(count)]
        self.fleet = Fleet(self.devices, self.clocks, self.inward, outbox, enrol=enrol)

    def ward_ms(self) -> int:
        return START + int(self.seconds * 1000)

    def _device(self, number: int, faults: FaultPlan) -> SimulatedDevice:
        keys = DeviceSecrets(seed=bytes([number + 1]) * 32)
        spool = MemorySpool()
        spool.keep(SpoolRecord(boot=1))
        identity = self.gateway.admit(f"w-{number}", keys)
        core = DeviceCore(
            identity, keys, spool, nonces=random.Random(1).randbytes, resend_after_s=5
        )
        body = Physiology(person=make_person(random.Random(number), number))
        source = BodySource(body, None, start_ms=START, interval_ms=MINUTE)
        return SimulatedDevice(
            core=core, source=source, patient=str(number), faults=faults, rng=random.Random(number)
        )

    def run(self, seconds: float, *, step: float = 1.0, measure: bool = True) -> None:
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds += step
            self.inward.put(Heard("nothing", b"", retained=False))
            self.fleet.step(measure=measure)


def test_everything_made_is_stored_and_covered(tmp_path: Path) -> None:
    net = Net(tmp_path)
    net.inward.put(LinkUp("fleet"))
    net.run(600)
    net.run(3, measure=False)
    summary = ledger_summary(net.path)
    assert summary["frames_made"] == summary["frames_covered"] == len(net.gateway.stored)
    assert summary["uncovered"] == 0
    assert summary["resends"] == 0
    assert summary["devices"] == 3
    assert summary["readings"] > 3 * 10 * 3


def test_all_faults_together_lose_nothing(tmp_path: Path) -> None:
    faults = FaultPlan(
        drop=0.3,
        duplicate=0.3,
        reorder=0.3,
        forged=0.2,
        clock_offset_ms=7_000,
        offline_ms=((START + 3 * MINUTE, START + 8 * MINUTE),),
    )
    net = Net(tmp_path, faults=faults)
    net.inward.put(LinkUp("fleet"))
    net.run(1200)
    net.run(60, measure=False)
    summary = ledger_summary(net.path)
    assert summary["uncovered"] == 0
    assert summary["frames_covered"] == len(net.gateway.stored)
    assert summary["resends"] > 0
    assert summary["forged"] == net.gateway.refused > 0
    assert net.gateway.duplicates > 0


def test_while_the_link_is_down_frames_wait(tmp_path: Path) -> None:
    net = Net(tmp_path, count=1)
    net.run(300)
    assert not net.gateway.stored
    net.inward.put(LinkUp("fleet"))
    net.run(5)
    net.inward.put(LinkDown("fleet", "test"))
    net.run(120)
    stored = len(net.gateway.stored)
    assert net.fleet.uncovered > 0
    net.inward.put(LinkUp("fleet"))
    net.run(5)
    assert len(net.gateway.stored) > stored
    assert net.fleet.uncovered == 0


def test_a_device_that_falls_offline_is_silent_until_brought_back(tmp_path: Path) -> None:
    net = Net(tmp_path, count=1)
    net.devices[0].event = ScenarioEvent(kind="falls_offline", onset_ms=START + 5 * MINUTE)
    net.inward.put(LinkUp("fleet"))
    net.run(900)
    silent_since = max(seq for _, _, seq in net.gateway.stored)
    assert net.fleet.uncovered > 5
    net.fleet.bring_back()
    net.run(10, measure=False)
    assert net.fleet.uncovered == 0
    assert max(seq for _, _, seq in net.gateway.stored) > silent_since


def test_commands_are_carried_out(tmp_path: Path) -> None:
    net = Net(tmp_path, count=1)
    net.inward.put(LinkUp("fleet"))
    net.run(5)
    net.gateway.command("w-0", "measure", metric="dbp")
    net.gateway.command("w-0", "interval", metric="hr", seconds=10)
    net.gateway.command("w-0", "message", text="drink")
    net.gateway.command("w-0", "rotate_key")
    before = len(net.gateway.stored)
    net.run(2)
    messages = [
        wire.decode_device_message(wire.unverified_message(frame))
        for frame in list(net.gateway.stored.values())[before:]
    ]
    states = {(m.command_id, m.state.value) for m in messages if isinstance(m, wire.Receipt)}
    assert ("c-measure", "done") in states
    assert ("c-interval", "done") in states
    assert ("c-message", "seen") in states
    assert ("c-rotate_key", "declined") in states
    measured = [m for m in messages if isinstance(m, wire.Vitals) and m.samples]
    assert {name for name, _ in measured[0].samples[0].readings()} == {"sbp", "dbp"}


def receipts(net: Net) -> set[tuple[str, str]]:
    messages = [
        wire.decode_device_message(wire.unverified_message(frame))
        for frame in net.gateway.stored.values()
    ]
    return {(m.command_id, m.state.value) for m in messages if isinstance(m, wire.Receipt)}


def test_a_device_says_which_of_them_rotates_and_by_which_token(tmp_path: Path) -> None:
    asked: list[tuple[str, str]] = []
    net = Net(tmp_path, enrol=lambda device, token, _keys: asked.append((device, token)))
    net.inward.put(LinkUp("fleet"))
    net.run(5)
    net.gateway.command("w-1", "rotate_key", token="t-1")  # noqa: S106 - no password
    net.run(2)
    assert asked == [("w-1", "t-1")]


def test_a_refused_rotation_is_declined_and_the_old_key_goes_on(tmp_path: Path) -> None:
    def refuse(_device: str, _token: str, _keys: DeviceSecrets) -> None:
        raise WardRefused("401")

    net = Net(tmp_path, count=1, enrol=refuse)
    net.inward.put(LinkUp("fleet"))
    net.run(5)
    net.gateway.command("w-0", "rotate_key", token="spent")  # noqa: S106 - no password
    before = len(net.gateway.stored)
    net.run(300)
    assert ("c-rotate_key", "declined") in receipts(net)
    assert len(net.gateway.stored) > before + 2
    assert net.gateway.refused == 0
