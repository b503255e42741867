"""The charts of a report, for the page and the PDF alike; each has its table beside it, and its axis is honest."""

from collections.abc import Mapping, Sequence

import pandas as pd

from models.figures.survival import RetentionCurve
from pipeline.language import Language, Text, in_language
from pipeline.reports.plot import GOOD, HAIR, INDIGO, INK, PLAIN, RISK, WIDE, Plot, Point, fitting, readable_on, ticks
from pipeline.values import Formats

MRR_TITLE = Text("月初の MRR", "MRR at the start of the month")
RETENTION_TITLE = Text("継続曲線(95%区間つき)", "Retention curve with 95 % interval")
CHURN_TITLE = Text("月次の解約率(顧客数)", "Monthly customer churn rate")
BRIDGE_TITLE = Text("期首から期末までの MRR の増減", "What raised and lowered MRR in the period")
EXPANSION_TITLE = Text("契約開始から拡大までの月数(件数)", "Months from start to expansion (events)")
STANDING_TITLE = Text("平均的な担当者との差(似た通話、95%区間)", "Difference from the average on like calls (95 %)")
REACTIONS_TITLE = Text("場面へのお客様の反応", "How customers took the moments")
REACTION_COLOURS = {
    "accepted": GOOD,
    "welcomed": "#5E9A61",
    "deferred": PLAIN,
    "declined": "#8F959E",
    "none": "#B9BEC6",
}
Share = tuple[str, float, str]  # name, share, colour
_MOST_MONTHS = 25  # bars and labels stay readable


