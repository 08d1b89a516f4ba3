"""One request in somebody's name, and what must come of it."""

# ruff: noqa: ANN401 - bodies are JSON of any shape

from typing import Any

import httpx2

from tests.support.ward import Person


async def asked(
    api: httpx2.AsyncClient, who: Person, method: str, path: str, status: int = 200, **more: Any
) -> Any:
    headers = {**who.headers, **more.pop("headers", {})}
    answer = await api.request(method, path, headers=headers, **more)
    assert answer.status_code == status, (path, answer.text)
    return answer.json() if answer.content else None
