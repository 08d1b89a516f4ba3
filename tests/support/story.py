"""A patient's course for tests: readings of devices folded, and what is shown to people of it."""

from dataclasses import dataclass, field

from analytics.alerts.transitions import Episode, EpisodeEvent, EpisodePolicy, apply, tick
from analytics.domain.alerts import Kind, Priority, kind_of
from analytics.domain.care import CarePlan
from analytics.lane.lane import Assessment, Measurement
from tests.support.bedside import SECOND, Bedside

POLICY = EpisodePolicy()
_SHOWN = (EpisodeEvent.RAISED, EpisodeEvent.WORSENED)


@dataclass(slots=True)
class Story:
    """Readings in, alerts out.

    Attributes:
        raised: conditions that were shown, with priority and message, in order.
        doubted: samples that counted for nothing.
        assessment: the newest.
    """

    plan: CarePlan = field(default_factory=CarePlan)
    bed: Bedside = field(init=False)
    raised: list[tuple[str, Priority, str]] = field(default_factory=list)
    doubted: list[Measurement] = field(default_factory=list)
    assessment: Assessment | None = None
    _episodes: dict[str, Episode] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bed = Bedside(self.plan)

    def hear(self, after_s: float, device: str = "w-one", **values: float) -> "Story":
        """Let a device measure so many seconds after what came before."""
        self.wait(after_s)
        outcome = self.bed.hear(device, **values)
        self.doubted += outcome.doubted
        self.assessment = outcome.assessment or self.assessment
        for one in outcome.findings:
            before = self._episodes.get(one.condition)
            for step in apply(before, one, one.received_ms, POLICY):
                self._keep(one.condition, step.event, step.episode)
        return self

    def wait(self, seconds: float) -> "Story":
        """Let time pass."""
        self.bed.now += int(seconds * SECOND)
        for name, episode in list(self._episodes.items()):
            for step in tick(episode, self.bed.now, POLICY):
                self._keep(name, step.event, step.episode)
        return self

    def shown(self, kind: Kind) -> list[str]:
        """The conditions of a kind that were shown."""
        return [name for name, _, _ in self.raised if kind_of(name) is kind]

    def words(self, condition: str) -> str:
        """The newest words of a condition."""
        return self._episodes[condition].message

    def over(self, condition: str) -> bool:
        """Whether a condition was there and has ended."""
        return not self._episodes[condition].live

    def _keep(self, name: str, event: EpisodeEvent, episode: Episode) -> None:
        self._episodes[name] = episode
        if event in _SHOWN:
            self.raised.append((name, episode.priority, episode.message))
