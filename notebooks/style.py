"""The look of the notebooks: the product's type, colours and marks for matplotlib, and tables and sentences to match.

No figure is computed here.
"""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Image, Markdown, display
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike
from pandas.io.formats.style import Styler

PAPER, INK, QUIET, HAIRLINE, INDIGO = "#FBFAF7", "#1F2328", "#5B6470", "#E4E1DA", "#1B4B7A"
GOOD, WAITING, RISK = "#2F7D32", "#6B7280", "#B3261E"
FONT = "BIZ UDPGothic"
DPI = 192
LONG_TEXT = 28  # characters; a longer cell may wrap


@dataclass(frozen=True, slots=True)
class Mark:
    """How one thing is drawn everywhere: a colour and a shape, so that either tells it."""

    label: str
    colour: str
    shape: str


MOMENTS: Mapping[str, Mark] = {
    "appeal": Mark("魅力の伝達", "#C98A00", "o"),
    "enablement": Mark("成功の手助け", "#00806B", "^"),
    "proposal": Mark("営業提案", "#7B52B9", "s"),
    "success_phrase": Mark("成功フレーズ", INDIGO, "D"),
    "any": Mark("いずれかの場面", INK, "h"),
}
PLAIN = Mark("", INDIGO, "o")
NAIVE = Mark("単純な比較", WAITING, "o")
TRUTH = Mark("植え込んだ真の値", RISK, "|")


def begin() -> None:
    """Set matplotlib and pandas up; the first line of every notebook."""
    _load_fonts()
    mpl.rcParams.update(
        {
            "font.family": FONT,
            "font.size": 10.5,
            "text.color": INK,
            "text.hinting": "none",
            "figure.facecolor": PAPER,
            "figure.constrained_layout.use": True,
            "figure.constrained_layout.h_pad": 0.12,
            "figure.constrained_layout.w_pad": 0.12,
            "savefig.facecolor": PAPER,
            "axes.facecolor": PAPER,
            "axes.edgecolor": HAIRLINE,
            "axes.labelcolor": QUIET,
            "axes.labelsize": 9.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.spines.left": False,
            "axes.axisbelow": True,
            "grid.color": HAIRLINE,
            "grid.linewidth": 0.8,
            "xtick.color": QUIET,
            "ytick.color": QUIET,
            "xtick.labelsize": 9.5,
            "ytick.labelsize": 9.5,
            "xtick.major.size": 0,
            "ytick.major.size": 0,
            "legend.frameon": False,
            "legend.fontsize": 9.5,
        }
    )


@cache
def _load_fonts() -> None:
    """The font of the printed reports."""
    for font in sorted((Path(str(files("pipeline"))) / "reports" / "fonts").glob("*.ttf")):
        font_manager.fontManager.addfont(str(font))


def headline(axes: Axes, title: str, note: str = "") -> None:
    """What the chart says, and under it what is drawn and of how many."""
    axes.annotate(
        title, (0, 1), (0, 26 if note else 10), xycoords="axes fraction", textcoords="offset points",
        fontsize=12.5, fontweight="bold", color=INK, va="bottom", ha="left",
    )  # fmt: skip
    if note:
        axes.annotate(
            note, (0, 1), (0, 9), xycoords="axes fraction", textcoords="offset points",
            fontsize=9.5, color=QUIET, va="bottom", ha="left",
        )  # fmt: skip


def dots(
    axes: Axes,
    at: ArrayLike,
    estimate: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    mark: Mark,
    *,
    upright: bool = False,
    filled: bool = True,
) -> None:
    """Dots with their 95 % intervals as lines; `at` is the place on the other axis."""
    line = axes.vlines if upright else axes.hlines
    line(at, low, high, color=mark.colour, linewidth=1.6, zorder=2)
    across, along = (at, estimate) if upright else (estimate, at)
    inside = mark.colour if filled else PAPER
    label = mark.label or None
    axes.plot(across, along, mark.shape, color=mark.colour, mfc=inside, mew=1.6, ms=7, label=label, zorder=3)


