"""What an attempt came to, and what follows from it; pure."""

from dataclasses import dataclass

from api.notify.settings import NotifySettings

WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptOutcome:
    """How one attempt ended.

    Attributes:
        failure: why it was not taken, in words without addresses; None: it was.
        final: another attempt over this channel would fail in the same way.
    """

    failure: str | None = None
    final: bool = False


TAKEN = AttemptOutcome()


def pause_s(
    outcome: AttemptOutcome, kind: str, attempts: int, settings: NotifySettings
) -> float | None:
    """Return the real seconds before the next attempt, None if there is none.

    Args:
        outcome: of the attempt that has failed.
        kind: of the channel.
        attempts: made so far, this one among them.
        settings: the site's.
    """
    most = settings.webhook_attempts if kind == WEBHOOK else settings.attempts
    if outcome.final or attempts >= most:
        return None
    pause: float = settings.pause_s * 2 ** (attempts - 1)
    return min(pause, settings.longest_pause_s)
