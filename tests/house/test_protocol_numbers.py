"""The numbers in the devices' protocol are the code's."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.domain.vitals import FACTS, Metric
from api.alerting.settings import AlertingSettings
from api.devices.certificate_authority import LIFETIME
from api.jobs.certificate_renewal import BEFORE
from api.routes.devices import TOKEN_HOURS
from device_sim.device import core, gateway_messages, send_window
from gateway import wire
from gateway.admission.rate_limit import ROOM
from gateway.admission.registry import KEYS_TRIED, OVERLAP_MS
from gateway.admission.replay_window import WINDOW
from gateway.settings import GatewaySettings
from gateway.wire import frames, messages

TEXT = (Path(__file__).parents[2] / "docs" / "device-protocol.md").read_text()
WORDS = " ".join(TEXT.split())
DAY_MS = 86_400_000


def setting(name: str) -> float:
    return float(GatewaySettings.model_fields[name].default)


def alerting(name: str) -> float:
    return float(AlertingSettings.model_fields[name].default)


def plain(number: float) -> str:
    return f"{number:,.0f}"


def test_the_bounds_are_those_that_refuse() -> None:
    table = TEXT.partition("| metric | least | most |")[2].partition("\n## ")[0]
    told = {
        name: (float(least.replace(",", "")), float(most.replace(",", "")))
        for name, least, most in re.findall(r"`(\w+)` \| ([\d,.]+) \| ([\d,.]+) \|", table)
    }
    assert told == {metric.wire_name: FACTS[metric].reject for metric in Metric}


@pytest.mark.parametrize(
    "sentence",
    [
        f"{plain(setting('rate_per_s'))} frames a second (`HOMEWARD_RATE_PER_S` of the gateway)",
        f"a burst of {plain(setting('rate_burst'))} (`HOMEWARD_RATE_BURST`)",
        f"a burst below {plain(ROOM)} frames leaves no room",
        f"at most once in {plain(setting('command_repeat_s'))} s (`command_repeat_s`)",
        f"`too_old` (over {plain(setting('too_old_days'))} days)",
        f"`from_the_future` (over {plain(setting('future_s') / 60)} min ahead",
        f"within {plain(setting('ack_frames'))} frames or 60 s",
        f"{plain(setting('quarantine_signed'))} signed frames (`HOMEWARD_QUARANTINE_SIGNED`)",
        f"{plain(setting('quarantine_signed_bytes') / 2**20)} MiB (`HOMEWARD_QUARANTINE_SIGNED_",
        f"for {plain(setting('quarantine_days'))} days, and the ward is told",
        (
            f"below the window of {plain(WINDOW)} numbers kept for each boot "
            f"(for {plain(setting('window_days'))} days at least)"
        ),
        f"good for {LIFETIME // timedelta(days=1)} days of real time",
        f"In its last {BEFORE // timedelta(days=1)} days the device is sent",
        f"one-time token, good for {TOKEN_HOURS} hours",
        f"for {OVERLAP_MS // DAY_MS} days the old key counts",
        f"the latest {KEYS_TRIED} are tried",
        (
            f"after {plain(alerting('silent_multiple'))} such intervals, never before "
            f"{plain(alerting('silent_grace_s'))} s"
        ),
        (
            f"at most {plain(frames.MAX_FRAME_BYTES)} bytes, and its message holds at most "
            f"{plain(messages.MAX_SAMPLES)} samples"
        ),
        f"The latest {wire.MAX_BOOTS} boots with news",
        f"both ends included; at most {wire.MAX_ALSO_RANGES})",
        f"a {wire.NONCE_BYTES}-byte nonce",
        f"**The window**: at most {send_window.WINDOW_FRAMES} frames",
        f"not covered {plain(send_window.RESEND_AFTER_S / 60)} minutes after it was sent",
        f"wait up to {plain(core.RETAINED_WAIT_S)} s for the retained `acks`",
        f"the latest {gateway_messages.OBEYED_KEPT} will do",
    ],
)
def test_a_number_in_a_sentence_is_the_codes(sentence: str) -> None:
    assert sentence in WORDS


def test_what_is_promised_is_kept_by_the_defaults() -> None:
    assert setting("ack_s") <= setting("ack_latest_s") <= 60 - 10  # a large ward takes a while
    assert setting("rate_burst") >= ROOM >= 2 * send_window.WINDOW_FRAMES
    assert 60 * alerting("silent_multiple") <= alerting("silent_grace_s")
    assert send_window.MAX_RESEND_AFTER_S == 3_600
