"""The environment as the API sees it: the only module of ``api`` that reads it.

No secret has a default: a part that is missing its key does not start.
"""

from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from analytics.domain.clock import WardClock
from api.limits.passwords import MIN_GUESSES


class ApiSettings(BaseSettings):
    """Settings of the API process; each is the variable ``HOMEWARD_`` + its name.

    Attributes:
        database_url: the API's own login; row-level security applies to it.
        engine_database_url: login of the alert engine and the re-planner.
        master_key_file: the vault's key ring (32 bytes for each version; the last is current).
        device_ca_cert_file: certificate (PEM) of the authority that signs device certificates.
        device_ca_key_file: that authority's private key (PEM).
        device_crl_file: where the revocation list is kept for the broker; None writes none.
        mqtt_ca_file: authority of the broker's certificate, told to devices.
        device_mqtt_host: broker's name as devices reach it.
        device_mqtt_port: broker's TLS port as devices reach it.
        api_host: address to listen on.
        api_port: port to listen on.
        cookie_secure: send the session cookie over TLS alone (false on a plain loopback).
        session_hours: real hours for which a log-in holds.
        audit_anchor_file: where heads of the audit chain are noted outside the database.
        audit_anchor_minutes: how often.
        audit_sign_key_file: Ed25519 key (32 bytes) under which a head is signed each day; None:
            none is.
        allowed_hosts: names (comma separated, without ports) that requests may ask for; ``*``: any.
        request_head_s: seconds in which a request's head must have arrived.
        request_body_s: seconds in which its body must have.
        caller_rate: requests a second that one person or program may make for long.
        caller_burst: requests that one may make at once.
        admin_clinical: whether administrators may see patients and all that is theirs, in every
            ward; else administrative addresses alone are open to them.
        staff_second_factor: whether staff must have a second factor before they may do anything.
        staff_idle_minutes: a session of staff that is not used for so long ends; 0: never.
        password_min_guesses: guesses that a new password must stand (``zxcvbn``'s estimate).
        throttle_window_s: real seconds in which failed attempts are counted.
        sign_in_pair_limit: failed attempts for one name from one address in that window.
        sign_in_address_limit: the same from one address, of people who are new there.
        sign_in_name_limit: the same for one name, from addresses where it is new.
        registration_limit: new accounts from one address in that window.
        reset_mail_minutes: for so long a link for a new password that was sent by e-mail holds
            (real time; proposed).
        reset_mail_limit: askings for such a link for one name from one address in a window.
        reset_mail_name_limit: such links that one account is sent in a window (proposed).
        reset_channel_hours: an address must have been the account's for so long (ward time;
            proposed): whoever finds an open session cannot have the link sent to themselves.
        known_place_days: so long an address or browser counts as one seen before.
        known_places: how many of them are remembered of one account.
        trusted_proxies: addresses whose ``X-Forwarded-For`` is believed, comma separated.
        replica_url: a standby's address, with the API's login: charts and FHIR searches are read
            there; None: the primary answers all.
        replica_behind_s: a replica that is further behind is not asked (proposed).
        pool_size: connections to the database for requests, and to the replica.
        engine_pool_size: and for answers to alerts and the live feed.
        database_answer_s: real seconds after which an answer of the database is given up.
        roll_up_s: real seconds between two looks for hours to be rolled up for charts.
        roll_up_dense: an hour with so many readings of one metric is kept by the minute too
            (proposed: three for each minute, so that it is much smaller than what it stands for).
        gateway_silent_s: real seconds without a heartbeat after which the gateway counts as away.
        shift_restore_hours: a shift that was taken off the rota can be put back for so long
            (ward time; proposed).
        handover_hours: hours after which an offer of a handover lapses that nobody takes; what was
            taken by somebody without a shift opens the records for as long (ward time; proposed).
        report_hours: hours for which a patient's report that they feel worse holds as a reason
            (ward time; proposed: until the next morning's round).
        ward_time_zone: IANA zone in which pages write times (None: the reader's own), and of the
            civil time of patients of whom no zone is told (None: UTC).
        names_kept: of so many people the names are kept in memory for searches (some 300 bytes
            each); who searches among more has records opened again.
        emergency_access_minutes: so long a record stays open to who has no relation to the patient.
        readmission_days: a stay that begins within so many days after the person's last one is a
            readmission (30: CMS Hospital Readmissions Reduction Program).
        outcome_least_people: what concerns fewer people is not told, in figures of a ward, to who
            may not see them (proposed).
        notes_to_patients: whether a person's record, as they take it along, holds what clinicians
            wrote of them (GDPR, art. 15; what it says of others is the site's to weigh).
        withdrawal_erases: whoever takes consent to monitoring back is erased, not only discharged.
        report_font_file: TrueType font of printed reports, for names in scripts that the built-in
            one lacks.
        fhir_snomed: give codes of SNOMED CT too, where the site has the licence.
        clock_start: ward time at the clock's origin; None is real time.
        clock_rate: ward seconds per real second.
        clock_origin: real seconds since 1970 when the ward clock showed its start.
    """

    model_config = SettingsConfigDict(env_prefix="HOMEWARD_", extra="ignore")

    database_url: str
    engine_database_url: str
    master_key_file: Path
    device_ca_cert_file: Path
    device_ca_key_file: Path
    device_crl_file: Path | None = None
    mqtt_ca_file: Path | None = None
    device_mqtt_host: str = "localhost"
    device_mqtt_port: int = Field(default=8883, ge=1, le=65535)
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=0, le=65535)
    cookie_secure: bool = True
    session_hours: float = Field(default=12.0, gt=0)
    audit_anchor_file: Path | None = None
    audit_anchor_minutes: float = Field(default=5.0, gt=0)
    audit_sign_key_file: Path | None = None
    allowed_hosts: str = "localhost,127.0.0.1,::1"
    request_head_s: float = Field(default=15.0, gt=0)
    request_body_s: float = Field(default=30.0, gt=0)
    caller_rate: float = Field(default=200.0, gt=0)
    caller_burst: int = Field(default=4_000, ge=1)
    admin_clinical: bool = False
    staff_second_factor: bool = True
    staff_idle_minutes: float = Field(default=60.0, ge=0)
    password_min_guesses: float = Field(default=MIN_GUESSES, ge=0)
    throttle_window_s: int = Field(default=900, ge=1)
    sign_in_pair_limit: int = Field(default=10, ge=1)
    sign_in_address_limit: int = Field(default=200, ge=1)
    sign_in_name_limit: int = Field(default=50, ge=1)
    registration_limit: int = Field(default=30, ge=1)
    reset_mail_minutes: int = Field(default=30, ge=1, le=1_440)
    reset_mail_limit: int = Field(default=3, ge=1)
    reset_mail_name_limit: int = Field(default=10, ge=1)
    reset_channel_hours: float = Field(default=24.0, ge=0)
    known_place_days: int = Field(default=90, ge=1)
    known_places: int = Field(default=20, ge=1)
    trusted_proxies: str = "127.0.0.1"
    replica_url: str | None = None
    replica_behind_s: float = Field(default=5.0, gt=0, le=60)
    pool_size: int = Field(default=12, ge=2, le=200)
    engine_pool_size: int = Field(default=6, ge=4, le=200)
    database_answer_s: float = Field(default=25.0, gt=0)
    roll_up_s: float = Field(default=5.0, gt=0)
    roll_up_dense: int = Field(default=180, ge=1)
    gateway_silent_s: float = Field(default=15.0, gt=0)
    shift_restore_hours: float = Field(default=24.0, ge=0)
    handover_hours: float = Field(default=12.0, gt=0, le=168)
    report_hours: float = Field(default=12.0, gt=0, le=168)
    ward_time_zone: str | None = None
    names_kept: int = Field(default=50_000, ge=0)
    emergency_access_minutes: int = Field(default=60, ge=1, le=240)
    readmission_days: int = Field(default=30, ge=1, le=365)
    outcome_least_people: int = Field(default=5, ge=1, le=100)
    notes_to_patients: bool = True
    withdrawal_erases: bool = False
    report_font_file: Path | None = None
    fhir_snomed: bool = False
    clock_start: datetime | None = None
    clock_rate: float = Field(default=1.0, gt=0)
    clock_origin: float = 0.0

    @field_validator("ward_time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError("is not a time zone of the IANA database")
        return name

    @property
    def zone(self) -> str:
        """The zone of civil time where no patient's own is known."""
        return self.ward_time_zone or "UTC"

    def hosts(self) -> frozenset[str]:
        """Return the names of hosts that requests may ask for."""
        return frozenset(name.strip().lower() for name in self.allowed_hosts.split(","))

    def ward_clock(self) -> WardClock:
        """Return the ward's clock as these settings describe it."""
        return WardClock(start=self.clock_start, rate=self.clock_rate, origin=self.clock_origin)
