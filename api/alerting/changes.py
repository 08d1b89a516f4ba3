"""What one transaction of the alert engine writes: rows that changed, and what the feed is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from analytics.alerts.transitions import EpisodePolicy
from analytics.domain.alerts import State
from api.alerting.on_call import Duty
from api.alerting.subjects import FeedEvent
from api.store.episodes import EpisodeRow
from api.store.patient_alerts import ReasonRow

CLOSED = frozenset({State.RESOLVED, State.EXPIRED})


@dataclass(slots=True, kw_only=True)
class Changes:
    """Rows to write and news to tell, with what decides about them.

    Attributes:
        now_ms: ward time of the transaction.
        policy: when to raise, escalate and let go, where the ward says nothing else.
        duty: who is at work.
        wards: the same by ward, if any has set something.
        revisions: of the wards' settings that this goes by.
        changed: alerts to write, by id, in the order of their first change.
        reasons: their reasons, by id.
        news: what to append to the feed, in order.
        by: what acts: ``time`` or ``finding``; a person is named.
    """

    now_ms: int
    policy: EpisodePolicy
    duty: Duty
    wards: Callable[[str], EpisodePolicy] | None = None
    revisions: Mapping[str, int] = field(default_factory=dict)
    changed: dict[UUID, EpisodeRow] = field(default_factory=dict)
    reasons: dict[UUID, ReasonRow] = field(default_factory=dict)
    news: list[FeedEvent] = field(default_factory=list)
    by: str = "time"

    def policy_of(self, ward: str) -> EpisodePolicy:
        """Return what a ward's alerts go by."""
        return self.policy if self.wards is None else self.wards(ward)

    def tell(
        self,
        record: EpisodeRow,
        event: str,
        change: str,
        *,
        notify: bool,
        actor: UUID | None,
        former: UUID | None = None,
        skipped: bool = False,
    ) -> None:
        """Note what the feed is told of an alert."""
        self.news.append(
            FeedEvent(
                episode_id=record.id,
                event=event,
                change=change,
                notify=notify,
                by="person" if actor is not None else self.by,
                at_ms=self.now_ms,
                actor=actor,
                former=former,
                skipped=skipped,
            )
        )
