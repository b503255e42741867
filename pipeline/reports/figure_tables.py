"""The book of figures as tables for people: Japanese or English headers, one table per subject."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from models.figures.book import FigureBook
from models.figures.customers import ALL, UNKNOWN
from models.figures.figure import Figure
from models.figures.labels import DEFINITIONS, UNCOVERED
from pipeline.language import Language, Text, in_language
from pipeline.reports.words import MOMENT_NAMES, REACTION_NAMES, STANDING_NAMES, TIER_NAMES
from pipeline.reports.workbook import Shown

_HEADERS: dict[str, Text] = {
    "figure": Text("数字", "figure"),
    "as_read": Text("値", "value"),
    "value": Text("値(数値)", "number"),
    "interval_low": Text("95%区間 下限", "95 % low"),
    "interval_high": Text("95%区間 上限", "95 % high"),
    "n": Text("件数(n)", "n"),
    "numerator": Text("分子", "numerator"),
    "denominator": Text("分母", "denominator"),
    "definition": Text("数え方", "how it is counted"),
    "note": Text("含められなかったもの・注意", "not covered, notes"),
    "month": Text("月", "month"),
    "opening_yen": Text("期首MRR", "opening MRR"),
    "closing_yen": Text("期末MRR", "closing MRR"),
    "new_customers": Text("新規顧客", "new customers"),
    "new_yen": Text("新規MRR", "new MRR"),
    "kept_yen": Text("維持したMRR", "kept MRR"),
    "fall_yen": Text("減ったMRR", "MRR lost"),
    "rise_yen": Text("増えたMRR", "MRR gained"),
    "churned": Text("解約した顧客", "customers lost"),
    "expanded": Text("拡大した顧客", "customers expanded"),
    "expansions": Text("拡大の件数", "expansions"),
    "expansion_yen": Text("拡大したMRR", "expansion MRR"),
    "step": Text("内訳", "step"),
    "yen": Text("円", "yen"),
    "cohort": Text("開始月", "first month"),
    "group": Text("区分", "group"),
    "onboarding": Text("導入期", "onboarding"),
    "adoption": Text("活用期", "adoption"),
    "renewal": Text("更新期", "renewal"),
    "total": Text("計", "total"),
    "months_since_start": Text("開始からの月数", "months since start"),
    "count": Text("件数", "count"),
    "in_use": Text("使用中のタッチ", "tier in use"),
    "customer_id": Text("顧客ID", "customer"),
    "on": Text("日付", "date"),
    "score": Text("スコア", "score"),
    "formula": Text("式の版", "formula version"),
    "raw": Text("スコア(そのまま)", "score as it is"),
    "raw_low": Text("そのまま 下限", "score low"),
    "raw_high": Text("そのまま 上限", "score high"),
    "estimate": Text("平均的な担当者との差(似た通話)", "difference on like calls"),
    "low": Text("差 下限", "difference low"),
    "high": Text("差 上限", "difference high"),
    "standing": Text("位置", "standing"),
    "goal": Text("ゴール", "goal"),
    "owner": Text("担当", "owner"),
    "measure": Text("指標", "measure"),
    "target": Text("目標値", "target"),
    "by": Text("期限", "by"),
    "actual": Text("実績", "actual"),
    "needed": Text("その月に必要な値", "needed"),
    "status": Text("状況", "status"),
    "next_review": Text("次の見直し", "next review"),
    "actions": Text("施策", "actions"),
    "operator_name": Text("担当者名", "operator name"),
    "team": Text("チーム", "team"),
    "calls_known": Text("通話", "calls"),
    "calls_analysed": Text("解析した通話", "calls analysed"),
    "operator_minutes": Text("話した時間(分)", "minutes spoken"),
    "score_low": Text("スコア 下限", "score low"),
    "score_high": Text("スコア 上限", "score high"),
    "success_phrases": Text("成功フレーズ", "success phrases"),
    "counted": Text("数えたもの", "counted"),
    "simulated": Text("模擬データ", "simulated"),
    **{f"n_{code}": name for code, name in MOMENT_NAMES.items()},
    **{
        f"per_ten_{code}": Text(f"{name.ja}(10分あたり)", f"{name.en} per 10 min")
        for code, name in MOMENT_NAMES.items()
    },
    **{f"reaction_{code}": Text(f"反応: {name.ja}", f"reaction: {name.en}") for code, name in REACTION_NAMES.items()},
}
_SHEETS: dict[str, Text] = {
    "figures": Text("指標", "Figures"),
    "bridge": Text("MRRの内訳", "MRR bridge"),
    "months": Text("月別", "By month"),
    "cohorts": Text("開始月別の継続(顧客)", "Cohorts, customers"),
    "cohorts_yen": Text("開始月別の継続(MRR)", "Cohorts, MRR"),
    "lost": Text("解約(月と段階)", "Churn by phase"),
    "expansion_months": Text("拡大までの月数", "Months to expansion"),
    "tiers": Text("タッチ(使用中と提案)", "Tiers, used and proposed"),
    "health": Text("健康スコア", "Health score"),
    "goals": Text("KPIシート", "KPI sheet"),
    "score_operator_id": Text("担当者のスコア(似た通話で比較)", "Operator scores, like calls"),
    "score_team": Text("チームのスコア(似た通話で比較)", "Team scores, like calls"),
    "coverage": Text("数えたもの", "What was counted"),
    "conversations": Text("会話の場面(担当者ID順)", "Moments, by operator id"),
    "plan": Text("プラン別", "By plan"),
    "industry": Text("業種別", "By industry"),
    "region": Text("地域別", "By region"),
    "segment": Text("セグメント別", "By segment"),
    "tier": Text("タッチ別", "By tier"),
    "operator_id": Text("担当者別(関連、因果ではない)", "By operator, not causal"),
    "team": Text("チーム別(関連、因果ではない)", "By team, not causal"),
}
STEP_NAMES: dict[str, Text] = {
    "opening": Text("期首", "opening"),
    "closing": Text("期末", "closing"),
    "started": Text("新しい契約", "new contract"),
    "repriced": Text("契約更新時の改定", "repriced term"),
    "renewed": Text("更新", "renewed"),
    "churned": Text("解約", "churned"),
    "upsell": Text("アップセル", "upsell"),
    "cross_sell": Text("クロスセル", "cross-sell"),
    "downgrade": Text("減額", "downgrade"),
    "reactivated": Text("再開", "reactivated"),
    "repeat_purchase": Text("再購入", "repeat purchase"),
}
_VALUES: dict[str, Text] = {
    "on_track": Text("順調", "on track"),
    "off_track": Text("遅れ", "off track"),
    "no_data": Text("実績なし", "no data yet"),
    **STANDING_NAMES,
    **TIER_NAMES,
}
_GROUP_NAMES = {ALL: Text("全体", "all"), UNKNOWN: Text("不明", "unknown")}


def figure_tables(
    book: FigureBook, language: Language, further: Mapping[str, pd.DataFrame] | None = None
) -> dict[str, pd.DataFrame]:
    """Sheet name → table. Rates are fractions, yen whole; each figure stands with n, its definition and its gaps.

    `further`: tables that the book does not hold, under their codes (goals, score_operator_id, score_team).
    """
    tables: dict[str, pd.DataFrame] = {
        "figures": _figures(book, language),
        "bridge": pd.DataFrame(
            [{"step": in_language(STEP_NAMES[step], language), "yen": yen} for step, yen in book.bridge.items()]
        ),
        "months": book.months.rename_axis("month")
        .reset_index()
        .assign(month=lambda rows: rows["month"].dt.strftime("%Y-%m")),
        "cohorts": book.cohorts.rename_axis("cohort").reset_index(),
        "cohorts_yen": book.cohorts_yen.rename_axis("cohort").reset_index(),
        "lost": book.lost.rename_axis("month").reset_index(),
        "expansion_months": pd.DataFrame(list(book.expansion_months.items()), columns=["months_since_start", "count"]),
    }
    tiers = book.tiers.rename(columns=lambda tier: in_language(TIER_NAMES[tier], language))
    more = {"tiers": tiers.rename_axis("in_use").reset_index(), "health": book.health, **(further or {})}
    tables |= {name: in_words(table, language) for name, table in more.items() if len(table)}
    for name in {"conversations", "score_operator_id", "score_team"} & tables.keys():
        tables[name] = tables[name].assign(group=group_names(tables[name]["group"], name, language))
    for name, rows in book.by_group.items():
        tables[name] = rows.set_axis(group_names(rows.index, name, language)).rename_axis("group").reset_index()
    return {
        in_language(sheet_title(name), language): table.rename(columns=lambda column: header(column, language))
        for name, table in tables.items()
    }


def sheet_title(name: str) -> Text:
    """What a table is called."""
    return _SHEETS[name]


def group_names(groups: Iterable[Any], by: str, language: Language) -> list[str]:
    """What the groups of a grouping are called; tiers have names of their own."""
    known = {**_GROUP_NAMES, **(TIER_NAMES if by == "tier" else {})}
    return [in_language(known[group], language) if group in known else str(group) for group in groups]


def in_words(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Codes of tiers, measures and statuses as people call them."""

    def word(value: object) -> object:
        if value is pd.NA or value is None:
            return None
        return in_language(_VALUES[str(value)], language) if value in _VALUES else header(value, language)

    coded = [name for name in ("in_use", "measure", "status", "standing") if name in table]
    return table.assign(**{name: table[name].map(word) for name in coded})


