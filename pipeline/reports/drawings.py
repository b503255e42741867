"""The charts that a report holds, in the order of the page, each under its title and the name of its file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.figures.book import FigureBook
from models.scoring import CATEGORIES
from pipeline.language import Language, Text, in_language
from pipeline.reports import charts
from pipeline.reports.conversations import Conversations
from pipeline.reports.figure_tables import STEP_NAMES
from pipeline.reports.figures import PeriodReport
from pipeline.reports.plot import WIDE, size_of
from pipeline.reports.words import MOMENT_NAMES, REACTION_NAMES, say, strength
from pipeline.values import Formats

_YEARLY = Text(
    "場面のあった契約の売上の差、年あたり({})", "Revenue a year, contracts with a moment against like ones without ({})"
)
_STANDING: Mapping[str, tuple[str, Text]] = {
    "operator_id": ("operators", Text("担当者: ", "Operators: ")),
    "team": ("teams", Text("チーム: ", "Teams: ")),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """`name`: of its file, without an ending; `value` and `told`: what it shows in words, where one number says it;
    `notes`: what must be known to read it.
    """

    name: str
    title: str
    svg: str
    value: str = ""
    told: str = ""
    notes: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether it needs the whole width of a page."""
        return size_of(self.svg)[0] == WIDE


def report_charts(report: PeriodReport, language: Language, operator_id: str | None = None) -> list[Chart]:
    """Every chart that there is something to draw for; `operator_id`: whose report this is."""
    said = report.conversations
    found = [contribution_chart(said, language)] if said and operator_id is None else []
    found += figure_charts(report.book, language)
    if said:
        own = said.centre if operator_id is None else said.operators.get(operator_id)
        found.append(reactions_chart(own["moments"], language) if own else None)
    return [chart for chart in found if chart] + standing_charts(report, language)


def figure_charts(book: FigureBook, language: Language) -> list[Chart | None]:
    """Those counted from contracts and outcomes."""
    return [
        mrr_chart(book, language),
        churn_chart(book, language),
        bridge_chart(book, language),
        retention_chart(book, language),
        expansion_chart(book, language),
    ]


def mrr_chart(book: FigureBook, language: Language) -> Chart:
    """MRR month by month."""
    return Chart("mrr", in_language(charts.MRR_TITLE, language), charts.mrr_svg(book.months, language))


def churn_chart(book: FigureBook, language: Language) -> Chart:
    """The rate of lost customers month by month."""
    return Chart("churn", in_language(charts.CHURN_TITLE, language), charts.churn_svg(book.months, language))


def bridge_chart(book: FigureBook, language: Language) -> Chart | None:
    """From opening to closing MRR; None where nothing moved."""
    if len(book.bridge) <= len(("opening", "closing")):
        return None
    names = {step: in_language(STEP_NAMES[step], language) for step in book.bridge}
    svg = charts.bridge_svg(book.bridge, names, language)
    return Chart("mrr-bridge", in_language(charts.BRIDGE_TITLE, language), svg)


def retention_chart(book: FigureBook, language: Language) -> Chart | None:
    """The curve of retention; None before the first reliable month."""
    if book.curve is None or not book.curve.reliable_months:
        return None
    svg = charts.retention_svg(book.curve, language)
    return Chart("retention-curve", in_language(charts.RETENTION_TITLE, language), svg)


def expansion_chart(book: FigureBook, language: Language) -> Chart | None:
    """When customers grow; None where none did."""
    if not book.expansion_months:
        return None
    svg = charts.expansion_svg(book.expansion_months, language)
    return Chart("expansion-months", in_language(charts.EXPANSION_TITLE, language), svg)


def contribution_chart(said: Conversations, language: Language) -> Chart | None:
    """What the last night estimated of any of the moments; None where it refused."""
    document = said.contribution
    if document is None or "refuse" in (document["status"], document["moments"]["any"]["status"]):
        return None
    return yearly_chart(document["moments"]["any"], language)


def yearly_chart(moment: Mapping[str, Any], language: Language) -> Chart:
    """One estimate in yen a year with its interval, as strongly as the method allows."""
    formats, year = Formats(language), moment["yen_total_per_year"]
    value, low, high = (year[end] for end in ("estimate", "ci_low", "ci_high"))
    reach = 1.08 * max(abs(low), abs(high), 1)
    shown, *interval, left, right = (formats.yen(yen, signed=True) for yen in (value, low, high, -reach, reach))
    told = Text(
        f"95%区間 {interval[0]} 〜 {interval[1]}",
        f"95 % interval {interval[0]} to {interval[1]}",
    )
    return Chart(
        "contribution",
        in_language(_YEARLY, language).format(in_language(strength(moment), language)),
        charts.interval_svg(value, low, high, (-reach, reach), (left, right), shown),
        shown,
        in_language(told, language),
        tuple(say(message, language) for message in moment["messages"]),
    )


def reactions_chart(moments: Mapping[str, Any], language: Language) -> Chart | None:
    """How customers took the three moments; None where there were none."""
    rows = [
        (f"{in_language(MOMENT_NAMES[code], language)} (n = {moments[code]['n']:,})", shares)
        for code in CATEGORIES
        if (shares := shares_of(moments[code]["reactions"], language))
    ]
    if not rows:
        return None
    title = in_language(charts.REACTIONS_TITLE, language)
    return Chart("reactions", title, charts.reaction_rows_svg(rows, title))


def shares_of(reactions: Mapping[str, int], language: Language) -> list[charts.Share]:
    """Each reaction's share of the moments, from accepted to none; empty without moments."""
    total = sum(reactions.values())
    if not total:
        return []
    return [
        (in_language(REACTION_NAMES[name], language), reactions.get(name, 0) / total, colour)
        for name, colour in charts.REACTION_COLOURS.items()
    ]


def standing_charts(report: PeriodReport, language: Language) -> list[Chart]:
    """Differences on like calls, of operators and of teams, where anybody has calls enough."""
    known = report.conversations.operators if report.conversations else {}
    names = {operator: str(told["operator_name"] or operator) for operator, told in known.items()}
    found = []
    for by, (name, kind) in _STANDING.items():
        table = report.standing.get(by)
        if table is not None and not table["estimate"].isna().all():
            title = in_language(kind, language) + in_language(charts.STANDING_TITLE, language)
            found.append(Chart(name, title, charts.standing_svg(table, names, language)))
    return found
