"""`kouken reviews mark`: one judgement."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, opened, say, say_json
from pipeline.language import Text


@common_options(
    Text(
        "判定を一つ記録します。REF は kouken reviews next が示すもの。right 正しい、wrong 違う、"
        "relabel 別のラベル(--label)、missed 見逃し、labels この発話のラベルすべて(--label なしは「何もない」)、"
        "unsure わからない。",
        "Record one judgement. REF is what kouken reviews next shows; relabel and labels take --label (labels without"
        " any: the utterance bears none).",
    )
)
@click.argument("reference", metavar="REF")
@click.argument("verdict", type=click.Choice(["right", "wrong", "relabel", "missed", "labels", "unsure"]))
@option("--label", "labels", multiple=True, help=Text("ラベル(何度でも)", "a label (repeatable)"))
@as_option()
@json_option()
def mark(
    context: Context, reference: str, verdict: str, labels: tuple[str, ...], user: str | None, as_json: bool
) -> None:
    """Parse, call, report."""
    from pipeline.reviews import reviewing

    with opened(context) as store:
        actor, via = acting(context, store, user, "reviews.judge", "reviews.mark")
        with store.writing() as connection:
            number = reviewing.answer(connection, reference, verdict, actor, labels, via)
    if as_json:
        say_json({"review_id": number})
        return
    say(context, Text(f"判定 {number} を記録しました。", f"Judgement {number} is kept."))


command = mark
