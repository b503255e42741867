"""Two charts as SVG without scripts: the retention curve with its interval, and MRR by month."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

import pandas as pd

from models.figures.survival import RetentionCurve
from pipeline.language import Language, Text, in_language

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 96, 24, 16, 32
_INK, _LINE, _BAND = "#333", "#1f5fa8", "#cfe0f3"

MRR_TITLE = Text("月初の MRR", "MRR at the start of the month")
RETENTION_TITLE = Text("継続曲線(95%区間つき)", "Retention curve with 95 % interval")

Point = tuple[float, float]


class _Plot:
    """Axes from zero to `x_most` and `y_most`, and marks in their units."""

    def __init__(self, title: str, x_most: float, y_most: float) -> None:
        self.svg = Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img"}
        )
        SubElement(self.svg, "title").text = title
        self._x, self._y = x_most or 1.0, y_most or 1.0

    def at(self, point: Point) -> Point:
        x = _LEFT + (WIDTH - _LEFT - _RIGHT) * point[0] / self._x
        y = HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * point[1] / self._y
        return round(x, 1), round(y, 1)

    def line(self, points: Sequence[Point], colour: str = _LINE) -> None:
        told = " ".join(f"{x},{y}" for x, y in map(self.at, points))
        SubElement(self.svg, "polyline", {"points": told, "fill": "none", "stroke": colour, "stroke-width": "2"})

    def band(self, points: Sequence[Point]) -> None:
        told = " ".join(f"{x},{y}" for x, y in map(self.at, points))
        SubElement(self.svg, "polygon", {"points": told, "fill": _BAND})

    def text(self, point: Point, words: str, *, anchor: str, below: float = 0.0) -> None:
        x, y = self.at(point)
        place = {"x": str(x), "y": str(y + below), "text-anchor": anchor, "font-size": "12", "fill": _INK}
        SubElement(self.svg, "text", place).text = words

    def axes(self, x_labels: Sequence[tuple[float, str]], y_labels: Sequence[tuple[float, str]]) -> None:
        self.line([(0, self._y), (0, 0), (self._x, 0)], _INK)
        for x, words in x_labels:
            self.text((x, 0), words, anchor="middle", below=16)
        for y, words in y_labels:
            self.text((0, y), words + " ", anchor="end", below=4)

    def written(self) -> str:
        return tostring(self.svg, encoding="unicode")


def retention_svg(curve: RetentionCurve, language: Language) -> str:
    """The share of customers still there by months since their start, until the last reliable month."""
    most = max(curve.reliable_months, 1.0)
    plot = _Plot(in_language(RETENTION_TITLE, language), most, 1.0)
    kept = curve.months < most
    months = [0.0, *curve.months[kept].tolist()]
    low = _stairs(months, [1.0, *curve.low[kept].tolist()], most)
    high = _stairs(months, [1.0, *curve.high[kept].tolist()], most)
    plot.band([*high, *reversed(low)])
    plot.line(_stairs(months, [1.0, *curve.survival[kept].tolist()], most))
    step = max(1, round(most / 6))
    unit = in_language(Text("か月", " months"), language)
    plot.axes(
        [(month, f"{month}{unit}") for month in range(0, int(most) + 1, step)],
        [(share / 4, f"{share * 25}%") for share in range(5)],
    )
    return plot.written()


def _stairs(months: Sequence[float], shares: Sequence[float], most: float) -> list[Point]:
    """A share holds until the next event."""
    points: list[Point] = []
    for month, share, until in zip(months, shares, [*months[1:], most], strict=True):
        points += [(month, share), (until, share)]
    return points


def mrr_svg(months: pd.DataFrame, language: Language) -> str:
    """MRR at the opening of each month, in ten thousand yen (Japanese) or thousand yen (English)."""
    unit, name = (10_000, "万円") if language == "ja" else (1_000, " k yen")
    values = [int(yen) / unit for yen in months["opening_yen"]]
    most = max(values, default=0.0) or 1.0
    plot = _Plot(in_language(MRR_TITLE, language), max(1, len(values) - 1), most)
    plot.line(list(enumerate(values)))
    names = pd.DatetimeIndex(months.index).strftime("%Y-%m").tolist()
    step = max(1, len(names) // 6)
    plot.axes(
        [(place, names[place]) for place in range(0, len(names), step)],
        [(most * part / 2, f"{most * part / 2:,.0f}{name}") for part in range(3)],
    )
    return plot.written()
