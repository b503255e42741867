"""Where things stand in the charts that the server draws: scales of the small ones, lines of the trends."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Per cent from the left; values beyond the ends stand at the end."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)


SCORES = Scale(0.0, 100.0)


def scale_around(values: Iterable[float | None], reference: float = 0.0) -> Scale:
    """A scale with round ends that holds all values and the reference, so that several charts can share it.

    >>> scale_around([480, 1240, 1990])
    Scale(low=0.0, high=2000.0)
    """
    known = [value for value in values if value is not None] + [reference]
    low, high = min(known), max(known)
    if low == high:
        return Scale(reference - 1.0, reference + 1.0)
    step = _nice((high - low) / 4)
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step)


def _nice(step: float) -> float:
    magnitude = 10.0 ** math.floor(math.log10(step))
    return next(nice for nice in NICE if nice * magnitude >= step * 0.999999) * magnitude


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a trend; `runs` are the stretches without a gap, as points of an SVG polyline in 0 to 100."""

    key: str
    name: str
    values: Sequence[float | None]
    runs: Sequence[str]
    dots: Sequence[tuple[float, float]]  # months that stand alone between gaps


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines over months on one honest scale, its ticks from the top down, and where something changed."""

    months: Sequence[date]
    lines: Sequence[Line]
    ticks: Sequence[float]
    changes: Mapping[int, str]  # month's place → what changed

    def x(self, place: int) -> float:
        """Per cent from the left; each month stands in the middle of its share."""
        return round(100 * (place + 0.5) / len(self.months), 2)


def draw_trend(
    months: Sequence[date],
    series: Mapping[str, tuple[str, Sequence[float | None]]],
    changes: Mapping[int, str],
    *,
    from_zero: bool = True,
) -> Trend:
    """`series`: key → name and one value per month. A gap in the values is a gap in the line.

    `from_zero`: counts and shares begin at zero; retention, which moves a little about 100 %, does not, and says so by
    its lowest tick.
    """
    known = [value for _, values in series.values() for value in values if value is not None]
    scale = _trend_scale(known, from_zero=from_zero)
    empty = Trend(months, [], [], {})

    def points(values: Sequence[float | None]) -> list[list[tuple[float, float]]]:
        runs: list[list[tuple[float, float]]] = [[]]
        for place, value in enumerate(values):
            if value is None:
                runs.append([])
            else:
                runs[-1].append((empty.x(place), round(100 - scale.at(value), 2)))
        return [run for run in runs if run]

    lines = [
        Line(
            key,
            name,
            values,
            [" ".join(f"{x},{y}" for x, y in run) for run in points(values) if len(run) > 1],
            [run[0] for run in points(values) if len(run) == 1],
        )
        for key, (name, values) in series.items()
    ]
    middle = (scale.low + scale.high) / 2
    return Trend(months, lines, (scale.high, middle, scale.low), changes)


def _trend_scale(known: Sequence[float], *, from_zero: bool) -> Scale:
    if not known:
        return Scale(0.0, 1.0)
    if from_zero:
        return scale_around([*known, 0.0]) if any(known) else Scale(0.0, 1.0)
    low, high = min(known), max(known)
    step = _nice((high - low) / 2 or abs(high) / 10 or 1.0)
    return Scale(math.floor(low / step) * step, math.ceil(high / step + 1e-9) * step)
