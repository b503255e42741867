"""The two printed reports, of the centre and of one operator, from the first page to the last."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from models.figures.labels import DEFINITIONS
from pipeline.language import Language, Text, in_language
from pipeline.reports.conversations import Conversations
from pipeline.reports.figure_tables import gaps
from pipeline.reports.figures import PeriodReport
from pipeline.reports.pdf_conversations import (
    contribution_section,
    moments_block,
    operators_section,
    own_tiles,
    standing_section,
)
from pipeline.reports.pdf_figures import (
    GROUP_COLUMNS,
    association_section,
    goals_section,
    groups_section,
    growth_section,
    lives_section,
    tiles_block,
    voice_blocks,
)
from pipeline.reports.pdf_pages import Block, Pages, heading, quiet
from pipeline.reports.words import NOTES


def centre_document(report: PeriodReport, language: Language) -> tuple[dict[str, Any], dict[str, str]]:
    """The report of the whole centre and its charts."""
    pages = Pages(language)
    pages.section(Text("要点", "At a glance"), [tiles_block(report, pages), *voice_blocks(report, pages)])
    if report.conversations:
        contribution_section(report.conversations, pages)
        pages.section(
            Text("会話のなかの三つの場面", "Three moments in the conversations"),
            [moments_block(report.conversations.centre, None, pages), quiet(NOTES["per_minute"], pages)],
        )
    growth_section(report, pages)
    lives_section(report, pages)
    groups_section(report, pages)
    goals_section(report, pages)
    operators_section(report, pages)
    _ends(report, pages, [*report.book.block, *report.book.value, *report.book.voice])
    return _document(report, pages, _centre_title(report)), pages.charts


def _centre_title(report: PeriodReport) -> Text:
    if report.team:
        return Text(f"サポートの貢献 {report.team}のレポート", f"Support's contribution: {report.team}")
    return Text("サポートの貢献 センターのレポート", "Support's contribution: the centre")


def operator_document(
    report: PeriodReport, operator_id: str, language: Language
) -> tuple[dict[str, Any], dict[str, str]]:
    """The report of one operator beside the whole centre, and its charts. `report`: as `for_operator` made it."""
    pages = Pages(language)
    own = report.conversations.operators.get(operator_id) if report.conversations else None
    if report.conversations and own:
        pages.section(Text("この期間の応対", "Calls of this period"), [own_tiles(report, operator_id, own, pages)])
        pages.section(
            Text("会話のなかの三つの場面", "Three moments in the conversations"),
            [moments_block(own, report.conversations.centre, pages), quiet(NOTES["per_minute"], pages)],
        )
    standing_section(report, pages, Text("似た通話での比較", "Compared on like calls"))
    association_section(report, pages)
    _ends(report, pages, GROUP_COLUMNS[1:])
    name = (own or {}).get("operator_name")
    who = f"{name} ({operator_id})" if name else operator_id
    return _document(report, pages, Text(f"応対のレポート {who}", f"Calls of {who}")), pages.charts


def _document(report: PeriodReport, pages: Pages, title: Text) -> dict[str, Any]:
    book, formats = report.book, pages.formats
    last = book.period.closing - pd.Timedelta(days=1)
    span = Text(
        f"期間 {formats.day(book.period.opening.date())} 〜 {formats.day(last.date())}、"
        f"記録は {formats.day(book.as_of.date())} まで",
        f"{formats.day(book.period.opening.date())} to {formats.day(last.date())}, "
        f"records until {formats.day(book.as_of.date())}",
    )
    return {
        "language": pages.language,
        "title": pages.say(title),
        "subtitle": period_name(book.period.name, pages.language),
        "span": pages.say(span),
        "notices": [pages.say(text) for text in _notices(report)],
        "footer": pages.say(
            Text(
                f"Kouken 貢献 · 記録は {book.as_of.date()} まで · 取扱注意",
                f"Kouken · records until {book.as_of.date()} · confidential",
            )
        ),
        "lost_words": pages.say(
            Text("この書体にないため〓とした文字:", "Characters that the font lacks, drawn as 〓:")
        ),
        "sections": pages.sections,
    }


def period_name(name: str, language: Language) -> str:
    """`2026-10` as 2026年10月, `FY2026-Q1` as 2026年度 第1四半期.

    >>> period_name("FY2026-Q1", "ja"), period_name("2026-10", "ja"), period_name("2026-H2", "ja")
    ('2026年度 第1四半期', '2026年10月', '2026年 下期')
    """
    if language == "en":
        return name
    year, _, part = name.partition("-")
    whole = f"{year.removeprefix('FY')}年度" if year.startswith("FY") else f"{year}年"
    if part.startswith("Q"):
        return f"{whole} 第{part[1]}四半期"
    if part.startswith("H"):
        return f"{whole} {'上期' if part == 'H1' else '下期'}"
    return f"{whole}{int(part)}月" if part else whole


def _notices(report: PeriodReport) -> list[Text]:
    found = []
    if report.simulated:
        found.append(NOTES["simulated"])
    if not report.book.complete:
        found.append(NOTES["incomplete"])
    if report.conversations is None:
        found.append(NOTES["no_night"])
    return found


def _ends(report: PeriodReport, pages: Pages, shown: Iterable[str]) -> None:
    """How everything was counted, what could not be, and from what."""
    book = report.book
    figures = [*book.block.values(), *book.value.values(), *book.voice.values()]
    blocks: list[Block] = []
    if report.conversations:
        blocks += [
            heading(Text("数えたもの", "What was counted"), pages),
            {"kind": "facts", "facts": _coverage(report, pages)},
        ]
    if told := gaps(figures, pages.language):
        blocks += [heading(Text("数えるときに気を付けたもの", "Not counted, or with care"), pages)]
        blocks += [{"kind": "notes", "notes": told}]
    facts = [[_name(name, pages), in_language(DEFINITIONS[name].text, pages.language)] for name in shown]
    blocks += [heading(Text("数え方", "Definitions"), pages), {"kind": "facts", "facts": facts}]
    blocks += [quiet(NOTES["use"], pages)]
    pages.section(Text("この数字について", "About these numbers"), blocks, page=True)


def _name(code: str, pages: Pages) -> str:
    return in_language(DEFINITIONS[code].name, pages.language)


def _coverage(report: PeriodReport, pages: Pages) -> list[list[str]]:
    assert report.conversations is not None
    return [[pages.say(text), value] for text, value in coverage_rows(report.conversations, pages.language)]


def coverage_rows(conversations: Conversations, language: Language) -> list[tuple[Text, str]]:
    """What the numbers rest on: calls of the period, recordings of the last night, and the versions that made them."""
    of, night = conversations.coverage, conversations.night
    files = Text(
        f"{of['files_found']:,} = 済み {of['files_done']:,} + 待ち {of['files_waiting']:,} + "
        f"隔離 {of['files_quarantined']:,} + 対象外 {of['files_skipped']:,}",
        f"{of['files_found']:,} = done {of['files_done']:,} + waiting {of['files_waiting']:,} + "
        f"quarantined {of['files_quarantined']:,} + skipped {of['files_skipped']:,}",
    )
    unmatched = of["calls_known"] - of["calls_joined"]
    return [
        (Text("センターの期間の通話", "calls of the centre in the period"), f"{of['calls_known']:,}"),
        (Text("うち解析した通話", "of them analysed"), f"{of['calls_analysed']:,}"),
        (Text("うち契約に結び付いた通話", "of them joined to a contract"), f"{of['calls_joined']:,}"),
        (Text("うち結び付かなかった通話", "of them not joined"), f"{unmatched:,}"),
        (Text(f"録音(第 {night['run_id']} 夜)", f"recordings (night {night['run_id']})"), in_language(files, language)),
        (Text("版", "versions"), ", ".join(f"{name} {value}" for name, value in night["versions"].items())),
    ]