def hairline(axes: Axes, at: float = 0.0, *, upright: bool = True) -> None:
    """The reference that the dots are read against."""
    (axes.axvline if upright else axes.axhline)(at, color=QUIET, linewidth=0.8, zorder=1)


def names(axes: Axes, labels: Iterable[str]) -> None:
    """What stands in each row, from the top down."""
    rows = list(labels)
    axes.set_yticks(range(len(rows)), rows, fontsize=10.5, color=INK)
    axes.set_ylim(len(rows) - 0.5, -0.5)


def scale(axes: Axes, unit: FuncFormatter, *, upright: bool = False) -> None:
    """The unit of the measured axis (the horizontal one unless upright), with hairlines to read it by."""
    axes.grid(axis="y" if upright else "x")
    (axes.yaxis if upright else axes.xaxis).set_major_formatter(unit)


def months(axes: Axes, last: int) -> None:
    """Months since the start, every half year."""
    places = range(0, last + 1, 6)
    axes.set_xticks(places, [f"{month}か月" for month in places])


def beside(axes: Axes, text: str, x: Any, y: float, *, right: float = 0, up: float = 0, **look: Any) -> None:
    """A word beside a mark, so many points to the right of it and above it."""
    axes.annotate(text, (x, y), (right, up), textcoords="offset points", **look)


def points(share: float) -> str:
    """A difference of shares in percentage points: `+5.2pt`."""
    return "0.0pt" if abs(share) < 0.0005 else f"{share * 100:+.1f}pt".replace("-", "−")


def percent(share: float) -> str:
    """A share: `5.2%`."""
    return f"{share:.1%}"


def interval(low: float, high: float) -> str:
    """A 95 % interval in percentage points."""
    return f"{points(low)} 〜 {points(high)}"


def man_yen(yen: float) -> str:
    """Yen in units of ten thousand: `1,240万円`."""
    return f"{yen / 10_000:,.0f}万円".replace("-", "−")


POINTS = FuncFormatter(lambda share, _: f"{share * 100:+.0f}pt".replace("-", "−") if share else "0")
PERCENT = FuncFormatter(lambda share, _: f"{share:.0%}")
MAN_YEN = FuncFormatter(lambda yen, _: man_yen(yen) if yen else "0")


def show(figure: Figure, alt: str) -> None:
    """The chart as a picture with a text for those who do not see it."""
    picture = io.BytesIO()
    figure.savefig(picture, dpi=DPI)
    plt.close(figure)
    display(Image(picture.getvalue(), format="png", width=round(figure.get_figwidth() * 96), alt=alt))


def say(text: str) -> None:
    """A sentence with numbers that were just computed."""
    display(Markdown(text))


def table(frame: pd.DataFrame, caption: str = "", *, index: bool = True, **formats: Any) -> Styler:
    """The frame with hairlines and figures to the right; `formats` by column, missing values as a dash."""
    words = {  # by place of the column: whether its cells may wrap
        at: frame[name].astype("str").str.len().max() > LONG_TEXT
        for at, name in enumerate(frame.columns)
        if name not in formats and not pd.api.types.is_numeric_dtype(frame[name])
    }
    left: Any = [
        {"selector": f".col{at}", "props": f"text-align:left;white-space:{'normal' if long else 'nowrap'}"}
        for at, long in words.items()
    ]
    styler = frame.style.format(formats, na_rep="—", precision=1, thousands=",").set_table_styles([*_TABLE, *left])
    styler = styler if index else styler.hide(axis="index")
    return styler.set_caption(caption) if caption else styler


_CELL = f"padding:5px 14px;border:0;border-bottom:1px solid {HAIRLINE};text-align:right"
_TABLE: Any = [
    {"selector": "", "props": f"color:{INK};border-collapse:collapse;font-size:13px;margin:6px 0 14px"},
    {"selector": "caption", "props": f"color:{QUIET};text-align:left;padding:4px 14px;white-space:nowrap"},
    {"selector": "tr", "props": f"background:{PAPER}"},
    {"selector": "th", "props": f"{_CELL};font-weight:600"},
    {"selector": "th.row_heading", "props": "text-align:left;font-weight:400"},
    {"selector": "td", "props": f"{_CELL};font-variant-numeric:tabular-nums"},
]
