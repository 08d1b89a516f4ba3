"""What we use of others' libraries that they do not promise, each held to one minor version.

The next one may change it without a word: whoever raises a pin reads this list first.
"""

import ast
import asyncio
import tomllib
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from river.forest import ARFClassifier
from river.linear_model import LogisticRegression
from river.utils import VectorDict
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from gateway.broker.batched_client import PUBACK

ROOT = Path(__file__).parents[2]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
OF_PAHO = {
    "_create_socket",
    "_in_packet",
    "_last_bytes_received",
    "_loop_rc_handle",
    "_msgtime_mutex",
    "_out_packet",
    "_packet_handle",
    "_packet_queue",
    "_packet_write",
    "_sock",
    "_reset_sockets",
    "_sock_recv",
    "_ssl_wrap_socket",
}
OF_RIVER = {"_root", "_weights"}
OF_UVICORN = {"conn", "loop", "transport", "connection_made", "connection_lost", "data_received"}
PACKET_OUT = {"command", "mid", "qos", "pos", "to_process", "packet", "info"}
PACKET_IN = {
    "command",
    "have_remaining",
    "remaining_count",
    "remaining_mult",
    "remaining_length",
    "packet",
    "to_process",
    "pos",
}


def client() -> mqtt.Client:
    return mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id="house", protocol=MQTTProtocolVersion.MQTTv5
    )


def private_names(file: str, *, of: str) -> set[str]:
    """The members with an underscore that a file uses of objects by these names, less its own."""
    tree = ast.parse((ROOT / file).read_text())
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and ast.unparse(node.value) in of.split()
    }
    overridden, own = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            marks = {ast.unparse(mark) for mark in node.decorator_list}
            (overridden if "override" in marks else own).add(node.name)
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            own |= {target.attr for target in ast.walk(node) if isinstance(target, ast.Attribute)}
    if "self" not in of.split():
        return used
    return (used - own) | {name for name in overridden if name.startswith("_")}


@pytest.mark.parametrize("name", ["paho-mqtt", "river", "uvicorn"])
def test_their_library_is_held_to_the_minor_version(name: str) -> None:
    (line,) = [line for line in DECLARED if line.startswith((f"{name}~", f"{name}>", f"{name}="))]
    assert line.startswith(f"{name}~="), line
    assert line.count(".") == 2, f"{line} lets another minor version in"


def test_what_is_used_of_the_mqtt_client_is_what_is_named_and_is_there() -> None:
    used = private_names("gateway/broker/batched_client.py", of="self super()")
    assert used == OF_PAHO
    assert {name for name in OF_PAHO if not hasattr(client(), name)} == set()


def test_the_mqtt_clients_packets_are_as_they_are_made_by_hand() -> None:
    made = client()
    made._packet_queue(PUBACK, b"\x40\x02\x00\x01", 1, 1)  # noqa: SLF001
    assert set(made._out_packet[0]) == PACKET_OUT  # noqa: SLF001
    assert set(made._in_packet) == PACKET_IN  # noqa: SLF001


def test_the_weights_of_a_model_are_where_they_are_put() -> None:
    assert private_names("analytics/risk/lessons.py", of="model tree") == OF_RIVER
    model = LogisticRegression()
    model._weights = VectorDict({"a": 2.0})  # noqa: SLF001
    assert model.predict_proba_one({"a": 1.0})[True] > 0.8
    assert model.weights == {"a": 2.0}


def test_a_tree_of_the_forest_is_where_it_is_read() -> None:
    grown = ARFClassifier(n_models=1, seed=1, leaf_prediction="mc")
    for at in range(400):
        grown.learn_one({0: float(at % 2)}, at % 2 == 0)
    root = grown[0]._root  # noqa: SLF001
    assert {type(one).__name__ for one in root.children} <= {"RandomLeafMajorityClass"}
    assert (root.feature, len(root.children)) == (0, 2)


def test_a_connection_of_the_server_has_what_its_bound_looks_at() -> None:
    loop = asyncio.new_event_loop()
    config = Config(app=lambda: None, log_config=None)
    made = H11Protocol(config, ServerState(), {}, _loop=loop)
    loop.close()
    assert {name for name in OF_UVICORN if not hasattr(made, name)} == set()
