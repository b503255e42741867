"""Blocks of the PDF about the conversations: moments, the contribution, operators and teams."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from models.scoring import CATEGORIES
from pipeline.language import Text
from pipeline.reports import charts
from pipeline.reports.conversations import Conversations
from pipeline.reports.drawings import shares_of, standing_charts, yearly_chart
from pipeline.reports.figures import PeriodReport
from pipeline.reports.pdf_pages import Block, Pages, quiet, table_block
from pipeline.reports.words import MOMENT_NAMES, NOTES, SHOWN_MOMENTS, STANDING_NAMES, say, strength
from pipeline.values import NOTHING, Formats


def contribution_section(conversations: Conversations, pages: Pages) -> None:
    """What the last night estimated, as an effect, a difference or an association; or the sentence why it could not."""
    document = conversations.contribution
    if document is None:
        return
    if document["status"] == "refuse":
        blocks = [_refused(Text("推定できません", "Cannot be estimated"), document["messages"], pages)]
    else:
        blocks = [_estimate(document["moments"]["any"], Text("いずれかの場面", "Any of the moments"), pages)]
        blocks += [_effects(document["moments"], pages)]
        told = document["moments"]["any"]["messages"]
        further = [message for message in document["messages"] if message not in told]
        blocks += [{"kind": "quiet", "words": say(message, pages.language)} for message in further]
    as_of = pages.formats.day(document["as_of"])
    when = Text(f"{as_of} までの全記録による推定です。", f"Estimated from all records until {as_of}.")
    title = Text("サポートの会話と、契約の継続・拡大", "Support's conversations, and what became of the contracts")
    pages.section(title, [*blocks, quiet(when, pages)])


def _refused(name: Text, messages: Sequence[Mapping[str, str]], pages: Pages) -> Block:
    return {
        "kind": "estimate",
        "name": pages.say(name),
        "value": None,
        "refused": pages.say(Text("推定できません", "Cannot be estimated")),
        "why": [say(message, pages.language) for message in messages],
    }


def _estimate(moment: Mapping[str, Any], name: Text, pages: Pages) -> Block:
    if moment["status"] == "refuse":
        return _refused(name, moment["messages"], pages)
    chart = yearly_chart(moment, pages.language)
    return {
        "kind": "estimate",
        "name": chart.title,
        "value": chart.value,
        "interval": chart.told,
        "chart": pages.drawn(chart.svg),
        "alt": f"{chart.title} {chart.value} {chart.told}",
        "why": list(chart.notes),
    }


def _effects(moments: Mapping[str, Mapping[str, Any]], pages: Pages) -> Block:
    rows = []
    for code in SHOWN_MOMENTS:
        if code not in moments:
            continue
        moment = moments[code]
        if moment["status"] == "refuse":
            why = " ".join(say(message, pages.language) for message in moment["messages"])
            rows.append([pages.say(MOMENT_NAMES[code]), pages.say(Text("推定できません", "no estimate")), why, ""])
            continue
        rows.append(
            [
                pages.say(MOMENT_NAMES[code]),
                pages.say(strength(moment)),
                _with_interval(moment["renewal"], pages.formats.points),
                _with_interval(moment["yen_total_per_year"], lambda yen: pages.formats.yen(yen, signed=True)),
            ]
        )
    headers = [
        Text("場面", "moment"),
        Text("読み方", "read as"),
        Text("契約の更新率の差(95%区間)", "difference in renewal (95 % interval)"),
        Text("年あたりの売上(95%区間)", "revenue a year (95 % interval)"),
    ]
    return table_block(
        [pages.say(text) for text in headers], rows, numbers=[False, False, True, True], widths=[0, 1, 0, 0]
    )


def _with_interval(effect: Mapping[str, float], write: Any) -> str:
    return f"{write(effect['estimate'])} ({write(effect['ci_low'])} 〜 {write(effect['ci_high'])})"


def moments_block(summary: Mapping[str, Any], beside: Mapping[str, Any] | None, pages: Pages) -> Block:
    """The three moments of some calls: number, rate per ten minutes, the centre's rate beside it, reactions."""
    headers = [
        Text("場面", "moment"),
        Text("回数", "number"),
        Text("10分あたり", "per 10 min"),
        Text("センター全体", "whole centre") if beside else Text("", ""),
        Text("お客様の反応(左から受諾・歓迎・保留・辞退・なし)", "accepted, welcomed, deferred, declined, none"),
    ]
    rows = []
    for code in CATEGORIES:
        told = summary["moments"][code]
        shares = shares_of(told["reactions"], pages.language)
        alt = "、".join(f"{name} {share:.0%}" for name, share, _ in shares)
        rows.append(
            {
                "code": code,
                "name": pages.say(MOMENT_NAMES[code]),
                "number": f"{told['n']:,}",
                "rate": pages.formats.number(told["rate"], 1),
                "beside": pages.formats.number(beside["moments"][code]["rate"], 1) if beside else "",
                "chart": pages.drawn(charts.reactions_svg(shares, alt)) if shares else None,
                "alt": alt,
                "none": pages.say(Text("場面がありません", "no moments")),
            }
        )
    return {"kind": "moments", "headers": [pages.say(text) for text in headers], "rows": rows}


