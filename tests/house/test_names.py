"""Names are the field's and mean one thing: each class name once, a hot verb with its noun."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("analytics", "api", "deploy", "device_sim", "gateway")
MOST_CLASSES_A_VERB = 3
LIFE_CYCLE = {"start", "stop", "close", "run", "open", "begin"}
CONTAINERS = {"get", "put", "add", "of", "load", "read", "find"}
PORTS = {
    # A port's word is borne by each of its implementations.
    "acknowledge": "MessageSource",
    "publish": "Publisher",
    "publish_retained": "Publisher",
    "forget": "Spool",
    "take": "ReadingSource",
    "measure": "ReadingSource",
    "keep": "Spool",
    "members": "ApiError",
    "headers": "ApiError",
    "probability": "Predictor",
}


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ClassDef):
                    yield str(file.relative_to(ROOT)), node


def test_each_class_name_stands_for_one_class() -> None:
    places = defaultdict(list)
    for file, node in classes():
        places[node.name].append(file)
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_a_verb_of_many_classes_carries_its_noun() -> None:
    bearers = defaultdict(list)
    for file, node in classes():
        for member in node.body:
            is_method = isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
            if is_method and not member.name.startswith("_"):
                bearers[member.name].append(f"{file}: {node.name}")
    allowed = LIFE_CYCLE | CONTAINERS | PORTS.keys()
    many = {
        verb: found
        for verb, found in bearers.items()
        if len(found) > MOST_CLASSES_A_VERB and verb not in allowed
    }
    assert many == {}
