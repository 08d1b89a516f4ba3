"""The environment as the gateway sees it: the only module of this package that reads it."""

import os
from datetime import datetime
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from analytics.domain.clock import WardClock
from gateway.telemetry import STUCK_S

RETIRED = ("HOMEWARD_GROUPS", "HOMEWARD_GROUP", "HOMEWARD_ADOPT")
"""They divided the ward among workers by hand; workers share it out by themselves now."""


def retired() -> list[str]:
    """The settings that are set and that nothing reads any more."""
    return [name for name in RETIRED if name in os.environ]  # noqa: TID251 - the settings module


class GatewaySettings(BaseSettings):
    """Settings of one gateway worker, each by ``HOMEWARD_<NAME>``; every limit has its name here.

    Attributes:
        database_url: as the gateway's own login.
        clock_start: ward time at the clock's origin; unset: ward time is real time.
        clock_rate: ward seconds for each real second.
        clock_origin: real seconds since 1970 at which the ward clock read its start.
        mqtt_url: ``mqtt://`` or ``mqtts://`` with host and port.
        mqtt_ca_file: authority of the broker's certificate.
        mqtt_cert_file: our client certificate.
        mqtt_key_file: its key.
        mqtt_username: for brokers with passwords.
        mqtt_password: likewise.
        gateway_sign_key_file: 32-byte Ed25519 seed: signs acknowledgements and commands.
        gateway_box_key_file: 32-byte X25519 private key: opens sealed frames.
        metrics_port: serves /metrics, /healthz and /readyz; 0: not at all.
        metrics_host: on this address; the loopback unless a network of its own keeps others out.
        batch_frames: a batch closes when it holds so many frames.
        batch_frames_behind: batches that became ready meanwhile are joined up to so many.
        batch_linger_s: a batch that is not full waits so long for more.
        inbox_bytes: received bytes not yet dealt with, a KiB for each message beside what it
            says; above it the socket waits.
        receive_maximum: unacknowledged messages that the broker may send.
        rate_per_s: frames a second of real time that one device may send for ever.
        rate_burst: frames that one device may send at once, to catch up.
        answered_frames: digests of frames lately handled, answered without a signature check.
        lanes: patients' states kept in memory; idle ones go first.
        devices: devices' windows kept in memory; likewise.
        snapshot_frames: a lane is written down after so many frames.
        snapshot_s: or after so many real seconds with news.
        risk_step: the plan is made anew when a patient's risk has risen by so much (proposed).
        replay_days: how far back a lane without a readable snapshot is rebuilt.
        snapshot_past_hours: an older snapshot is kept of every lane so often, in ward time.
        snapshot_past_days: and for so long; a reading older than them is taken back from the
            beginning of what is stored.
        correction_frames: frames folded again at most when a reading was entered in error.
        ack_frames: a device is told after so many handled frames.
        ack_s: or so many real seconds after the first of them, with nothing better to do.
        ack_latest_s: or so many, while frames wait or the device is near its rate.
        quarantine_unsigned: unsigned frames kept for each device, the newest.
        quarantine_unsigned_burst: of one device, kept at once; all are counted.
        quarantine_unsigned_per_s: and so many a second of real time after that.
        quarantine_signed: signed frames kept for each device; beyond it none is covered.
        quarantine_signed_bytes: and so many bytes of them.
        flood_frames: so many refused messages of one device within ``flood_s`` are told.
        flood_s: real seconds.
        quarantine_days: how long refused frames are kept.
        window_days: replay windows of older boots that are whole go after so long a silence.
        too_old_days: older samples are refused.
        future_s: samples further ahead are refused.
        late_s: samples that arrive later than this after they were measured are back-fill.
        clock_persist_s: a clock that is unknown for so long is a technical alert.
        clock_ask_s: real seconds between two ``clock`` commands to one device.
        command_repeat_s: real seconds between two repetitions of its unanswered commands.
        heartbeat_s: between two heartbeats.
        heartbeat_lost_s: a holder silent for so long is ended by a challenger.
        commit_timeout_s: a transaction that hangs longer is cut.
        stuck_s: a worker that has not gone on for so long is taken for dead: it beats no more.
        training_s: real seconds between two trainings of the population model; 0: never.
        training_examples: least new examples for a training.
        gc_young: new objects after which Python looks for young cycles.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    database_url: str
    clock_start: datetime | None = None
    clock_rate: float = Field(default=1.0, gt=0)
    clock_origin: float = 0.0
    mqtt_url: str = "mqtt://127.0.0.1:1883"
    mqtt_ca_file: Path | None = None
    mqtt_cert_file: Path | None = None
    mqtt_key_file: Path | None = None
    mqtt_username: str | None = None
    mqtt_password: SecretStr | None = None
    gateway_sign_key_file: Path
    gateway_box_key_file: Path
    metrics_port: int = Field(default=0, ge=0, le=65535)
    metrics_host: str = "127.0.0.1"
    batch_frames: int = Field(default=800, ge=1)
    batch_frames_behind: int = Field(default=3_200, ge=1)
    batch_linger_s: float = Field(default=0.003, ge=0)
    inbox_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    receive_maximum: int = Field(default=65_535, ge=1, le=65_535)
    rate_per_s: float = Field(default=50.0, gt=0)
    rate_burst: float = Field(default=3_000.0, ge=1)
    answered_frames: int = Field(default=65_536, ge=1)
    lanes: int = Field(default=65_536, ge=1)
    devices: int = Field(default=131_072, ge=1)
    snapshot_frames: int = Field(default=32, ge=1)
    snapshot_s: float = Field(default=300.0, gt=0)
    risk_step: float = Field(default=0.1, gt=0, le=1)
    replay_days: float = Field(default=3.0, gt=0)
    snapshot_past_hours: float = Field(default=12.0, gt=0)
    snapshot_past_days: float = Field(default=8.0, gt=0)
    correction_frames: int = Field(default=25_000, ge=1)
    ack_frames: int = Field(default=64, ge=1)
    ack_s: float = Field(default=10.0, gt=0)
    ack_latest_s: float = Field(default=50.0, gt=0)
    quarantine_unsigned: int = Field(default=200, ge=0)
    quarantine_unsigned_burst: float = Field(default=8.0, ge=1)
    quarantine_unsigned_per_s: float = Field(default=1.0, gt=0)
    quarantine_signed: int = Field(default=10_000, ge=0)
    quarantine_signed_bytes: int = Field(default=16 * 1024 * 1024, ge=0)
    flood_frames: int = Field(default=1_000, ge=1)
    flood_s: float = Field(default=60.0, gt=0)
    quarantine_days: float = Field(default=30.0, gt=0)
    window_days: float = Field(default=30.0, gt=0)
    too_old_days: float = Field(default=7.0, gt=0)
    future_s: float = Field(default=120.0, ge=0)
    late_s: float = Field(default=900.0, gt=0)
    clock_persist_s: float = Field(default=300.0, ge=0)
    clock_ask_s: float = Field(default=60.0, gt=0)
    command_repeat_s: float = Field(default=60.0, ge=0)
    heartbeat_s: float = Field(default=1.0, gt=0)
    heartbeat_lost_s: float = Field(default=5.0, gt=0)
    commit_timeout_s: float = Field(default=60.0, gt=0)
    stuck_s: float = Field(default=STUCK_S, gt=0)
    training_s: float = Field(default=300.0, ge=0)
    training_examples: int = Field(default=20, ge=1)
    gc_young: int = Field(default=100_000, ge=1)

    def clock(self) -> WardClock:
        """The ward's clock."""
        return WardClock(start=self.clock_start, rate=self.clock_rate, origin=self.clock_origin)
