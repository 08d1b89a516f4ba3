"""The ward's HTTP API as a coordinator's program uses it: patients, devices, enrolment."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

import httpx2
import msgspec

from device_sim.errors import WardRefused
from gateway import wire

_PREFIX = "/api/v1"
_TIMEOUT_S = 30.0
_REFUSED_FROM = 400
_ENROL_TRIES = 3
_SHOWN = 200


class _Problem(msgspec.Struct):
    detail: str


class RegisteredDevice(NamedTuple):
    """A device's record id, its id on the wire, and its one-time token."""

    record: str
    device: str
    token: str


class Ward:
    """A signed-in session; use as an asynchronous context manager.

    Args:
        api: the address, for example ``http://127.0.0.1:8080``.
        username: a coordinator's (or the embedded stack's administrator's) name.
        password: theirs.
    """

    def __init__(self, api: str, username: str, password: str) -> None:
        self._form = {"username": username, "password": password}
        self._http = httpx2.AsyncClient(base_url=api.rstrip("/") + _PREFIX, timeout=_TIMEOUT_S)

    async def __aenter__(self) -> Self:
        """Sign in."""
        try:
            answer = await self._post("/auth/login", data=self._form)
        except WardRefused:
            await self._http.aclose()
            raise
        self._http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def knows(self, patient: str) -> bool:
        """Whether the ward still has a patient, watched or not."""
        try:
            found = await self._http.get(f"/patients/{patient}")
        except httpx2.HTTPError as failure:
            raise WardRefused(_unreachable(self._http.base_url, failure)) from None
        return bool(found.status_code == httpx2.codes.OK)

    async def add_patient(self, body: Mapping[str, object]) -> str:
        """Register a patient; their id."""
        return str((await self._post("/patients", json=body))["id"])

    async def add_device(self, patient: str, body: Mapping[str, object]) -> RegisteredDevice:
        """Register a device for a patient."""
        answer = await self._post(f"/patients/{patient}/devices", json=body)
        return RegisteredDevice(answer["id"], answer["device"], answer["enrolment_token"])

    async def enrol(self, request: wire.EnrolmentRequest) -> wire.EnrolmentAnswer:
        """Enrol keys; asked again if the answer was lost, since the same answer comes back."""
        body = msgspec.to_builtins(request)
        for _ in range(_ENROL_TRIES - 1):
            try:
                return _enrolled(await self._http.post("/enrol", json=body))
            except httpx2.TransportError:
                continue
        return _enrolled(await self._post_raw("/enrol", json=body))

    async def _post(self, path: str, **content: Any) -> dict[str, Any]:  # noqa: ANN401 -- httpx2's arguments
        answer: dict[str, Any] = (await self._post_raw(path, **content)).json()
        return answer

    async def _post_raw(self, path: str, **content: Any) -> httpx2.Response:  # noqa: ANN401 -- httpx2's arguments
        try:
            answer = await self._http.post(path, **content)
        except httpx2.HTTPError as failure:
            raise WardRefused(_unreachable(self._http.base_url, failure)) from None
        return _accepted(answer)


def enrol_now(api: str, request: wire.EnrolmentRequest) -> wire.EnrolmentAnswer:
    """Enrol keys and wait for the answer: for a device that rotates its key.

    Raises:
        WardRefused: the API refused, or cannot be reached.
    """
    body = msgspec.to_builtins(request)
    try:
        answer = httpx2.post(f"{api.rstrip('/')}{_PREFIX}/enrol", json=body, timeout=_TIMEOUT_S)
    except httpx2.HTTPError as failure:
        raise WardRefused(_unreachable(api, failure)) from None
    return _enrolled(answer)


def _accepted(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code >= _REFUSED_FROM:
        request = answer.request
        place = f"{request.method} {request.url}"
        raise WardRefused(f"{place}: {answer.status_code} {_reason(answer)}")
    return answer


def _reason(answer: httpx2.Response) -> str:
    """What the API says is wrong, or the first of whatever else answered there."""
    try:
        return msgspec.json.decode(answer.content, type=_Problem).detail
    except msgspec.DecodeError:
        return answer.text[:_SHOWN] or answer.reason_phrase


def _unreachable(api: object, failure: httpx2.HTTPError) -> str:
    return f"the ward at {api} cannot be reached: {str(failure) or type(failure).__name__}"


def _enrolled(answer: httpx2.Response) -> wire.EnrolmentAnswer:
    try:
        return msgspec.json.decode(_accepted(answer).content, type=wire.EnrolmentAnswer)
    except msgspec.DecodeError as failure:
        raise WardRefused(f"{answer.request.url}: {failure}") from None