def shown_as(tables: dict[str, pd.DataFrame], language: Language) -> dict[str, Shown]:
    """How the numbers of each column look, by the header they got."""
    known: dict[str, Shown] = {}
    for name in (*_HEADERS, *DEFINITIONS):
        if name.endswith("_yen") or name == "yen":
            known[header(name, language)] = "yen"
        elif name.endswith("_rate") or name in {"nrr", "grr"}:
            known[header(name, language)] = "rate"
    columns: set[Any] = {column for table in tables.values() for column in table.columns}
    return known | {str(column): "rate" for column in columns if isinstance(column, int)}


def header(column: Any, language: Language) -> Any:
    """The header of a column for people; a column that has none (a month number, a user's own) stays as it is."""
    if column in _HEADERS:
        return in_language(_HEADERS[column], language)
    if column in DEFINITIONS:
        return in_language(DEFINITIONS[column].name, language)
    return column


def _figures(book: FigureBook, language: Language) -> pd.DataFrame:
    shown = {**book.block, **book.value, **book.voice}
    rows = [_figure_row(name, figure, language) for name, figure in shown.items()]
    return pd.DataFrame(rows, dtype=object)  # whole yen beside fractions stay whole


def gaps(figures: Iterable[Figure], language: Language) -> list[str]:
    """What the figures could not cover, each thing once: the ledger's gaps are the same for all of them."""
    counts = {code: count for figure in figures for code, count in figure.uncovered.items() if count}
    return [f"{in_language(UNCOVERED[code], language)}: {count:,}" for code, count in counts.items()]


def _figure_row(name: str, figure: Figure, language: Language) -> dict[str, Any]:
    definition = DEFINITIONS[name]
    refusal = [in_language(figure.refusal, language)] if figure.refusal else []
    return {
        "figure": in_language(definition.name, language),
        "as_read": _as_read(figure, language),
        "value": figure.value,
        "interval_low": figure.low,
        "interval_high": figure.high,
        "n": figure.n,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "definition": in_language(definition.text, language),
        "note": " / ".join(refusal + gaps([figure], language)),
    }


def _as_read(figure: Figure, language: Language) -> str:
    """The value with its unit, as people say it; a dash where there is none, with the reason where it is refused."""
    if figure.value is None:
        return "—" + (f" {in_language(figure.refusal, language)}" if figure.refusal else "")
    if figure.unit == "rate":
        return f"{figure.value:.1%}"
    number = f"{figure.value:,.0f}" if float(figure.value).is_integer() else f"{figure.value:,.1f}"
    units = {
        "yen": Text("円", " yen"),
        "months": Text("か月", " months"),
    }
    return number + (in_language(units[figure.unit], language) if figure.unit in units else "")
