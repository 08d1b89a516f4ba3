"""The reference device: events in, actions out; small enough to port.

Everything a device must remember of the protocol is here, in ``window`` and in ``inbox``: it signs
a frame once, spools it, sends it byte for byte until ``acks`` covers it, keeps at most 100
uncovered frames under way, and answers commands. It reads no clock and opens no socket: ``fleet``
calls in and does what comes out.
"""

from collections.abc import Callable, Sequence

import msgspec

from device_sim.device.actions import Action, Forgot, Obey, Publish, TwoClocks, made_of
from device_sim.device.gateway_messages import GatewayMessages, gateway_ms, heard_more
from device_sim.device.identity import DeviceSecrets, Identity
from device_sim.device.rollback import conflicts, contents, covered, renumbered
from device_sim.device.send_window import RESEND_AFTER_S, WINDOW_FRAMES, SendWindow
from device_sim.device.spool import SPOOL_FRAMES, FrameId, Spool, Spooled
from gateway import wire

RETAINED_WAIT_S = 2.0
CLOCK_EVERY_MS = 3_600_000
SAMPLES_PER_FRAME = 200
MAX_UNSIGNED = 1_000


class DeviceCore:
    """One device's protocol state over its spool.

    Args:
        identity: what enrolment gave.
        keys: the device's own secrets; it seals if they hold a box key.
        spool: kept frames and record. A record with ``boot`` 0 (nothing known) makes the device
            wait for the retained ``acks`` before it signs anything; the program that enrolled it
            for the first time may set boot 1 there.
        nonces: gives 24 bytes never used before (``os.urandom`` will do).
        spool_frames: how many frames the hardware can keep.
        resend_after_s: when an uncovered frame is first sent again.
    """

    def __init__(
        self,
        identity: Identity,
        keys: DeviceSecrets,
        spool: Spool,
        *,
        nonces: Callable[[int], bytes],
        spool_frames: int = SPOOL_FRAMES,
        resend_after_s: float = RESEND_AFTER_S,
    ) -> None:
        self.identity = identity
        self.online = False
        self._spool = spool
        self._spool_frames = spool_frames
        self._nonces = nonces
        self._record = spool.record()
        self._started: FrameId = (self._record.boot, self._record.seq)
        self._window = SendWindow(resend_after_s)
        self.inbox = GatewayMessages(identity, self._record)
        self._unsigned: list[wire.Sample] = []
        self._highest_boot = 0
        self._waits_until: float | None = None
        self._next_clock_ms: int | None = None
        self._echo: wire.ClockEcho | None = None
        self.use_keys(keys)

    def use_keys(self, keys: DeviceSecrets) -> None:
        """Sign with these keys from the next frame on; spooled frames keep their signatures."""
        self._secret = keys.secret
        private = keys.box_private
        self._box_key = wire.box_key(self.identity.gateway_box, private) if private else None

    def connected(self, now: TwoClocks) -> list[Action]:
        """The broker accepted us and both subscriptions: wait up to 2 s for the retained acks."""
        self.online = True
        self._window.reset()
        if self._record.boot and not len(self._spool):
            return self._settle(now)
        self._waits_until = now.timer_s + RETAINED_WAIT_S
        return []

    def disconnected(self) -> None:
        """The connection is gone; frames made from now on wait in the spool."""
        self.online = False
        self._waits_until = None

    def measured(self, samples: Sequence[wire.Sample], now: TwoClocks) -> list[Action]:
        """Readings were taken (none: a heartbeat); they are signed, spooled and sent."""
        if not self._record.boot:
            self._unsigned = [*self._unsigned, *samples][-MAX_UNSIGNED:]
            return []
        actions: list[Action] = []
        for start in range(0, max(len(samples), 1), SAMPLES_PER_FRAME):
            actions += self._make_vitals(list(samples[start : start + SAMPLES_PER_FRAME]))
        return actions + self._pump(now)

    def tell_clock(self, now: TwoClocks) -> list[Action]:
        """The clock was set, or the user asks what has arrived: the next live acks is echoed."""
        actions = self._make_clock(now) if self._record.boot else []
        self._echo = None
        return actions + self._pump(now)

    def tick(self, now: TwoClocks) -> list[Action]:
        """Time has passed: call at least once a second."""
        if not self.online:
            return []
        if self._waits_until is not None:
            return self._settle(now) if now.timer_s >= self._waits_until else []
        due = self._next_clock_ms is not None and now.clock_ms >= self._next_clock_ms
        actions = self._make_clock(now) if due else []
        return actions + self._pump(now) if due or self._window.overdue(now.timer_s) else []

    def heard_acks(self, frame: bytes, now: TwoClocks, *, retained: bool) -> list[Action]:
        """The broker brought ``acks``: forget what they cover; echo the first live one at once."""
        acks = self.inbox.verify(frame)
        if not isinstance(acks, wire.Acks):
            return []
        echo = None if retained else wire.ClockEcho(gateway=acks.time, heard=now.clock_ms)
        tells_clock = self._echo is None and echo is not None
        self._echo = echo or self._echo
        self._highest_boot = max([self._highest_boot, *(item.boot for item in acks.boots)])
        gone, taken = covered(acks, ids := self._spool.ids()), conflicts(acks, ids)
        boot, seq = self._record.boot, self._record.seq
        behind = boot > 0 and heard_more(acks, boot, seq)
        taken.update(one for one in gone if behind and one > self._started)
        actions = self._begin_again(taken, now) if behind or taken else []
        tells_clock = tells_clock and not actions
        actions += self._let_go(gone, dropped=False)
        if tells_clock and self._record.boot and self._waits_until is None:
            actions += self._make_clock(now) + self._heard_early(now)
        return actions + (self._settle(now) if self._waits_until is not None else self._pump(now))

    def heard_command(self, frame: bytes, now: TwoClocks) -> list[Action]:
        """The broker brought a command: obey it once; what seems expired first awaits an echo."""
        command = self.inbox.verify(frame)
        if not isinstance(command, wire.Command):
            return []
        if not self._record.boot or (self._echo is None and command.expires <= now.clock_ms):
            self.inbox.postpone(frame)
            return []
        accepted = self.inbox.accepts(command, gateway_ms(self._echo, now.clock_ms))
        if accepted is None:
            return []
        self._record = self.inbox.recorded(self._record)
        if not accepted:
            return self.finished(command.id, wire.ReceiptState.DECLINED, now)
        delivered = self.finished(command.id, wire.ReceiptState.DELIVERED, now)
        return delivered + self._obey(command, now)

    def _heard_early(self, now: TwoClocks) -> list[Action]:
        early = self.inbox.postponed()
        return [action for frame in early for action in self.heard_command(frame, now)]

    def finished(self, command_id: str, state: wire.ReceiptState, now: TwoClocks) -> list[Action]:
        """A command was seen, done or declined: send its receipt."""
        device, (boot, seq) = self.identity.device, self._next_id()
        receipt = wire.Receipt(
            device=device, boot=boot, seq=seq, command_id=command_id, state=state, at=now.clock_ms
        )
        return self._make(receipt) + self._pump(now)

    def _obey(self, command: wire.Command, now: TwoClocks) -> list[Action]:
        """Do what the core can do by itself, and hand on the rest."""
        if command.command not in (wire.CommandName.CLOCK, wire.CommandName.TRUST):
            return [Obey(command)]
        done = self._make_clock(now) if command.command == wire.CommandName.CLOCK else []
        return done + self.finished(command.id, wire.ReceiptState.DONE, now)

    def _settle(self, now: TwoClocks) -> list[Action]:
        """The wait after connecting is over: choose the boot if need be, then speak."""
        self._waits_until = None
        actions: list[Action] = []
        if not self._record.boot:
            self._start_boot(self._highest_boot + 1)
        actions += self._make_clock(now)
        held, self._unsigned = self._unsigned, []
        actions += self.measured(held, now) if held else []
        actions += self._make_vitals([]) if self._record.dropped else []
        return actions + self._heard_early(now) + self._pump(now)

    def _start_boot(self, boot: int) -> None:
        self._record = self._record._replace(boot=boot, seq=0)
        self._echo = None
        self._spool.keep(self._record)

    def _begin_again(self, taken: set[FrameId], now: TwoClocks) -> list[Action]:
        """We were put back to an old copy: a new boot, and in it what had used numbers."""
        again = contents(self._spool, taken)
        self._start_boot(self._highest_boot + 1)
        actions = self._make_clock(now)
        for message in renumbered(again, self._next_id()):
            actions += self._make(message)
        return actions

    def _next_id(self) -> FrameId:
        return self._record.boot, self._record.seq + 1

    def _make_vitals(self, samples: list[wire.Sample]) -> list[Action]:
        boot, seq = self._next_id()
        dropped = self._record.dropped if not samples else 0
        self._record = self._record._replace(dropped=self._record.dropped - dropped)
        device = self.identity.device
        return self._make(
            wire.Vitals(device=device, boot=boot, seq=seq, samples=samples, dropped=dropped)
        )

    def _make_clock(self, now: TwoClocks) -> list[Action]:
        self._next_clock_ms = now.clock_ms + CLOCK_EVERY_MS
        boot, seq = self._next_id()
        device, spooled = self.identity.device, len(self._spool)
        clock = wire.Clock(device=device, boot=boot, seq=seq, now=now.clock_ms, spooled=spooled)
        echo = self._echo
        return self._make(msgspec.structs.replace(clock, echo=echo) if echo else clock)

    def _make(self, message: wire.DeviceMessage) -> list[Action]:
        """Sign, once, and keep."""
        frame = wire.make_signed(wire.encode(message), self._secret)
        made = Spooled(message.boot, message.seq, frame, isinstance(message, wire.Receipt))
        self._record = self._record._replace(seq=message.seq)
        self._spool.keep(self._record, made)
        return [made_of(message, frame), *self._make_room()]

    def _make_room(self) -> list[Action]:
        """Drop the oldest frames that no longer fit, and count them."""
        excess = len(self._spool) - self._spool_frames
        if excess <= 0:
            return []
        ids = [spooled.id for spooled in self._spool.oldest(excess)]
        self._record = self._record._replace(dropped=self._record.dropped + excess)
        self._spool.keep(self._record)
        return self._let_go(ids, dropped=True)

    def _let_go(self, ids: list[FrameId], *, dropped: bool) -> list[Action]:
        self._spool.forget(ids)
        self._window.forget_frames(ids)
        return [Forgot(boot, seq, dropped) for boot, seq in ids]

    def _pump(self, now: TwoClocks) -> list[Action]:
        """Send what the window allows, oldest first."""
        if not self.online or self._waits_until is not None:
            return []
        due = self._window.frames_due(self._spool.oldest(WINDOW_FRAMES), now.timer_s)
        return [self._publish(spooled, resend=again) for spooled, again in due]

    def _publish(self, spooled: Spooled, *, resend: bool) -> Publish:
        kind = wire.TopicKind.RECEIPTS if spooled.receipt else wire.TopicKind.VITALS
        payload = spooled.frame
        if self._box_key is not None:
            payload = wire.make_sealed(payload, self._nonces(wire.NONCE_BYTES), self._box_key)
        return Publish(kind, payload, spooled.boot, spooled.seq, resend)
