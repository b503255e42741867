"""Blocks of the PDF that are counted from contracts and outcomes."""

from typing import Any

import pandas as pd

from models.figures.figure import Figure
from models.figures.labels import DEFINITIONS
from pipeline.language import Text, in_language
from pipeline.reports import drawings
from pipeline.reports.figure_tables import group_names, header, in_words, sheet_title
from pipeline.reports.figures import PeriodReport
from pipeline.reports.pdf_pages import Block, Pages, cell, frame_table, heading, quiet, table_block, tile
from pipeline.reports.words import ASSOCIATION, NOTES, TIER_NAMES
from pipeline.values import NOTHING

TILES = (
    "NRR",
    "GRR_customer_capped",
    "customer_churn_rate",
    "gross_revenue_churn_rate",
    "upsell_or_cross_sell_customer_rate",
    "avg_expansion_unit_price_yen_per_month",
    "median_expansion_month_since_start",
    "ltv_observed_yen",
)
GOAL_VALUES = ("target", "actual", "needed")
GROUPS = ("plan", "industry", "region", "segment", "tier")
GROUP_COLUMNS = ("n", "nrr", "grr", "logo_churn_rate", "expansion_rate", "mean_expansion_price_yen")
_MONTH_COLUMNS = ("n", "opening_yen", "new_yen", "rise_yen", "fall_yen", "nrr", "grr", "logo_churn_rate")
_MONTHS_SHOWN = 13


def tiles_block(report: PeriodReport, pages: Pages) -> Block:
    """The eight figures that a board asks for first."""
    shown = {**report.book.block, **report.book.value}
    return {
        "kind": "tiles",
        "columns": 4,
        "tiles": [tile(shown[name], name, pages) for name in TILES if name in shown],
    }


def voice_blocks(report: PeriodReport, pages: Pages) -> list[Block]:
    """CSAT and NPS in one line, where anybody answered."""
    told = [(DEFINITIONS[name].name, figure) for name, figure in report.book.voice.items() if figure.value is not None]
    if not told:
        return []
    parts = [
        f"{in_language(name, pages.language)} {pages.formats.figure(figure.to_json())} (n = {figure.n:,})"
        for name, figure in told
    ]
    return [{"kind": "quiet", "words": " · ".join(parts)}]


def growth_section(report: PeriodReport, pages: Pages) -> None:
    """From opening to closing MRR, and the months."""
    book = report.book
    opening, closing = (pages.formats.exact_yen(book.bridge[end]) for end in ("opening", "closing"))
    told = Text(
        f"期首に契約のあった顧客の MRR は、期首 {opening} から期末 {closing} になりました。",
        f"MRR of the customers at the start went from {opening} to {closing}.",
    )
    blocks: list[Block] = [{"kind": "words", "words": pages.say(told)}]
    if bridge := drawings.bridge_chart(book, pages.language):
        blocks.append(pages.charted(bridge))
    blocks.append(pages.charted(drawings.mrr_chart(book, pages.language), drawings.churn_chart(book, pages.language)))
    months = book.months.tail(_MONTHS_SHOWN)
    rows = months[list(_MONTH_COLUMNS)].set_axis(pd.DatetimeIndex(months.index).strftime("%Y-%m"))
    blocks.append(frame_table(rows, "month", pages))
    pages.section(Text("継続と拡大の歩み", "How revenue was kept and grew"), blocks, page=True)


def lives_section(report: PeriodReport, pages: Pages) -> None:
    """How long customers stay, what they are worth, when they leave and when they grow."""
    book = report.book
    curves = [drawings.retention_chart(book, pages.language), drawings.expansion_chart(book, pages.language)]
    drawn = [chart for chart in curves if chart]
    blocks: list[Block] = [pages.charted(*drawn)] if drawn else []
    value = [_value_row(name, figure, pages) for name, figure in book.value.items()]
    names = [
        pages.say(text) for text in (Text("数字", "figure"), Text("値", "value"), Text("95%区間", "95 % interval"))
    ]
    blocks += [heading(Text("顧客の生涯価値", "Lifetime value"), pages)]
    blocks += [table_block([*names, "n"], value, numbers=[False, True, True, True], widths=[1.3, 1.6, 1.2, 0])]
    if len(book.lost):
        blocks += [heading(Text("解約した顧客(月と段階)", "Customers lost, by month and phase"), pages)]
        blocks += [frame_table(book.lost.tail(_MONTHS_SHOWN), "month", pages)]
    blocks += _cohorts(report, pages)
    pages.section(Text("顧客の歩み", "How long customers stay"), blocks, page=True)


