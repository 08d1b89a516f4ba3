"""Lines to the broker: one for each group that a worker serves, kept up with growing pauses."""

import time

import structlog

from gateway import mqtt
from gateway.errors import BrokerUnavailable, SessionTaken
from gateway.mqtt import BrokerAddress, Deliver, Messenger
from gateway.ownership import Claim
from gateway.settings import GatewaySettings

_log = structlog.get_logger()
FIRST_RETRY_S, LAST_RETRY_S = 0.2, 5.0


class Line:
    """One group's session at the broker; connected only while the group's locks are held."""

    def __init__(self, settings: GatewaySettings, claim: Claim, deliver: Deliver) -> None:
        self.claim = claim
        self.messenger: Messenger | None = None
        self.trouble = "not yet connected"
        self._settings, self._deliver = settings, deliver
        self._broker = broker_of(settings)
        self._retry_s, self._retry_at = FIRST_RETRY_S, 0.0

    def keep(self) -> None:
        """Connect if the line is down and its pause is over.

        Raises:
            SessionTaken: another client has our session.
        """
        messenger = self.messenger
        if messenger is not None and messenger.lost.is_set():
            self._drop(messenger)
        if self.messenger is not None or time.monotonic() < self._retry_at:
            return
        try:
            self.messenger = self._connected()
        except BrokerUnavailable as error:
            self.trouble = str(error)
            _log.warning("broker away", group=self.claim.group, error=self.trouble)
            self._retry_at = time.monotonic() + self._retry_s
            self._retry_s = min(LAST_RETRY_S, 2 * self._retry_s)
        else:
            self.trouble, self._retry_s = "", FIRST_RETRY_S

    def _drop(self, messenger: Messenger) -> None:
        messenger.close()
        self.messenger, self.trouble = None, messenger.reason
        _log.warning("broker lost", group=self.claim.group, reason=messenger.reason)
        if messenger.taken_over:
            raise SessionTaken("another client has our session at the broker")

    def _connected(self) -> Messenger:
        name = mqtt.client_id(self.claim.groups, self.claim.group)
        messenger = Messenger(self._broker, name, self._settings.receive_maximum, self._deliver)
        messenger.connect()
        messenger.subscribe(mqtt.filters(self.claim.buckets))
        _log.info("serving", client_id=name, buckets=len(self.claim.buckets))
        return messenger

    def close(self) -> None:
        """Disconnect; the broker keeps the session."""
        if self.messenger is not None:
            self.messenger.close()


def retire(settings: GatewaySettings, groups: int, group: int) -> bool:
    """Delete the session of another division's worker that is gone; False: not now."""
    name = mqtt.client_id(groups, group)
    messenger = Messenger(broker_of(settings), name, 1, lambda *_: None)
    try:
        messenger.connect(clean=True, session_s=0)
    except BrokerUnavailable as error:
        _log.warning("cannot delete an old session", client_id=name, error=str(error))
        return False
    messenger.close()
    _log.info("old session deleted", client_id=name)
    return True


def broker_of(settings: GatewaySettings) -> BrokerAddress:
    """The broker's address by these settings."""
    where = BrokerAddress.parse(settings.mqtt_url)
    password = settings.mqtt_password
    return BrokerAddress(
        host=where.host,
        port=where.port,
        tls=where.tls,
        ca_file=settings.mqtt_ca_file,
        cert_file=settings.mqtt_cert_file,
        key_file=settings.mqtt_key_file,
        username=settings.mqtt_username,
        password=password.get_secret_value() if password else None,
    )
