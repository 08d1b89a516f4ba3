"""One persistent MQTT session per group, reconnected with backoff."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait

import structlog

from gateway.broker import connection
from gateway.broker.connection import LEAVE_S, BrokerAddress, BrokerConnection, Deliver
from gateway.broker.side_thread import beside
from gateway.errors import BrokerUnavailable, SessionTaken
from gateway.ownership.lease import GroupLease
from gateway.ownership.shares import GROUPS
from gateway.settings import GatewaySettings

_log = structlog.get_logger()
FIRST_RETRY_S, LAST_RETRY_S = 0.2, 5.0


class BrokerSession:
    """One group's session at the broker; connected only while the group's locks are held.

    Connecting is waited for beside the pipeline: what waits for us may come before the answer to
    our subscriptions, and only the pipeline makes room for it; and a broker that does not answer
    must not stop the commits of other groups.

    Args:
        settings: where the broker is.
        claim: the group.
        deliver: gets what comes.
        wake: called when connecting has ended.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        claim: GroupLease,
        deliver: Deliver,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.claim = claim
        self.messenger: BrokerConnection | None = None
        self.error = "not yet connected"
        self._settings, self._deliver, self._wake = settings, deliver, wake
        self._broker = broker_of(settings)
        self._retry_s, self._retry_at = FIRST_RETRY_S, 0.0
        self._opening: tuple[BrokerConnection, Future[None]] | None = None

    def ensure_connected(self) -> None:
        """Connect if the line is down and its pause is over; never waits.

        Raises:
            SessionTaken: another client has our session.
        """
        if self._opening is not None:
            self._look(*self._opening)
        messenger = self.messenger
        if messenger is not None and messenger.lost.is_set():
            self._drop(messenger)
        idle = self.messenger is None and self._opening is None
        if idle and time.monotonic() >= self._retry_at:
            self._open()

    def _open(self) -> None:
        name = connection.client_id(GROUPS, self.claim.group)
        made = BrokerConnection(self._broker, name, self._settings.receive_maximum, self._deliver)

        def connect() -> None:
            made.connect()
            made.subscribe(connection.filters(self.claim.buckets))

        self._opening = made, beside(f"line-{self.claim.group}", connect, self._wake)

    def _look(self, made: BrokerConnection, done: "Future[None]") -> None:
        """See what has come of connecting, if anything yet."""
        if not done.done():
            return
        self._opening = None
        try:
            done.result()
        except BrokerUnavailable as error:
            self.error = str(error)
            _log.warning("broker away", group=self.claim.group, error=self.error)
            self._retry_at = time.monotonic() + self._retry_s
            self._retry_s = min(LAST_RETRY_S, 2 * self._retry_s)
        else:
            self.messenger, self.error, self._retry_s = made, "", FIRST_RETRY_S
            _log.info("serving", group=self.claim.group, buckets=len(self.claim.buckets))

    def _drop(self, messenger: BrokerConnection) -> None:
        messenger.close()
        self.messenger, self.error = None, messenger.reason
        _log.warning("broker lost", group=self.claim.group, reason=messenger.reason)
        if messenger.taken_over:
            raise SessionTaken("another client has our session at the broker")

    def close(self) -> None:
        """Disconnect, also while connecting; the broker keeps the session."""
        if self.messenger is not None:
            self.messenger.close()
        if self._opening is not None:
            made, done = self._opening
            made.close()
            wait([done], LEAVE_S)


def close_all(lines: Sequence[BrokerSession]) -> None:
    """Disconnect all at the same time: a broker may keep each waiting."""
    wait([beside(f"close-{line.claim.group}", line.close, lambda: None) for line in lines])


def retire(settings: GatewaySettings, groups: int, group: int) -> bool:
    """Delete the session of another division's worker that is gone; False: not now."""
    name = connection.client_id(groups, group)
    messenger = BrokerConnection(broker_of(settings), name, 1, lambda *_: None)
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
