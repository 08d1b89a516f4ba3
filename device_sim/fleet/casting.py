"""Casting: who the patients of a run are, and the devices that will speak for them."""

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from device_sim.device.core import DeviceCore
from device_sim.device.send_window import RESEND_AFTER_S
from device_sim.device.spool import SpoolRecord
from device_sim.errors import DatasetMissing, RecordingInvalid
from device_sim.fleet.faults import NONE, FaultPlan, make_plan
from device_sim.fleet.script import read_script
from device_sim.fleet.simulated_device import Clocks, SimulatedDevice
from device_sim.options import ReplayOptions, SimulateOptions
from device_sim.patients.physiology import Physiology, SimulatedPerson, make_person
from device_sim.patients.scenarios import Expectation, ScenarioEvent, choose_events, expectation
from device_sim.patients.sources import BodySource, RecordedSource, Source
from device_sim.recordings.csv_file import Recording, read_csv, shift
from device_sim.recordings.mimic import LICENCE, RealPatient, fetch, load
from device_sim.ward.registration import Newcomer, RegisteredPatient

_DATASET = "mimic-iv-demo"
_DEFAULT_RUN_S = 600.0
_RECORDED_INTERVAL_S = 3600
_HOUR_MS = 3_600_000
_IMPATIENT_S, _HURRIED_S = 5.0, 8.0

