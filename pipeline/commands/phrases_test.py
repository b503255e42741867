"""`kouken phrases test`: a query, or entries, tried on calls before anyone relies on them."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import (
    chosen,
    draft_option,
    opened,
    say,
    say_json,
    show_examples,
    version_option,
)
from pipeline.commands.phrases_list import CATEGORIES
from pipeline.errors import BadInput
from pipeline.language import Text

if TYPE_CHECKING:
    from phrases.history import Sampled, Tried
    from pipeline.dictionaries.phrase_trials import Trial


@common_options(
    Text(
        "フレーズの書き方を通話で試し、当たりの数・通話・オペレーター・割合と、前後の言葉を示します。"
        "FILES を省くと、保存されたすべての通話で試します。--id なら辞書の項目を試します。"
        "とても多く言われる言葉は、無作為に選んだ通話から 95 % 区間つきで見積もります(--exact ですべて数えます)。",
        "Try a query on calls: hits, calls, operators, share, and examples in context. Without FILES on every stored"
        " call; with --id, entries of the dictionary. What is said very often is estimated from calls drawn at random,"
        " with 95 % intervals; --exact counts it all.",
    )
)
@click.argument("query", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@option("--category", type=click.Choice(CATEGORIES), default="proposal",
        help=Text("分類(話者が決まります)", "category; it decides whose speech is searched"))  # fmt: skip
@option("--id", "names", multiple=True, help=Text("試す項目(何度でも)", "entry to try (repeatable)"))
@option("--exact", is_flag=True, help=Text("多くてもすべて数える", "count all, however often it is said"))
@version_option()
@draft_option()
@json_option()
def test(
    context: Context,
    query: str | None,
    files: tuple[Path, ...],
    category: str,
    names: tuple[str, ...],
    exact: bool,
    version: str,
    draft_id: int | None,
    as_json: bool,
) -> None:
    """Parse, call, print."""
    if (query is None) == (not names):
        raise BadInput(Text("書き方か --id のどちらか一つを指定してください。", "Give a query, or --id."))
    if files:
        _on_files(context, str(query), category, files, as_json)
        return
    trials = _on_store(context, query, category, names, draft_id, version, exact=exact)
    if as_json:
        say_json([_told(trial) for trial in trials])
        return
    for trial in trials:
        _say_counts(context, trial.tried, trial.operators)
        show_examples(trial.examples)


command = test


def _on_store(
    context: Context,
    query: str | None,
    category: str,
    names: tuple[str, ...],
    draft_id: int | None,
    version: str,
    *,
    exact: bool,
) -> "tuple[Trial, ...]":
    from phrases.entry import Phrase
    from phrases.history import A_SECOND
    from pipeline.dictionaries.phrase_trials import try_stored

    most_work = A_SECOND if len(names) < 2 and not exact else None
    with opened(context) as store:
        phrase_set = chosen(store, draft_id, version)
        if query is not None:
            entry = Phrase("query", category, query)  # type: ignore[arg-type]  # the command offers the categories
            return try_stored(store, phrase_set.of((entry,)), most_work=most_work)
        unknown = [name for name in names if name not in phrase_set.by_id]
        if unknown:
            listed = "、".join(unknown)
            raise BadInput(Text(f"項目がありません: {listed}", f"There is no entry {', '.join(unknown)}."))
        return try_stored(store, phrase_set, names, most_work=most_work)


def _on_files(context: Context, query: str, category: str, files: tuple[Path, ...], as_json: bool) -> None:
    from pipeline.text.dictionary import place_of, try_query

    tried = try_query(query, category, files)
    if as_json:
        say_json({**_counts(tried), "examples": list(tried.examples)})
        return
    _say_counts(context, tried, None)
    for found in tried.examples:
        click.echo("  " + place_of(found))


def _counts(tried: "Tried") -> dict[str, object]:
    warning = tried.warning and {"ja": tried.warning.ja, "en": tried.warning.en}
    return {
        "phrase_id": tried.phrase_id,
        "hits": tried.hits,
        "cancelled": tried.cancelled,
        "calls": tried.calls,
        "share": tried.share,
        "sampled": tried.sampled and asdict(tried.sampled),
        "warning": warning,
    }


def _told(trial: "Trial") -> dict[str, object]:
    return {**_counts(trial.tried), "operators": trial.operators, "examples": list(trial.examples)}


def _say_counts(context: Context, tried: "Tried", operators: int | None) -> None:
    people = (
        Text(f"、オペレーター {operators} 人", f", {operators} operators") if operators is not None else Text("", "")
    )
    counts = Text(
        f"{tried.phrase_id}: 当たり {tried.hits}、打ち消された当たり {tried.cancelled}、"
        f"通話 {tried.calls}({tried.share:.1%}){people.ja}",
        f"{tried.phrase_id}: {tried.hits} hits, {tried.cancelled} cancelled,"
        f" {tried.calls} calls ({tried.share:.1%}){people.en}",
    )
    say(context, counts)
    if tried.sampled:
        say(context, _estimated(tried.sampled))
    if tried.warning:
        say(context, tried.warning)


def _estimated(sampled: "Sampled") -> Text:
    hits, calls = sampled.hits, sampled.calls
    return Text(
        f"  推定です: その言葉のある {sampled.turns:,} か所のうち {sampled.seen:,} か所を無作為に調べました。"
        f"95 % 区間は当たり {hits.low:,}〜{hits.high:,}、通話 {calls.low:,}〜{calls.high:,}、"
        "オペレーターは少なくともの数です。--exact ですべて数えます。",
        f"  An estimate: {sampled.seen:,} of the {sampled.turns:,} turns that hold the words were drawn at random."
        f" 95 % intervals: hits {hits.low:,} to {hits.high:,}, calls {calls.low:,} to {calls.high:,};"
        " operators are at least so many. --exact counts all.",
    )