def _value_row(name: str, figure: Figure, pages: Pages) -> list[str]:
    formats = pages.formats
    told = formats.figure(figure.to_json())
    if figure.refusal:
        told = in_language(figure.refusal, pages.language)
    interval = ""
    if figure.low is not None and figure.high is not None:
        ends = [formats.figure({"value": end, "unit": figure.unit}) for end in (figure.low, figure.high)]
        interval = f"{ends[0]} 〜 {ends[1]}"
    return [in_language(DEFINITIONS[name].name, pages.language), told, interval, f"{figure.n:,}"]


def _cohorts(report: PeriodReport, pages: Pages) -> list[Block]:
    """The last starters, month by month; a cell is tinted by its share."""
    last = report.book.cohorts.tail(_MONTHS_SHOWN)
    if last.empty:
        return []
    table = last.iloc[:, : 1 + _MONTHS_SHOWN].dropna(axis="columns", how="all")
    rows, heat = [], []
    for month, row in table.iterrows():
        shares = [None if value != value else float(value) for value in row.tolist()[1:]]
        rows.append([str(month), f"{row['n']:,.0f}", *["" if share is None else f"{share:.0%}" for share in shares]])
        heat.append([None, None, *shares])
    headers = [header("cohort", pages.language), "n", *[str(month) for month in table.columns[1:]]]
    told = table_block(
        headers, rows, numbers=[False] + [True] * (len(headers) - 1), widths=[0] * len(headers), heat=heat
    )
    caption = Text("開始した月ごとの継続(列は開始からの月数)", "Retention by month of start (columns: months since)")
    return [heading(caption, pages), {**told, "size": 7}, quiet(NOTES["cohorts"], pages)]


def groups_section(report: PeriodReport, pages: Pages) -> None:
    """The figures by plan, industry, region, segment and tier, and the tiers in use beside those proposed."""
    blocks: list[Block] = []
    for name in GROUPS:
        if name in report.book.by_group:
            rows = report.book.by_group[name]
            named = rows[list(GROUP_COLUMNS)].set_axis(group_names(rows.index, name, pages.language))
            blocks += [heading(sheet_title(name), pages), frame_table(named, "group", pages)]
    if len(report.book.tiers):
        blocks += [heading(sheet_title("tiers"), pages), frame_table(_tiers(report.book.tiers, pages), "in_use", pages)]
    if blocks:
        blocks.append(quiet(NOTES["small_groups"], pages))
    pages.section(Text("区分ごとの継続と拡大", "Retention and growth by group"), blocks, page=True)


def _tiers(tiers: pd.DataFrame, pages: Pages) -> pd.DataFrame:
    def name(tier: object) -> str:
        return pages.say(TIER_NAMES[str(tier)]) if str(tier) in TIER_NAMES else str(tier)

    return tiers.rename(columns=name, index=name)


def goals_section(report: PeriodReport, pages: Pages) -> None:
    """The KPI sheet, where the settings name one."""
    if report.goals.empty:
        return
    columns = list(report.goals.columns)
    told = in_words(report.goals, pages.language)
    rows = [
        [
            _goal_value(value, measure, pages) if column in GOAL_VALUES else cell(value, "", pages)
            for column, value in zip(columns, row, strict=True)
        ]
        for row, measure in zip(told.itertuples(index=False, name=None), report.goals["measure"], strict=True)
    ]
    widths = [{"goal": 2.0, "actions": 3.0}.get(column, 0) for column in columns]
    headers = [header(column, pages.language) for column in columns]
    block = table_block(headers, rows, numbers=[column in GOAL_VALUES for column in columns], widths=widths)
    title = Text("KPI シート(ゴール・目標・施策)", "KPI sheet: goals, targets, actions")
    pages.section(title, [{**block, "size": 6.8}])


def _goal_value(value: Any, measure: str, pages: Pages) -> str:
    """A target or an actual as its measure is read: rates with two digits, for small steps."""
    if value is None or value != value:
        return NOTHING
    if measure.endswith("_rate") or measure in {"nrr", "grr"}:
        return pages.formats.percent(float(value), 2)
    return cell(value, measure, pages)


def association_section(report: PeriodReport, pages: Pages) -> None:
    """Retention of the customers whom an operator spoke with: shown, and said not to be the operator's doing."""
    rows = report.book.by_group.get("operator_id")
    if rows is None or rows.empty:
        return
    named = rows[list(GROUP_COLUMNS)].set_axis(group_names(rows.index, "operator_id", pages.language))
    title = Text(f"話したお客様の継続({ASSOCIATION.ja})", f"Retention of customers spoken with ({ASSOCIATION.en})")
    pages.section(title, [frame_table(named, "group", pages), quiet(NOTES["association"], pages)])
