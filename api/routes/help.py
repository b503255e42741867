"""Help: Markdown files in both languages, filled in from the constants and words that the program itself uses."""

from typing import Literal, get_args

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markdown_it import MarkdownIt
from markupsafe import Markup

from api.deps import PagesDep
from api.pages import language_of
from pipeline.figures.expected import Expectation, expectations
from pipeline.language import Text
from pipeline.reports.believe import believe
from pipeline.reports.explained import estimate_options, explained_formula

pages = APIRouter()
api = APIRouter()

Topic = Literal[
    "start",
    "search",
    "operators",
    "score",
    "labels",
    "estimate",
    "believe",
    "figures",
    "dictionary",
    "query",
    "reviewing",
    "limits",
    "nights",
    "access",
    "privacy",
    "notifications",
    "api",
]
TITLES: dict[Topic, Text] = {
    "start": Text("このページの見方", "How to read the pages"),
    "search": Text("発話を探す・通話を聞く", "Searching and listening"),
    "operators": Text("オペレーター別の見方", "How to read the operators' pages"),
    "score": Text("スコアの式", "The score formula"),
    "labels": Text("場面・反応・シグナルの意味", "What the labels mean"),
    "estimate": Text("貢献の推定の読み方", "How to read the contribution"),
    "believe": Text("なぜこの数字を信じてよいか", "Why these numbers may be believed"),
    "figures": Text("数字の定義", "Definitions of the figures"),
    "dictionary": Text("フレーズ辞書を直す", "Changing the phrase dictionary"),
    "query": Text("フレーズの書き方", "How to write a phrase"),
    "reviewing": Text("確認と評価のしかた", "Reviewing and scorecards"),
    "limits": Text("数字の限界", "What the numbers cannot say"),
    "nights": Text("夜間バッチと困ったとき", "Nights, and when something fails"),
    "access": Text("利用者と役割", "Users and roles"),
    "privacy": Text("保存期間・保全・消去", "Keeping, holding and erasing"),
    "notifications": Text("通知", "Notifications"),
    "api": Text("JSON で読む", "Reading as JSON"),
}
assert set(TITLES) == set(get_args(Topic))


@pages.get("/help", response_class=HTMLResponse)
def show_help(request: Request, pages: PagesDep) -> Response:
    """The first page."""
    return show_topic(request, pages, "start")


@pages.get("/help/{topic}", response_class=HTMLResponse)
def show_topic(request: Request, pages: PagesDep, topic: Topic) -> Response:
    """One page of the guide."""
    language = language_of(request)
    told = {
        "explained": explained_formula(),
        "options": estimate_options(),
        "measured": believe(),
        "expected": _expected(request),
    }
    source = pages.text(f"{language}/{topic}.md", language, **told)
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(source)
    html = html.replace("<pre>", '<pre tabindex="0">')  # what is wide scrolls, by keyboard too
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return pages.render(
        request,
        "help.html",
        section="help",
        topic=topic,
        titles=TITLES,
        content=Markup(html),  # noqa: S704 - our own text; raw HTML in it is switched off
    )


def _expected(request: Request) -> tuple[Expectation, ...]:
    """The classifier's thresholds in force."""
    return expectations(request.app.state.settings.moments)
