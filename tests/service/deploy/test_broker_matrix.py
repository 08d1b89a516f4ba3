"""The broker held to the matrix of identities, topics, directions and client ids."""

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.secrets.certificates import issue_client, make_authority
from deploy.secrets.stack_secrets import write_private
from tests.support.broker_matrix import (
    CLIENT_IDS,
    CREDENTIALS,
    DEVICE,
    DOORS,
    GATEWAY_ID,
    NAMES,
    OTHER,
    RIGHTS,
    TOPICS,
    Identity,
    table,
)
from tests.support.brokers import Broker, ClientFiles
from tests.support.mqtt_clients import Listener, connected
from tests.support.servers import wait_until

DOCUMENT = Path(__file__).parents[3] / "docs" / "security.md"
QUIET_S = 0.3


@dataclass(slots=True, kw_only=True)
class House:
    """The broker, and what each identity shows at its door."""

    broker: Broker
    files: dict[str, ClientFiles]

    @contextmanager
    def enter(self, who: Identity, client_id: str, session_s: int = 0) -> Iterator[Listener]:
        broker = self.broker
        with connected(
            broker,
            client_id,
            port={
                "device": broker.device_port,
                "gateway": broker.service_port,
                "fleet": broker.fleet_port,
            }[who],
            files=self.files.get(who),
            password=broker.fleet_password if who == "fleet" else None,
            session_s=session_s,
        ) as listener:
            yield listener


@pytest.fixture(scope="module")
def house(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("matrix")
    files = {
        "device": broker.device_certificate(DEVICE, folder),
        "other": broker.device_certificate(OTHER, folder),
        "gateway": broker.gateway,
        "stranger": stranger(folder),
    }
    return House(broker=broker, files=files)


def say(speaker: Listener, names: Iterable[str]) -> set[str]:
    """Publish to topics of the matrix; the names of those that the broker took.

    The broker refuses, and then ends the connection: be back at once.
    """
    speaker.client.reconnect_delay_set(0, 1)
    return {name for name in names if speaker.publish(TOPICS[name], b"matrix")}


def stranger(folder: Path) -> ClientFiles:
    now = datetime.now(UTC)
    made = issue_client(make_authority("Homeward device-ca", now), DEVICE, now)
    files = ClientFiles(certificate=folder / "stranger.crt", key=folder / "stranger.key")
    write_private(files.certificate, made.certificate_pem())
    write_private(files.key, made.key_pem())
    return files


@pytest.mark.parametrize("asked", CLIENT_IDS)
@pytest.mark.parametrize("who", RIGHTS)
def test_what_an_identity_may_say(house: House, who: Identity, asked: str) -> None:
    with house.enter(who, CLIENT_IDS[asked]) as speaker:
        assert say(speaker, TOPICS) == RIGHTS[who].publishes


@pytest.mark.parametrize("asked", CLIENT_IDS)
@pytest.mark.parametrize("who", RIGHTS)
def test_what_an_identity_hears(house: House, who: Identity, asked: str) -> None:
    names = {topic: name for name, topic in TOPICS.items()}
    wanted = RIGHTS[who].hears
    with (
        house.enter(who, CLIENT_IDS[asked]) as ear,
        house.enter("gateway", "matrix-gateway") as gateway,
        house.enter("fleet", "matrix-fleet") as fleet,
    ):
        for topic in ("#", "$SYS/#", *TOPICS.values()):
            ear.subscribe(topic)
        for one, rights in ((gateway, RIGHTS["gateway"]), (fleet, RIGHTS["fleet"])):
            assert say(one, rights.publishes) == rights.publishes
        heard: set[str] = set()

        def all_came() -> bool:
            while not ear.heard.empty():
                topic, _ = ear.heard.get()
                if topic in names or topic.startswith("$"):  # the broker has other tests' devices
                    heard.add(names.get(topic, topic))
            return wanted <= heard

        wait_until(all_came)
        time.sleep(QUIET_S)
        all_came()
    assert heard == wanted


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_who_enters_by_which_door(house: House, credential: str, door: str) -> None:
    broker = house.broker
    ports = (broker.device_port, broker.service_port, broker.fleet_port)
    files = {
        "a device's certificate": house.files["device"],
        "the gateway's certificate": house.files["gateway"],
        "a certificate of another authority": house.files["stranger"],
    }.get(credential)
    password = {"the fleet's password": broker.fleet_password, "a wrong password": "wrong"}
    entering: AbstractContextManager[Listener] = connected(
        broker,
        DEVICE,
        port=dict(zip(DOORS, ports, strict=True))[door],
        files=None if door == DOORS[2] else files,  # a plain door: no certificate is looked at
        password=password.get(credential),
    )
    if CREDENTIALS[credential][door]:
        with entering:
            return
    with pytest.raises(ConnectionRefusedError), entering:
        pass


@pytest.mark.parametrize("asked", ["other's", "gateway's"])
@pytest.mark.parametrize("who", NAMES)
def test_who_gets_which_client_id(house: House, who: Identity, asked: str) -> None:
    with ExitStack() as stack:
        if asked == "gateway's":
            holder = stack.enter_context(house.enter("gateway", GATEWAY_ID))
        else:
            holder = stack.enter_context(
                connected(
                    house.broker,
                    OTHER,
                    port=house.broker.device_port,
                    files=house.files["other"],
                )
            )
        stack.enter_context(house.enter(who, CLIENT_IDS[asked]))
        if NAMES[who][asked]:
            wait_until(holder.disconnected.is_set)
        else:
            time.sleep(QUIET_S)
            assert not holder.disconnected.is_set()


def test_what_waits_for_the_gateway_outlives_a_device_with_its_client_id(house: House) -> None:
    topic = TOPICS["own vitals"]
    with house.enter("gateway", "matrix-waits", session_s=600) as gateway:
        assert gateway.subscribe(topic)
    with house.enter("device", "matrix-waits") as thief:
        assert thief.publish(topic, b"mine")
        thief.subscribe("#")
    with house.enter("gateway", "matrix-waits", session_s=600) as again:
        assert again.session_present
        assert again.next() == (topic, b"mine")


def test_the_table_in_the_document_is_this_one() -> None:
    assert table() in DOCUMENT.read_text()
