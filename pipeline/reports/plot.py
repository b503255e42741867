"""The parts that every chart is made of: SVG without scripts, in the product's type and colours."""

import re
from collections.abc import Sequence
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, SubElement, tostring

WIDE = 640  # over the whole width of a page
WIDTH, HEIGHT = 430, 196  # two beside each other
INK, QUIET, HAIR, INDIGO, INDIGO_PALE = "#1F2328", "#5B6470", "#E4E1DA", "#1B4B7A", "#DCE6EF"
GOOD, PLAIN, RISK = "#2F7D32", "#6B7280", "#B3261E"
FONT = "BIZ UDPGothic, Yu Gothic, Hiragino Sans, Noto Sans CJK JP, sans-serif"

Point = tuple[float, float]
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")  # XML has no place for them, and paper neither


class Plot:
    """A drawing area `width` × `height` with margins, and a linear scale from `x` and `y` (low, high) onto it."""

    def __init__(
        self,
        title: str,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        width: int = WIDTH,
        height: int = HEIGHT,
        margins: tuple[int, int, int, int] = (16, 18, 26, 74),
    ) -> None:
        self.svg = Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "role": "img"}
        )
        SubElement(self.svg, "title").text = title
        self.top, self.right, self.bottom, self.left = margins
        self.width, self.height = width, height
        self._x, self._y = _wide(x), _wide(y)

    def x(self, value: float) -> float:
        """Where a value stands across."""
        low, high = self._x
        return round(self.left + (self.width - self.left - self.right) * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        """Where a value stands, counted from the top."""
        low, high = self._y
        return round(
            self.height - self.bottom - (self.height - self.top - self.bottom) * (value - low) / (high - low), 1
        )

    def line(self, points: Sequence[Point], colour: str = INDIGO, width: float = 2) -> None:
        """A line through points of the scales."""
        self._add("polyline", points=self._told(points), fill="none", stroke=colour, **{"stroke-width": width})

    def area(self, points: Sequence[Point], colour: str = INDIGO_PALE) -> None:
        """A filled outline."""
        self._add("polygon", points=self._told(points), fill=colour)

    def bar(self, corner: Point, opposite: Point, colour: str) -> None:
        """A box between two corners in units of the scales."""
        left, right = sorted((self.x(corner[0]), self.x(opposite[0])))
        top, bottom = sorted((self.y(corner[1]), self.y(opposite[1])))
        self._add("rect", x=left, y=top, width=round(right - left, 1), height=round(bottom - top, 1), fill=colour)

    def dot(self, point: Point, colour: str = INDIGO) -> None:
        """A mark."""
        self._add("circle", cx=self.x(point[0]), cy=self.y(point[1]), r=4, fill=colour)

    def text(
        self,
        place: Point,
        words: str,
        *,
        anchor: str = "middle",
        colour: str = QUIET,
        size: int = 12,
        bold: bool = False,
    ) -> None:
        """Words at a place in drawing units (not on the scales)."""
        weight = {"font-weight": "700"} if bold else {}
        given = {"x": place[0], "y": place[1], "text-anchor": anchor, "font-size": size, "fill": colour, **weight}
        self._add("text", **{"font-family": FONT}, **given).text = _CONTROL.sub("", words)

    def grid(self, labels: Sequence[tuple[float, str]]) -> None:
        """Hairlines across with their values on the left; the line of zero is darker."""
        for value, words in labels:
            at = self.y(value)
            colour = PLAIN if value == 0 else HAIR
            self._add("line", x1=self.left, x2=self.width - self.right, y1=at, y2=at, stroke=colour)
            self.text((self.left - 8, at + 4), words, anchor="end")

    def below(self, labels: Sequence[tuple[float, str]]) -> None:
        """Values under the horizontal axis."""
        for value, words in labels:
            self.text((self.x(value), self.height - self.bottom + 17), words)

    def upright(self, value: float, colour: str = PLAIN) -> None:
        """A line from top to bottom: the reference that intervals are read against."""
        at = self.x(value)
        self._add("line", x1=at, x2=at, y1=self.top, y2=self.height - self.bottom, stroke=colour)

    def legend(self, names: Sequence[tuple[str, str]]) -> None:
        """What each colour means, in the margin below: (name, colour) from left to right."""
        room = (self.width - self.left - self.right) / len(names)
        for place, (name, colour) in enumerate(names):
            at = round(self.left + place * room, 1)
            self._add("rect", x=at, y=self.height - 20, width=11, height=11, fill=colour)
            self.text((at + 16, self.height - 10), name, anchor="start")

    def written(self) -> str:
        """The SVG."""
        return tostring(self.svg, encoding="unicode")

    def _told(self, points: Sequence[Point]) -> str:
        return " ".join(f"{self.x(x)},{self.y(y)}" for x, y in points)

    def _add(self, tag: str, **attributes: object) -> Element:
        return SubElement(self.svg, tag, {name: str(value) for name, value in attributes.items()})


def _wide(scale: tuple[float, float]) -> tuple[float, float]:
    low, high = scale
    return scale if low != high else (low, low + 1)


def ticks(most: float, steps: int = 4) -> list[float]:
    """Round values from 0 to at least `most`.

    >>> ticks(37)
    [0.0, 10.0, 20.0, 30.0, 40.0]
    """
    if most <= 0:
        return [0.0, 1.0]
    rough = most / steps
    power = 10.0 ** (len(str(int(rough))) - 1) if rough >= 1 else 10.0 ** -_leading_zeros(rough)
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough)
    values = [0.0]
    while values[-1] < most:
        values.append(round(values[-1] + step, 10))
    return values


def _leading_zeros(value: float) -> int:
    zeros = 1
    while value * 10**zeros < 1:
        zeros += 1
    return zeros


def size_of(svg: str) -> tuple[int, int]:
    """Width and height of a drawing, in its own units."""
    width, height = re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0]
    return int(width), int(height)


def framed(svg: str, title: str, told: str, source: str) -> str:
    """A drawing as a picture that stands by itself: under its title and what it shows, above where it comes from."""
    width, height = size_of(svg)
    above = 52 if told else 34
    frame = Plot(title, (0, 1), (0, 1), width=width, height=above + height + 26, margins=(0, 0, 0, 0))
    for words, y, size, colour, bold in ((title, 22, 14, INK, True), (told, 42, 13, INK, False)):
        if words:
            frame.text((8, y), words, anchor="start", size=fitting(words, width - 16, size), colour=colour, bold=bold)
    frame.text((8, above + height + 16), source, anchor="start", size=fitting(source, width - 16, 10))
    frame.svg.attrib |= {"width": str(width), "height": str(frame.height)}
    inner = f'<svg y="{above}" width="{width}" height="{height}"' + svg.removeprefix("<svg")
    return frame.written().removesuffix("</svg>") + inner + "</svg>"


def fitting(words: str, width: float, size: int) -> int:
    """The largest type, up to `size`, in which a line of words is no wider than `width`.

    >>> fitting("月次の解約率", 400, 14), fitting("い" * 50, 400, 14)
    (14, 8)
    """
    ems = sum(1 if east_asian_width(letter) in "WFA" else 0.6 for letter in words)
    return min(size, int(width / max(1, ems)))


def readable_on(colour: str) -> str:
    """White or ink, whichever has more contrast with the colour behind it (relative luminance of WCAG 2).

    >>> readable_on("#1B4B7A"), readable_on("#B9BEC6")
    ('#FFFFFF', '#1F2328')
    """
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return "#FFFFFF" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.215 else INK
