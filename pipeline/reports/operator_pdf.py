"""An operator's page on paper: the same numbers, A4."""

from collections.abc import Mapping
from typing import Any

from models.scoring import CATEGORIES
from pipeline.language import Language, Text
from pipeline.reports.operator_views import OperatorView
from pipeline.reports.pdf import typeset
from pipeline.reports.pdf_documents import period_name
from pipeline.reports.pdf_pages import Block, Pages, quiet, table_block
from pipeline.reports.words import MOMENT_NAMES, NOTES, REACTION_NAMES
from pipeline.values import NOTHING


def operator_pdf(view: OperatorView, language: Language, night: Mapping[str, Any], *, simulated: bool) -> bytes:
    """The PDF of one operator over a period. `night`: the report of the night that counted, of which `run_id` and
    `versions` are told. `simulated`: whether the tables call rows of their own simulated."""
    pages = Pages(language)
    pages.section(
        Text("三つの場面(オペレーターの発話100回あたり)", "The three moments per 100 utterances of the operator"),
        [_moments(view, pages), quiet(_LIKE, pages)],
    )
    pages.section(Text("お客様の反応", "How customers reacted"), [_reactions(view, pages)])
    pages.section(Text("話し方", "How the calls were spoken"), [{"kind": "facts", "facts": _spoken(view, pages)}])
    if view.missed:
        pages.section(Text("同じ用件で同僚に多い場面", "What colleagues do more in like calls"), [_missed(view, pages)])
    pages.section(Text("月ごと", "By month"), [_months(view, pages)])
    basis = [
        [pages.say(Text("数えた夜", "counted by night")), f"{night['run_id']}"],
        [pages.say(Text("版", "versions")), ", ".join(f"{name} {value}" for name, value in night["versions"].items())],
    ]
    pages.section(
        Text("元になったもの", "What it rests on"), [{"kind": "facts", "facts": basis}, quiet(NOTES["use"], pages)]
    )
    notices = [pages.say(NOTES["simulated"])] if simulated else []
    return typeset(_document(view, pages) | {"notices": notices}, pages.charts)[0]


_LIKE = Text(
    "差は、同じ用件の通話をした同僚と比べたもの。区間が0をまたぐ差は、はっきりしていません。",
    "Differences are from colleagues on calls with the same reason; where the interval holds 0, none is established.",
)


def _moments(view: OperatorView, pages: Pages) -> Block:
    now, before, year_before = view.talk
    rows = []
    for category in CATEGORIES:
        said, found = now.moments[category], view.differences[category]
        difference = NOTHING
        if found:
            low, high = found.interval
            difference = f"{found.value:+.1f}({low:+.1f}〜{high:+.1f})"
        interval = f"({said.rate.low:.1f}〜{said.rate.high:.1f})" if said.rate and said.rate.low is not None else ""
        earlier = [_rate(talk.moments[category].rate) for talk in (before, year_before)]
        rows.append(
            [
                pages.say(MOMENT_NAMES[category]),
                f"{said.n:,}",
                _rate(said.rate) + interval,
                *earlier,
                _rate(view.others.moments[category].rate),
                difference,
            ]
        )
    headers = [
        Text("場面", "moment"),
        Text("回数", "n"),
        Text("本人(95%区間)", "own (95 % interval)"),
        Text("前の期間", "before"),
        Text("前年", "year before"),
        Text("同僚", "colleagues"),
        Text("用件をそろえた差", "difference on like calls"),
    ]
    return table_block([pages.say(text) for text in headers], rows, numbers=[False] + [True] * 6, widths=[0] * 7)


def _reactions(view: OperatorView, pages: Pages) -> Block:
    def shares(reactions: Mapping[str, int], n: int) -> list[str]:
        return [
            f"{reactions[code]:,}({pages.formats.percent(reactions[code] / n, 0)})" if n else NOTHING
            for code in REACTION_NAMES
        ]

    rows = []
    for category in CATEGORIES:
        for who, said in (
            (Text("本人", "own"), view.talk[0].moments[category]),
            (Text("同僚", "colleagues"), view.others.moments[category]),
        ):
            rows.append([pages.say(MOMENT_NAMES[category]), pages.say(who), *shares(said.reactions, said.n)])
    headers = [pages.say(Text("場面", "moment")), "", *(pages.say(name) for name in REACTION_NAMES.values())]
    return table_block(headers, rows, numbers=[False, False] + [True] * len(REACTION_NAMES), widths=[0] * len(headers))


def _rate(rate: Any) -> str:
    return NOTHING if rate is None else f"{rate.value:.1f}"


def _spoken(view: OperatorView, pages: Pages) -> list[list[str]]:
    now, others, formats = view.talk[0], view.others, pages.formats
    named = Text("本人 / 同僚", "own / colleagues")

    def pair(text: Text, own: str, theirs: str) -> list[str]:
        return [f"{pages.say(text)}({pages.say(named)})", f"{own} / {theirs}"]

    return [
        [pages.say(Text("通話", "calls")), f"{now.calls:,}"],
        [pages.say(Text("話した時間(分)", "minutes of speech")), f"{now.operator_minutes:,.0f}"],
        pair(Text("話した割合", "talk ratio"), formats.percent(now.talk_ratio), formats.percent(others.talk_ratio)),
        pair(Text("沈黙の割合", "silence"), formats.percent(now.silence_share), formats.percent(others.silence_share)),
    ]


def _missed(view: OperatorView, pages: Pages) -> Block:
    percent = pages.formats.percent
    rows = [
        [
            item.reason,
            pages.say(MOMENT_NAMES[item.category]),
            percent(item.own_share, 0),
            percent(item.others_share, 0),
            f"{item.calls:,}",
        ]
        for item in view.missed
    ]
    headers = [
        Text("用件", "reason"),
        Text("場面", "moment"),
        Text("本人の通話での割合", "own calls"),
        Text("同僚の通話での割合", "colleagues' calls"),
        Text("本人の通話", "own n"),
    ]
    return table_block(
        [pages.say(text) for text in headers], rows, numbers=[False, False, True, True, True], widths=[0] * 5
    )


def _months(view: OperatorView, pages: Pages) -> Block:
    rows = [
        [pages.formats.year_month(month.month), f"{month.talk.calls:,}"]
        + [_rate(month.talk.moments[category].rate) for category in CATEGORIES]
        for month in view.months
        if month.talk.calls
    ]
    headers = [pages.say(Text("月", "month")), pages.say(Text("通話", "calls"))]
    headers += [pages.say(MOMENT_NAMES[category]) for category in CATEGORIES]
    return table_block(headers, rows, numbers=[False] + [True] * 4, widths=[0] * 5)


def _document(view: OperatorView, pages: Pages) -> dict[str, Any]:
    who = f"{view.name} ({view.operator_id})" if view.name else view.operator_id
    formats, months = pages.formats, view.span.months
    ends = f"{formats.year_month(months[0])} 〜 {formats.year_month(months[-1])}"
    name = view.span.name
    title = ends if name.startswith("12M") else period_name(name, pages.language)
    return {
        "language": pages.language,
        "title": pages.say(Text(f"応対のレポート {who}", f"Calls of {who}")),
        "subtitle": title,
        "span": "、".join([ends, *view.teams]),
        "footer": pages.say(Text("Kouken 貢献 · 取扱注意", "Kouken · confidential")),
        "lost_words": pages.say(
            Text("この書体にないため〓とした文字:", "Characters that the font lacks, drawn as 〓:")
        ),
        "sections": pages.sections,
    }