def mrr_svg(months: pd.DataFrame, language: Language) -> str:
    """MRR at the opening of each month, from zero; the last value is told."""
    told = months.tail(_MOST_MONTHS * 2)
    yen = [int(value) for value in told["opening_yen"]]
    marks = ticks(max(yen, default=0))
    formats = Formats(language)
    plot = Plot(in_language(MRR_TITLE, language), (0, max(1, len(yen) - 1)), (0, marks[-1]))
    points: list[Point] = list(enumerate(yen))
    plot.area([(0, 0), *points, (max(0, len(yen) - 1), 0)])
    plot.grid([(mark, formats.yen(mark)) for mark in marks])
    plot.line(points)
    if yen:
        plot.dot(points[-1])
        beneath = max(yen[-1 - len(yen) // 5 :])  # the months that the words reach over
        place = (plot.x(points[-1][0]), plot.y(beneath) - 10)
        plot.text(place, formats.yen(yen[-1]), anchor="end", colour=INK, bold=True)
    plot.below(_month_labels(told.index))
    return plot.written()


def churn_svg(months: pd.DataFrame, language: Language) -> str:
    """The monthly churn rate as bars from zero; a month without customers has none."""
    told = months.tail(_MOST_MONTHS)
    rates = [float(rate) if rate == rate else 0.0 for rate in told["logo_churn_rate"]]
    marks = ticks(max(rates, default=0.0))
    plot = Plot(in_language(CHURN_TITLE, language), (-0.6, max(1, len(rates)) - 0.4), (0, marks[-1]))
    plot.grid([(mark, f"{mark:.1%}") for mark in marks])
    for place, rate in enumerate(rates):
        plot.bar((place - 0.35, 0), (place + 0.35, rate), INDIGO)
    plot.below(_month_labels(told.index))
    return plot.written()


def _month_labels(index: pd.Index) -> list[tuple[float, str]]:
    names = pd.DatetimeIndex(index).strftime("%Y-%m").tolist()
    step = max(1, -(-len(names) // 5))
    return [(place, names[place]) for place in range(0, len(names), step)]


def bridge_svg(steps: Mapping[str, int], names: Mapping[str, str], language: Language) -> str:
    """Each kind of step in yen as a bar from zero, to the right what raised the MRR, to the left what lowered it."""
    told = {kind: yen for kind, yen in steps.items() if kind not in {"opening", "closing"}}
    least, most = min([0, *told.values()]), max([0, *told.values()])
    room = 0.3 * (most - least)  # for the amounts beyond the bars
    rows = max(1, len(told))
    plot = Plot(
        in_language(BRIDGE_TITLE, language),
        (least - room, most + room),
        (rows - 0.5, -0.5),
        width=WIDE,
        height=26 * rows + 16,
        margins=(8, 8, 8, 150),
    )
    plot.upright(0)
    formats = Formats(language)
    for row, (kind, yen) in enumerate(told.items()):
        plot.bar((0, row - 0.32), (yen, row + 0.32), GOOD if yen > 0 else RISK)
        plot.text((142, plot.y(row) + 4), names[kind], anchor="end", colour=INK)
        beyond = plot.x(yen) + (6 if yen > 0 else -6)
        plot.text((beyond, plot.y(row) + 4), formats.yen(yen, signed=True), anchor="start" if yen > 0 else "end")
    return plot.written()


def retention_svg(curve: RetentionCurve, language: Language) -> str:
    """The share of customers still there by months since their start, until the last reliable month."""
    most = max(curve.reliable_months, 1.0)
    plot = Plot(in_language(RETENTION_TITLE, language), (0, most), (0, 1))
    kept = curve.months < most
    months = [0.0, *curve.months[kept].tolist()]
    low = _stairs(months, [1.0, *curve.low[kept].tolist()], most)
    high = _stairs(months, [1.0, *curve.high[kept].tolist()], most)
    plot.grid([(share / 4, f"{share * 25}%") for share in range(5)])
    plot.area([*high, *reversed(low)])
    plot.line(_stairs(months, [1.0, *curve.survival[kept].tolist()], most))
    unit = in_language(Text("か月", " mo"), language)
    plot.below([(month, f"{month}{unit}") for month in range(0, int(most) + 1, max(1, round(most / 6)))])
    return plot.written()


def _stairs(months: Sequence[float], shares: Sequence[float], most: float) -> list[Point]:
    """A share holds until the next event."""
    points: list[Point] = []
    for month, share, until in zip(months, shares, [*months[1:], most], strict=True):
        points += [(month, share), (until, share)]
    return points


def expansion_svg(counts: Mapping[int, int], language: Language) -> str:
    """Number of upsells and cross-sells by calendar months since the customer's first start."""
    last = max(counts, default=0)
    marks = ticks(max(counts.values(), default=0))
    plot = Plot(in_language(EXPANSION_TITLE, language), (-0.6, last + 0.6), (0, marks[-1]))
    plot.grid([(mark, f"{mark:,.0f}") for mark in marks if mark == int(mark)])
    for month, count in counts.items():
        plot.bar((month - 0.35, 0), (month + 0.35, count), INDIGO)
    unit = in_language(Text("か月", " mo"), language)
    step = max(1, -(-(last + 1) // 8))
    plot.below([(month, f"{month}{unit}") for month in range(0, last + 1, step)])
    return plot.written()


def standing_svg(table: pd.DataFrame, names: Mapping[str, str], language: Language) -> str:
    """Each operator's difference as a dot with its interval, in order of id; those without an estimate are left out.

    A dot is coloured only where the interval corrected for the number of operators excludes zero.
    """
    rows = table.dropna(subset=["estimate"])
    widest = max((float(rows[side].abs().max()) for side in ("low", "high")), default=1.0) if len(rows) else 1.0
    size = max(1, len(rows))
    plot = Plot(
        in_language(STANDING_TITLE, language),
        (-widest, widest),
        (size - 0.5, -0.5),
        width=WIDE,
        height=18 * size + 46,
        margins=(8, 34, 30, 150),
    )
    plot.upright(0)
    for place, (operator, row) in enumerate(rows.iterrows()):
        colour = {"above": GOOD, "below": RISK}.get(str(row["standing"]), PLAIN)
        plot.line([(float(row["low"]), place), (float(row["high"]), place)], colour, 1.5)
        plot.dot((float(row["estimate"]), place), colour)
        name = names.get(str(operator), str(operator))
        plot.text((142, plot.y(place) + 4), name, anchor="end", colour=INK, size=fitting(name, 138, 11))
    plot.below(
        [
            (value, f"{value:+.1f}".replace("-", "−") if value else "0")
            for value in (-widest, -widest / 2, 0, widest / 2, widest)
        ]
    )
    return plot.written()


def interval_svg(
    value: float, low: float, high: float, scale: tuple[float, float], labels: tuple[str, str], title: str
) -> str:
    """One estimate as a dot with its interval on a scale that holds zero; `labels`: the ends of the scale."""
    plot = Plot(title, scale, (0, 1), width=WIDE, height=44, margins=(6, 40, 22, 40))
    plot.line([(scale[0], 0.5), (scale[1], 0.5)], HAIR, 1)
    plot.upright(0)
    plot.line([(low, 0.5), (high, 0.5)], INDIGO, 3)
    plot.dot((value, 0.5))
    plot.below([(scale[0], labels[0]), (0, "0"), (scale[1], labels[1])])
    return plot.written()


def reactions_svg(shares: Sequence[Share], title: str) -> str:
    """Shares that add up to one as one bar, from left to right."""
    plot = Plot(title, (0, 1), (0, 1), width=360, height=24, margins=(2, 0, 2, 0))
    _stacked(plot, (0, 1), [(f"{name} {share:.0%}", share, colour) for name, share, colour in shares], 0.17)
    return plot.written()


def reaction_rows_svg(rows: Sequence[tuple[str, Sequence[Share]]], title: str) -> str:
    """A bar for each moment (its name, its shares), and what the colours mean below them."""
    size = len(rows)
    plot = Plot(title, (0, 1), (size, 0), width=WIDE, height=32 * size + 40, margins=(6, 8, 34, 190))
    for row, (name, shares) in enumerate(rows):
        plot.text((180, plot.y(row + 0.5) + 4), name, anchor="end", colour=INK, size=fitting(name, 172, 12))
        told = [(f"{share:.0%}", share, colour) for _, share, colour in shares]
        _stacked(plot, (row + 0.12, row + 0.88), told, 0.06)
    plot.legend([(name, colour) for name, _, colour in rows[0][1]])
    return plot.written()


def _stacked(plot: Plot, between: tuple[float, float], shares: Sequence[Share], narrowest: float) -> None:
    """Boxes one after the other with their words in them; those narrower than `narrowest` have no room for any."""
    begin = 0.0
    for words, share, colour in shares:
        plot.bar((begin, between[0]), (begin + share, between[1]), colour)
        if share >= narrowest:
            middle = (plot.x(begin) + plot.x(begin + share)) / 2
            plot.text((middle, plot.y(sum(between) / 2) + 4), words, colour=readable_on(colour))
        begin += share
