"""The floor: the least that a program can do with a frame and still not lose it.

Receive at QoS 1 through the gateway's own door, verify the signature with the device's key,
decode, write the readings and nothing else in one COPY, commit, and only then acknowledge. One
process, no replay check, no score, no state, no evidence. What the gateway reaches is shown as a
share of what this reaches in the same run; it is no part of the product.

Run as ``python -m deploy.bench.floor SPEC.json`` (see ``Spec``); prints ``ready`` when subscribed,
and one line of JSON at the end.
"""

import json
import queue
import ssl
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from deploy.services.mosquitto import FLEET_USER
from gateway import wire

BATCH = 1000
TABLE = """
CREATE TABLE floor_reading (
    time timestamptz NOT NULL, patient_no int NOT NULL, metric smallint NOT NULL,
    value double precision NOT NULL, device_no int NOT NULL, seq bigint NOT NULL)
"""


class Spec(msgspec.Struct):
    """What the floor needs to know.

    Attributes:
        frames: how many to wait for.
        port: the broker's port; with TLS when ``ca_file`` is given.
        database_url: where the table may be made.
        keys: the devices' public keys in hex, by device id.
        ca_file: of the broker's authority.
        certificate: our client certificate.
        key: its key.
        password: of the simulators' account, for the door without TLS.
    """

    frames: int
    port: int
    database_url: str
    keys: dict[str, str]
    ca_file: str = ""
    certificate: str = ""
    key: str = ""
    password: str = ""


Inbox = queue.SimpleQueue[mqtt.MQTTMessage]


def say(line: str) -> None:
    """Tell the program that started us."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def subscribe(spec: Spec, inbox: Inbox) -> mqtt.Client:
    """Connect and put what comes into ``inbox``; nothing is acknowledged by itself."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id="floor",
        protocol=mqtt.MQTTv5,
        manual_ack=True,
    )
    if spec.ca_file:
        context = ssl.create_default_context(cafile=spec.ca_file)
        context.load_cert_chain(spec.certificate, spec.key)
        client.tls_set_context(context)
    if spec.password:
        client.username_pw_set(FLEET_USER, spec.password)
    client.on_message = lambda _c, _u, message: inbox.put(message)
    client.on_connect = lambda c, *_: c.subscribe("homeward/v1/+/+/vitals", qos=1)
    client.on_subscribe = lambda *_: say("ready")
    window = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
    window.ReceiveMaximum = 65_535
    client.connect("127.0.0.1", spec.port, properties=window)
    client.loop_start()
    return client


def next_batch(inbox: Inbox) -> list[mqtt.MQTTMessage]:
    """Wait for one message and take what else is there, up to a thousand."""
    batch = [inbox.get()]
    while len(batch) < BATCH:
        try:
            batch.append(inbox.get_nowait())
        except queue.Empty:
            break
    return batch


class Floor:
    """The loop's state: keys by device, one connection."""

    def __init__(self, spec: Spec) -> None:
        self._keys = {
            device: (number, bytes.fromhex(key))
            for number, (device, key) in enumerate(sorted(spec.keys.items()))
        }
        self._metrics = {name: code for code, name in enumerate(wire.METRIC_NAMES)}
        self._db = psycopg.connect(spec.database_url)
        self._db.execute("DROP TABLE IF EXISTS floor_reading")
        self._db.execute(TABLE)
        self._db.execute(
            "SELECT create_hypertable('floor_reading', by_range('time', INTERVAL '1 day'))"
        )
        self._db.execute("CREATE INDEX ON floor_reading (patient_no, metric, time DESC)")
        self._db.commit()

    def store(self, batch: list[mqtt.MQTTMessage]) -> None:
        """Verify, decode, COPY and commit."""
        rows: list[tuple[Any, ...]] = []
        for message in batch:
            number, key = self._keys[message.topic.split("/")[3]]
            opened = wire.open_signed(bytes(message.payload), key)
            vitals = (
                opened if isinstance(opened, wire.Refusal) else wire.decode_device_message(opened)
            )
            if not isinstance(vitals, wire.Vitals):
                raise TypeError(f"a frame of the benchmark's own was refused: {vitals}")
            rows += self._rows(vitals, number)
        with (
            self._db.cursor() as cursor,
            cursor.copy("COPY floor_reading FROM STDIN BINARY") as copy,
        ):
            copy.set_types(["timestamptz", "int4", "int2", "float8", "int4", "int8"])
            for row in rows:
                copy.write_row(row)
        self._db.commit()

    def _rows(self, vitals: wire.Vitals, number: int) -> list[tuple[Any, ...]]:
        return [
            (
                datetime.fromtimestamp(s.t / 1000, UTC),
                number,
                self._metrics[name],
                value,
                number,
                vitals.seq,
            )
            for s in vitals.samples
            for name, value in s.readings()
        ]


def main() -> None:
    """Handle the asked number of frames and say how it went."""
    spec = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Spec)
    floor = Floor(spec)
    inbox: Inbox = queue.SimpleQueue()
    client = subscribe(spec, inbox)
    done, began, cpu = 0, 0.0, 0.0
    while done < spec.frames:
        batch = next_batch(inbox)
        if not done:
            began, cpu = time.monotonic(), time.process_time()
        floor.store(batch)
        for message in batch:
            client.ack(message.mid, message.qos)
        done += len(batch)
    wall, used = time.monotonic() - began, time.process_time() - cpu
    ended = time.time()  # noqa: TID251 - a benchmark is an edge
    say(json.dumps({"ended": ended, "wall_s": wall, "cpu_s": used, "frames": done}))
    client.disconnect()


if __name__ == "__main__":
    main()
