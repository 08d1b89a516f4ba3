"""Runs of calm moments, passed all at once; for replays that want alerts.

What ``analytics.lane.quiet`` does for a moment is done here for as many as are calm one after the
other: nothing is on, the lane remembers what was foreseen of it, and no value is far from what is
usual. Only what the last of them leaves behind, the sums of each half-hour and what is learnt is
reckoned. A test holds all of it against the fold.
"""

from bisect import bisect_left
from collections.abc import Sequence

from analytics.domain.vitals import Metric
from analytics.lane.by_metric import TREATMENT
from analytics.lane.foreseen import Foreseen
from analytics.lane.interchangeable import ROLLED
from analytics.lane.quiet_bounds import Judged
from analytics.lane.state import LaneState, Track
from analytics.lane.stretch import PASSED, MetricCourse
from analytics.lane.trends import DRIFTING, note_half_hour
from analytics.lane.usual_ahead import UsualAhead, go_through
from analytics.risk.baseline import FLOORS
from analytics.risk.features import BUCKET_MS, BUCKETS

_SPO2 = int(Metric.SPO2)
_PASSED = frozenset(PASSED)


class QuietRuns:
    """What is foreseen of a stretch, and by what runs of it are passed.

    Attributes:
        ahead: what is foreseen, under all that it is judged by.
    """

    __slots__ = ("_area", "_device", "_level_ms", "_parts", "_units", "_zone", "ahead")

    def __init__(self, ahead: Foreseen, judged: Sequence[Judged], device: str) -> None:
        """Take the policies and care plans; of policies that are ``alike``.

        Args:
            ahead: what is foreseen under all of them.
            judged: by what.
            device: who measured all of it.
        """
        first, plan = judged[0]
        self.ahead, self._device = ahead, device
        self._level_ms, self._parts = first.baseline_level_ms, first.drift_parts
        self._units = min(policy.baseline_units for policy, _ in judged)
        self._area = min(policy.spo2_area for policy, _ in judged)
        self._zone = plan.scoring.zone

    def pass_on(self, state: LaneState, at: int, end: int, *, learn: bool) -> int:
        """Pass calm moments from one on; return the number of the first that is left.

        Args:
            state: the lane's, changed in place.
            at: number of the first moment.
            end: of the one after the last that may be passed.
            learn: whether baselines learn, in all of them.
        """
        restless = self.ahead.restless
        end = min(end, restless[bisect_left(restless, at)])
        if end <= at or state.on or state.unused or state.doubtful or state.unconfirmed:
            return at
        if state.desaturation.areas or self._area <= 0 or not self._as_foreseen(state, at):
            return at
        end = go_through(
            self._usual(state, at, end), self.ahead.columns.times, at, end, learn=learn
        )
        if end > at:
            for code, course in self.ahead.courses.items():
                if code in _PASSED:
                    self._take(state, code, course, (at, end))
            state.asof_ms = state.assessed_ms = self.ahead.columns.times[end - 1]
        return end

    def _usual(self, state: LaneState, at: int, end: int) -> list[UsualAhead]:
        """Return the baselines of what is measured in a run."""
        found = []
        for code, course in self.ahead.courses.items():
            track, floor = state.tracks[code], FLOORS.get(code)
            if track is None or floor is None:
                continue
            learning = floor, self._units, self._level_ms
            one = UsualAhead(course, track.baseline, at, learning, down=code == _SPO2)
            if one.place < len(course.at) and course.at[one.place] < end:
                found.append(one)
        return found

    def _as_foreseen(self, state: LaneState, at: int) -> bool:
        """Return whether the lane remembers what was foreseen up to a moment."""
        for code, course in self.ahead.courses.items():
            place, track = bisect_left(course.at, at) - 1, state.tracks[code]
            if place < 0 or track is None:
                if place >= 0 or track is not None:
                    return False
                continue
            if (track.t_ms, track.value) != (course.t_ms[place], course.counts[place]):
                return False
            if code in _PASSED and not self._same(track, code, course, place):
                return False
        return True

    def _same(self, track: Track, code: int, course: MetricCourse, place: int) -> bool:
        source = track.sources.get(self._device)
        run = course.runs[place]
        if source is None or len(track.sources) > 1 or track.staff:
            return False
        if (source.t_ms, source.value, source.since_ms, source.count) != (
            *(course.t_ms[place], course.values[place]),
            *(course.t_ms[run], place - run + 1),
        ):
            return False
        if code in DRIFTING and track.rolling.last != course.t_ms[place] // BUCKET_MS:
            return False
        window = slice(course.begins[place], place + 1)
        return not TREATMENT[code][0] or (
            track.window == course.values[window] and track.window_ms == course.t_ms[window]
        )

    def _take(
        self, state: LaneState, code: int, course: MetricCourse, span: tuple[int, int]
    ) -> None:
        """Let the last value of a run be the newest of its metric, and all of it be summed."""
        begin, end = (bisect_left(course.at, at) for at in span)
        track, last = state.tracks[code], end - 1
        if track is None or begin == end:
            return
        for t_ms in course.t_ms[begin:end]:
            if t_ms - track.t_ms != track.every_ms:
                track.follow(t_ms)
            track.t_ms = t_ms
        track.value, track.staff = course.counts[last], False
        source, run = track.sources[self._device], course.runs[last]
        source.t_ms, source.value = course.t_ms[last], course.values[last]
        source.since_ms, source.count = course.t_ms[run], last - run + 1
        if TREATMENT[code][0]:
            window = slice(course.begins[last], end)
            track.window_ms, track.window = course.t_ms[window], course.values[window]
        if code in ROLLED:
            self._sum_up(state, code, course, (begin, end))

    def _sum_up(
        self, state: LaneState, code: int, course: MetricCourse, span: tuple[int, int]
    ) -> None:
        """Add a run's values to their half-hours, one after the other as they came."""
        track, (begin, end) = state.tracks[code], span
        if track is None:
            return
        rolling = track.rolling
        while begin < end:
            t_ms = course.t_ms[begin]
            bucket = t_ms // BUCKET_MS
            turn = bisect_left(course.t_ms, (bucket + 1) * BUCKET_MS, begin, end)
            if code in DRIFTING and bucket != rolling.last:
                note_half_hour(state, code, track, self._parts, self._zone)
            rolling.add(course.values[begin], t_ms)
            place = bucket % BUCKETS
            rolling.counts[place] += turn - begin - 1
            total = rolling.sums[place]
            for value in course.values[begin + 1 : turn]:
                total += value
            rolling.sums[place] = total
            begin = turn
