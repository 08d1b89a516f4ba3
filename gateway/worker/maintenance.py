"""Periodic maintenance on the committing connection: key rotation, retention, model training."""

import time

import structlog

from gateway.admission.samples import DAY_MS
from gateway.downlink.signing_keys import GatewayKeys, load_ring, signer
from gateway.errors import KeyFileError
from gateway.ingest.components import Components
from gateway.settings import GatewaySettings
from gateway.store import commands, models, retention, snapshots
from gateway.store.connection import CommitConnection
from gateway.worker.training import Trainer, first_versions

CLEAN_EVERY_S = 60.0
_log = structlog.get_logger()


class Maintenance:
    """Errands of one tenure, each when its time has come."""

    def __init__(
        self,
        settings: GatewaySettings,
        keys: GatewayKeys,
        parts: Components,
        session: CommitConnection,
    ) -> None:
        self._settings, self._keys, self._parts = settings, keys, parts
        self._session = session
        self._trainer = Trainer(parts, session, settings.training_examples)
        self._clean_at = 0.0
        self._train_at = time.monotonic() + settings.training_s
        self._polled_at = 0.0

    @property
    def keys(self) -> GatewayKeys:
        """The keys in use."""
        return self._keys

    def begin(self) -> None:
        """At the start of a tenure: make our keys known, have a first model, count quarantine."""
        self._choose_keys()
        with self._session.transaction() as connection:
            first_versions(connection, self._parts.now_ms())
            self._parts.quotas.set_counts(retention.signed_kept(connection))

    def run(self, now_s: float) -> bool:
        """Do what is due; True: a round of the pipeline is due too."""
        if now_s >= self._clean_at:
            self._clean_at = now_s + CLEAN_EVERY_S
            self._clean()
        if self._settings.training_s and now_s >= self._train_at:
            self._train_at = now_s + self._settings.training_s
            self._trainer.begin()
        self._trainer.finish()
        if now_s - self._polled_at >= CLEAN_EVERY_S / 12:
            self._polled_at = now_s
            self._choose_keys()
            return True
        return False

    def _choose_keys(self) -> None:
        """Make our keys known, and sign with the one whose turn it is."""
        settings, now_ms = self._settings, self._parts.now_ms()
        try:
            ring = load_ring(settings.gateway_sign_key_file, settings.gateway_box_key_file)
        except KeyFileError as error:
            _log.warning("keeping the keys in use", reason=str(error))
            ring = [self._keys]
        with self._session.transaction() as connection:
            for age, keys in enumerate(ring):
                models.publish_key(connection, keys.sign_public, keys.box_public, now_ms + age)
            chosen = signer(ring, models.retired_keys(connection))
            models.revive_key(connection, chosen.sign_public)
        if chosen != self._keys:
            _log.info("signing with the next key")
        self._keys = chosen
        self._parts.speaker.use(chosen)

    def _clean(self) -> None:
        settings, now_ms = self._settings, self._parts.now_ms()
        with self._session.transaction() as connection:
            retention.old_quarantine(connection, now_ms - round(settings.quarantine_days * DAY_MS))
            retention.unsigned_over(connection, settings.quarantine_unsigned)
            commands.lapse(connection, now_ms)
            snapshots.forget_past(connection, now_ms - round(settings.snapshot_past_days * DAY_MS))
            retention.old_windows(connection, now_ms - round(settings.window_days * DAY_MS))
            self._parts.quotas.set_counts(retention.signed_kept(connection))
