"""`kouken phrases discover`: expressions that good calls have in common and the dictionary does not know."""

from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import opened, say, say_json
from pipeline.errors import BadInput
from pipeline.language import Text, in_language

if TYPE_CHECKING:
    from pipeline.dictionaries.phrase_discovery import Candidate


@common_options(
    Text(
        "更新に至った通話に多い言い回しのうち、辞書にないものを挙げます。担当者と用件をそろえて比べ、区間と前後の言葉を示します。"
        "関連であり、効果ではありません。",
        "List expressions that go with renewals and that the dictionary does not know, compared within operator and"
        " reason, with interval and contexts. An association, not an effect.",
    )
)
@option("--limit", type=click.IntRange(1, 1000), default=30, help=Text("挙げる数", "how many to list"))
@json_option()
def discover(context: Context, limit: int, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.dictionaries.dictionary import published_dictionary
    from pipeline.dictionaries.phrase_discovery import discover_stored

    with opened(context) as store:
        found = discover_stored(store, published_dictionary(store))
    if found is None:
        raise BadInput(
            Text("まだ夜間バッチのレポートがありません。", "There is no report of a night yet."),
            remedy=Text("先に kouken nightly を実行してください。", "Run kouken nightly first."),
        )
    if as_json:
        say_json(found)
        return
    for candidate in found.candidates[:limit]:
        _show(context, candidate)
    known = f"通話 {found.calls} 件(成果が分かるもの {found.with_outcome} 件)"
    ja = f"{known}、比べた言い回し {found.tested}、候補 {len(found.candidates)}"
    en = f"{found.calls} calls ({found.with_outcome} with an outcome), {found.tested} expressions compared"
    say(context, Text(ja, f"{en}, {len(found.candidates)} candidates"))
    say(context, found.missing or found.warning)


def _show(context: Context, candidate: "Candidate") -> None:
    click.echo(f"■ {candidate.text}")
    ja, en = (
        f"通話 {candidate.calls}、担当者 {candidate.operators}",
        f"{candidate.calls} calls, {candidate.operators} operators",
    )
    say(context, Text(f"  {ja}", f"  {en}"))
    for name, result in (
        (Text("更新", "renewal"), candidate.outcome),
        (Text("高いスコア", "high score"), candidate.score),
    ):
        if result is not None:
            with_it, without = f"{result.good_with}/{result.n_with}", f"{result.good_without}/{result.n_without}"
            click.echo(
                f"  {in_language(name, context.language)}: {with_it} vs {without},"
                f" odds ratio {result.odds_ratio:.2f} ({result.ci_low:.2f}–{result.ci_high:.2f})"
            )
    for place in candidate.contexts:
        click.echo(f"    {place.call_id} #{place.utterance} …{place.before}【{place.found}】{place.after}…")


command = discover
