"""A DICOMweb client that nobody here wrote (``dicomweb-client``)."""

# ruff: noqa: ANN401 - pydicom's and the client's own types

import sys
from importlib import import_module
from typing import Any

from tests.support.pip_outsiders import installed


def outsider(url: str, token: str, **more: Any) -> Any:
    """Return a client that speaks to an address in somebody's name."""
    folder = str(installed("dicomweb"))
    if folder not in sys.path:
        sys.path.append(folder)
    client = import_module("dicomweb_client.api").DICOMwebClient
    return client(url, headers={"Authorization": f"Bearer {token}"}, **more)
