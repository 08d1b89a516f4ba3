"""A call on its way to a locked telephone: from the alert to the notice, its receipt, its opening.

All of it is real but the line of the browser's maker, which no test reaches: what the ward's
sender hands to a push service is opened with the browser's own key, and given to the browser as
its push service would.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Worker, expect

from tests.support.browsers import Desk, becomes
from tests.support.receivers import Browser as Subscriber
from tests.support.receivers import Received, Receiver
from tests.support.seeded_ward import SeededWard

NAME = "Jun Petrov"
# The browser's maker is not asked for an address: this one is the test's own.
SUBSCRIBES = """(address) => { PushManager.prototype.subscribe = async () =>
    ({ toJSON: () => address }); }"""
SHOWN = """async () => (await self.registration.getNotifications()).map((one) =>
    ({ title: one.title, body: one.body, tag: one.tag, url: one.data.url,
       stays: one.requireInteraction }))"""
TOUCH = """async () => { const [one] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification: one })); }"""


@pytest.fixture
def subscriber(push_service: Receiver) -> Subscriber:
    return Subscriber(f"{push_service.origin}/doctor")


@pytest.fixture
def called(desk: Desk, ward: SeededWard, subscriber: Subscriber) -> Iterator[Page]:
    """The doctor's page, by which they are called from now on."""
    page = desk.open("singh", "/account", permissions=["notifications"])
    page.evaluate(SUBSCRIBES, subscriber.subscription())
    page.get_by_role("button", name="Add: This page").click()
    expect(page.locator("#channels-told")).to_contain_text("is called from now on")
    yield page
    with ward.client("singh") as singh:
        singh.put("/me/channels", json={"items": []}).raise_for_status()


def pushed(push_service: Receiver, subscriber: Subscriber, patient: str) -> dict[str, Any]:
    """What the ward's sender has pushed about a patient, opened as the browser opens it."""

    def about(came: Received) -> bool:
        said = subscriber.open(came)
        return came.path == "/doctor" and f"patient {patient}" in said["body"]

    becomes(lambda: [one for one in push_service.got if about(one)], bool)
    return subscriber.open(next(one for one in push_service.got if about(one)))


def arrives(page: Page, notice: dict[str, Any]) -> Worker:
    """Let the browser's push service bring it; return the page's service worker."""
    session: CDPSession = page.context.new_cdp_session(page)
    versions: list[dict[str, Any]] = []
    session.on("ServiceWorker.workerVersionUpdated", lambda told: versions.extend(told["versions"]))
    session.send("ServiceWorker.enable")

    def active() -> list[str]:
        # what the browser tells comes while it is asked something
        assert page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        return [one["registrationId"] for one in versions if one["status"] == "activated"]

    becomes(active, bool)
    message = {
        "origin": page.evaluate("location.origin"),
        "registrationId": active()[-1],
        "data": json.dumps(notice),
    }
    session.send("ServiceWorker.deliverPushMessage", message)
    return page.context.service_workers[0]


def test_a_call_comes_as_a_notice_that_names_nobody_and_leads_to_its_alert(
    called: Page, ward: SeededWard, push_service: Receiver, subscriber: Subscriber
) -> None:
    ward.find(NAME)
    with ward.client("singh") as singh:
        asked = {"patient": ward.patients[NAME], "state": "open"}
        becomes(lambda: singh.get("/alerts", params=asked).json()["items"], bool)
        (alert,) = singh.get("/alerts", params=asked).json()["items"]
    notice = pushed(push_service, subscriber, alert["patient_code"])
    worker = arrives(called, notice)
    becomes(lambda: worker.evaluate(SHOWN), bool)
    (shown,) = worker.evaluate(SHOWN)
    assert shown["title"] == "HIGH alert"
    assert shown["body"] == f"patient {alert['patient_code']}, open Homeward"
    assert shown["stays"] is True
    assert shown["tag"] == notice["id"]
    assert not any(part in json.dumps(shown) for part in [*NAME.split(), ward.patients[NAME]])

    arrives(called, notice)  # the same once more: at least once, and shown once
    becomes(lambda: told(ward, alert["id"])["delivered_at"], bool)
    assert len(worker.evaluate(SHOWN)) == 1

    worker.evaluate(TOUCH)
    called.wait_for_url(re.compile(f"/feed#{alert['id']}"))
    becomes(lambda: worker.evaluate(SHOWN), lambda left: left == [])
    becomes(lambda: told(ward, alert["id"])["opened_at"], bool)


def told(ward: SeededWard, alert: str) -> dict[str, Any]:
    """What the evidence says of the push to the doctor."""
    with ward.client("singh") as singh:
        proof = singh.get(f"/alerts/{alert}/evidence").raise_for_status().json()
    found: dict[str, Any] = next(one for one in proof["notices"] if one["channel"] == "push")
    return found
