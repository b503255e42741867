"""`kouken phrases diff`: what an edited dictionary changes, before it is published."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import (
    acting,
    as_option,
    dictionary_named,
    opened,
    say,
    say_json,
    show_examples,
)
from pipeline.language import Text

if TYPE_CHECKING:
    from phrases.diff import Changes
    from phrases.entry import PhraseSet
    from pipeline.dictionaries.exposed_contracts import ExposedContracts
    from pipeline.dictionaries.phrase_trials import Effect, Side
    from pipeline.dictionaries.score_changes import ScoreChange
    from pipeline.store.connect import Store


@common_options(
    Text(
        "辞書を直すと、保存されたすべての通話で当たりがどう増減し、点数がどう変わるかを示します。"
        "OLD と NEW は published、starter、draft:番号、版、ファイルのどれか。省くと、公開中の辞書と自分の下書きです。"
        "FILES を足すと、保存された通話の代わりにその書き起こしで比べます。",
        "Show which hits an edit gains and loses over every stored call, and what that does to the scores. OLD and NEW"
        " are published, starter, draft:N, a version or a file; without them, the published one and your own draft."
        " With FILES, on those transcripts instead of the stored calls.",
    )
)
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@as_option()
@json_option()
def diff(
    context: Context, old: str | None, new: str | None, files: tuple[Path, ...], user: str | None, as_json: bool
) -> None:
    """Parse, call, print."""
    from pipeline.dictionaries.dictionary import has_store
    from pipeline.dictionaries.phrase_trials import compare_stored
    from pipeline.text.dictionary import load_dictionary

    if old and new and not has_store(context.settings):
        _on_files(context, load_dictionary(Path(old)), load_dictionary(Path(new)), files, as_json)
        return
    with opened(context) as store:
        before, after = (dictionary_named(store, name) for name in _named(context, store, old, new, user))
        if files:
            _on_files(context, before, after, files, as_json)
            return
        effect = compare_stored(store, before, after, context.settings.moments)
    if as_json:
        say_json(effect)
        return
    _show(context, effect)


command = diff


def _named(context: Context, store: "Store", old: str | None, new: str | None, user: str | None) -> tuple[str, str]:
    """What is compared: one name alone is compared with the published dictionary."""
    from pipeline.dictionaries.dictionary import draft_of

    if old and new:
        return old, new
    if old:
        return "published", old
    who, _ = acting(context, store, user, "dictionary.work", "phrases.diff")
    with store.reading() as connection:
        return "published", f"draft:{draft_of(connection, who, None).draft_id}"


def _on_files(context: Context, old: "PhraseSet", new: "PhraseSet", files: tuple[Path, ...], as_json: bool) -> None:
    from pipeline.text.dictionary import compare, place_of

    changes, hits = compare(old, new, files)
    if as_json:
        say_json({"entries": changes, "hits": hits})
        return
    _show_entries(changes)
    gained, lost = len(hits.gained), len(hits.lost)
    say(context, Text(f"増える当たり {gained}、減る当たり {lost}", f"{gained} hits gained, {lost} lost"))
    for sign, found in (("+", hits.gained), ("-", hits.lost)):
        for hit in found:
            click.echo(f"  {sign} {hit.hit.phrase_id} {place_of(hit)}")


def _show(context: Context, effect: "Effect") -> None:
    from pipeline.dictionaries.phrase_trials import WHY_UNSCORED

    _show_entries(effect.entries)
    for sign, name, side in (("+", Text("増える", "gained"), effect.gained), ("-", Text("減る", "lost"), effect.lost)):
        _say_side(context, name, side)
        show_examples(side.examples, sign)
    if effect.scores is None:
        say(context, WHY_UNSCORED[effect.why_unscored or "no_calls"])
        return
    for change in effect.scores:
        _say_score(context, change)
    for moved in effect.contracts:
        if (moved.terms_before, moved.mrr_before_yen) != (moved.terms_after, moved.mrr_after_yen):
            _say_contracts(context, moved)


def _show_entries(changes: "Changes") -> None:
    for sign, identities in (("+", changes.added), ("-", changes.removed), ("~", changes.changed)):
        for identity in identities:
            click.echo(f"{sign} {identity}")


def _say_side(context: Context, name: Text, side: "Side") -> None:
    text = Text(
        f"{name.ja}当たり {side.hits}(通話 {side.calls}、オペレーター {side.operators} 人)",
        f"{side.hits} hits {name.en} ({side.calls} calls, {side.operators} operators)",
    )
    say(context, text)


def _say_score(context: Context, change: "ScoreChange") -> None:
    who = Text(change.operator_id or "センター全体", change.operator_id or "the centre")
    before, after = (_rounded(value) for value in (change.score_before, change.score_after))
    moments = " ".join(
        f"{category} {change.moments_before[category]}→{change.moments_after[category]}"
        for category in change.moments_before
    )
    phrases = f"success_phrases {change.success_phrases_before}→{change.success_phrases_after}"
    counts = f"{before}→{after} {moments} {phrases}"
    say(context, Text(f"{who.ja} 通話 {change.calls} 点数 {counts}", f"{who.en} {change.calls} calls, score {counts}"))


def _say_contracts(context: Context, moved: "ExposedContracts") -> None:
    from pipeline.reports.words import MOMENT_NAMES

    terms, yen = f"{moved.terms_before:,}→{moved.terms_after:,}", f"{moved.mrr_before_yen:,}→{moved.mrr_after_yen:,}"
    what = Text("いずれかの場面", "any moment") if moved.moment == "any" else MOMENT_NAMES[moved.moment]
    text = Text(
        f"{what.ja}のあった契約期間 {terms}、その開始時の月額の合計 {yen} 円(推定の前の数。貢献額ではありません)",
        f"contract terms with {what.en} {terms}, their MRR at the start {yen} yen (before any estimate)",
    )
    say(context, text)


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