def operators_section(report: PeriodReport, pages: Pages) -> None:
    """All operators: compared on like calls, then their moments by id."""
    standing_section(report, pages, Text("担当者とチーム", "Operators and teams"), page=True)
    if report.conversations is None or not report.conversations.operators:
        return
    rows = [
        [
            operator,
            told["operator_name"] or "",
            f"{told['calls']:,} / {told['known']:,}",
            *[pages.formats.number(told["moments"][code]["rate"], 1) for code in CATEGORIES],
            pages.formats.number(told["score"], 1),
            _ends_of(told["score_interval"], pages),
        ]
        for operator, told in report.conversations.operators.items()
    ]
    headers = [
        Text("担当者ID", "operator"),
        Text("名前", "name"),
        Text("解析 / 通話", "analysed / calls"),
        *[MOMENT_NAMES[code] for code in CATEGORIES],
        Text("スコア", "score"),
        Text("95%区間", "95 % interval"),
    ]
    table = table_block(
        [pages.say(text) for text in headers], rows, numbers=[False] * 2 + [True] * 6, widths=[0, 1] + [0] * 6
    )
    title = Text("会話の場面(10分あたり)、担当者ID順", "Moments per 10 minutes, by operator id")
    pages.section(title, [table, quiet(NOTES["per_minute"], pages)])


def _ends_of(interval: Sequence[float] | None, pages: Pages) -> str:
    return NOTHING if interval is None else f"{interval[0]:.1f} 〜 {interval[1]:.1f}"


def standing_section(report: PeriodReport, pages: Pages, title: Text, *, page: bool = False) -> None:
    """Differences on like calls as dots with intervals; a sentence where there are too few calls."""
    blocks: list[Block] = [pages.charted(chart) for chart in standing_charts(report, pages.language)]
    if blocks:
        blocks.append(quiet(NOTES["like_calls"], pages))
    elif report.standing:
        blocks.append(quiet(NOTES["too_few_calls"], pages))
    pages.section(title, blocks, page=page)


def own_tiles(report: PeriodReport, operator_id: str, own: Mapping[str, Any], pages: Pages) -> Block:
    """One operator's calls, minutes, score and difference on like calls."""
    formats = pages.formats
    table = report.standing.get("operator_id")
    row = table.loc[operator_id] if table is not None and operator_id in table.index else None
    estimated = row is not None and not pd.isna(row["estimate"])
    position = pages.say(STANDING_NAMES[str(row["standing"])]) if estimated and row is not None else ""
    difference = _signed(row["estimate"]) if estimated and row is not None else None
    span = f"{_signed(row['low'])} 〜 {_signed(row['high'])} · {position}" if estimated and row is not None else ""
    tiles = [
        (Text("解析した通話", "calls analysed"), formats.number(own["calls"]), _of_known(own, pages)),
        (Text("話した時間(分)", "minutes spoken"), formats.number(own["operator_minutes"]), ""),
        (Text("スコア", "score"), _or_none(own["score"], formats), _interval_under(own["score_interval"], pages)),
        (Text("似た通話での平均との差", "against the average, like calls"), difference, span),
    ]
    why = pages.say(NOTES["too_few_own"])
    told = [
        {"name": pages.say(name), "value": value, "unit": "", "under": under, "why": why}
        for name, value, under in tiles
    ]
    return {"kind": "tiles", "columns": 4, "tiles": told}


def _signed(value: Any) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _or_none(value: float | None, formats: Formats) -> str | None:
    return None if value is None else formats.number(value, 1)


def _of_known(own: Mapping[str, Any], pages: Pages) -> str:
    return pages.say(Text(f"通話 {own['known']:,} のうち", f"of {own['known']:,} calls"))


def _interval_under(interval: Sequence[float] | None, pages: Pages) -> str:
    if interval is None:
        return pages.say(NOTES["no_interval"])
    return pages.say(Text("95%区間 ", "95 % interval ")) + _ends_of(interval, pages)