Bring = Callable[
    [Sequence[RegisteredPatient], Clocks, random.Random],
    tuple[list[SimulatedDevice], list[Expectation]],
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """What to register, in order, and how to bring the registered to life afterwards.

    Attributes:
        goes_on: whether a run on the same folder goes on with the same people. A recording is
            another stay each time.
    """

    newcomers: Sequence[Newcomer]
    bring: Bring
    goes_on: bool = False


def _device(
    one: RegisteredPatient,
    source: Source,
    rng: random.Random,
    *,
    rate: float,
    event: ScenarioEvent | None = None,
    faults: FaultPlan = NONE,
) -> SimulatedDevice:
    """A device; if it was just enrolled for the first time, its first boot needs no waiting."""
    spool = one.spool
    if not spool.record().boot:
        spool.keep(SpoolRecord(boot=1))
    resend_s = resend_after_s(rate) if faults is NONE else _IMPATIENT_S
    core = DeviceCore(one.identity, one.keys, spool, nonces=os.urandom, resend_after_s=resend_s)
    return SimulatedDevice(
        core=core,
        source=source,
        patient=one.patient,
        event=event,
        faults=faults,
        rng=random.Random(rng.getrandbits(64)),  # noqa: S311 -- a simulation
    )


def resend_after_s(rate: float) -> float:
    """Return after how many real seconds an uncovered frame is first sent again.

    A device waits by its own ward's time. What a broker lost that was killed would else be missing
    for hours of a ward that lives faster, and at the end of its run still be on the way.
    """
    return max(RESEND_AFTER_S / max(rate, 1.0), _HURRIED_S)


def cast_body(options: SimulateOptions, clocks: Clocks) -> Casting:
    """Made-up patients, some with a scripted scenario."""
    rng = random.Random(options.seed)  # noqa: S311 -- a simulation
    people = [make_person(rng, number) for number in range(1, options.patients + 1)]
    interval_ms = options.interval_ms(clocks.rate)
    newcomers = [Newcomer(patient=_body(p), device=_wearable(interval_ms)) for p in people]
    scripted = read_script(options.script, len(people)) if options.script is not None else None

    def bring(
        registered: Sequence[RegisteredPatient], clocks: Clocks, rng: random.Random
    ) -> tuple[list[SimulatedDevice], list[Expectation]]:
        start_ms = clocks.ward_ms()
        events = _chosen(options, rng, start_ms) if scripted is None else scripted
        run_ms = int((options.seconds or _DEFAULT_RUN_S) * clocks.rate * 1000)
        devices = []
        for number, (person, one) in enumerate(zip(people, registered, strict=True)):
            event = events.get(number)
            level = options.faults if event is None else 0.0
            plan = make_plan(rng, level, start_ms=start_ms, length_ms=run_ms)
            source = BodySource(
                Physiology(person=person),
                event,
                start_ms=start_ms + rng.randrange(interval_ms),
                interval_ms=interval_ms,
            )
            devices.append(_device(one, source, rng, rate=clocks.rate, event=event, faults=plan))
        return devices, _expected(devices, interval_ms, clocks.rate)

    return Casting(newcomers=newcomers, bring=bring, goes_on=True)


def _chosen(
    options: SimulateOptions, rng: random.Random, start_ms: int
) -> dict[int, ScenarioEvent]:
    return choose_events(
        rng,
        options.patients,
        count=options.event_count(),
        start_ms=start_ms,
        first_onset_ms=int(options.first_onset_s * 1000),
        spread_ms=int(options.spread_s * 1000),
    )


def _expected(
    devices: Sequence[SimulatedDevice], interval_ms: int, clock_rate: float
) -> list[Expectation]:
    return [
        expectation(
            device.event,
            patient=device.patient,
            device=device.id,
            interval_ms=interval_ms,
            clock_rate=clock_rate,
        )
        for device in devices
        if device.event is not None
    ]


def _body(person: SimulatedPerson) -> dict[str, object]:
    return {
        "name": person.name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "spo2_scale": person.condition.spo2_scale,
    }


def _wearable(interval_ms: int) -> dict[str, object]:
    expected = {"hr": max(interval_ms // 1000, 1)}
    return {"kind": "wearable", "expected": expected}


def cast_recording(options: ReplayOptions, cache: Path, say: Callable[[str], None]) -> Casting:
    """The patients of a recording.

    Raises:
        RecordingInvalid: the CSV file breaks a rule.
        DatasetMissing: the data set is not known, or cannot be fetched.
    """
    recording, people = _read(options, cache, say)
    names = sorted(recording)[: options.patients]
    readings = sum(len(reading.values) for name in names for reading in recording[name])
    say(f"{len(names)} patients, {readings} readings on record")
    newcomers = [
        Newcomer(patient=_recorded(name, people.get(name)), device=_bedside()) for name in names
    ]

    def bring(
        registered: Sequence[RegisteredPatient], clocks: Clocks, rng: random.Random
    ) -> tuple[list[SimulatedDevice], list[Expectation]]:
        hours = options.hours
        shifted = shift(
            {name: recording[name] for name in names},
            clocks.ward_ms(),
            together=options.together,
            longest_ms=None if hours is None else int(hours * _HOUR_MS),
        )
        devices = []
        for name, one in zip(names, registered, strict=True):
            plan = make_plan(rng, options.faults, start_ms=clocks.ward_ms(), length_ms=_HOUR_MS)
            source = RecordedSource(shifted[name])
            devices.append(_device(one, source, rng, rate=clocks.rate, faults=plan))
        return devices, []

    return Casting(newcomers=newcomers, bring=bring)


def _read(
    options: ReplayOptions, cache: Path, say: Callable[[str], None]
) -> tuple[Recording, dict[str, RealPatient]]:
    if (options.csv is None) == (options.dataset is None):
        raise RecordingInvalid("say what to replay: either a data set or a CSV file")
    if options.csv is not None:
        return read_csv(options.csv), {}
    if options.dataset != _DATASET:
        raise DatasetMissing(f"no data set {options.dataset!r}; there is {_DATASET}")
    say(LICENCE)
    dataset = load(fetch(cache, say))
    for rule, count in sorted(dataset.cleaned.items()):
        say(f"cleaning, rule {rule}: {count} taken out")
    return dataset.recording, dataset.people


def _recorded(name: str, known: RealPatient | None) -> dict[str, object]:
    """A recorded person's registration; the year of birth is a stand-in for the age at the stay.

    Without an external id, which belongs to one patient: a recording may be replayed again.
    """
    sex = known.sex if known and known.sex in {"female", "male"} else "unknown"
    year = 2025 - known.age if known else 1950
    return {
        "name": f"Recorded {name}",
        "birth_date": f"{year}-07-01",
        "sex": sex,
    }


def _bedside() -> dict[str, object]:
    return {"kind": "recording", "expected": {"hr": _RECORDED_INTERVAL_S}}
