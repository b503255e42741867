"""`kouken reviews next`: uncertain places first, random ones mixed in and marked."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, opened, say_json
from pipeline.language import Text, in_language

RANDOM = Text("無作為", "random")


@common_options(
    Text(
        "次に確かめるものを前後の発話とともに示します。自信のないものから、無作為の標本を混ぜて出します(「無作為」と記します)。",
        "Show what to judge next with the utterances around it: uncertain places first, random ones mixed in and"
        " marked.",
    )
)
@option("--limit", type=click.IntRange(1, 500), default=10, help=Text("件数", "how many"))
@option("--unit", type=click.Choice(["hit", "moment", "utterance"]), default=None,
        help=Text("当たり・場面・発話のどれか", "hits, moments or utterances only"))  # fmt: skip
@option("--of", "stratum", default="", help=Text("このフレーズ id かラベルだけ", "only this phrase or label"))
@as_option()
@json_option()
def next_(context: Context, limit: int, unit: str | None, stratum: str, user: str | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.reviews import reviewing

    with opened(context) as store:
        actor, _ = acting(context, store, user, "reviews.judge", "reviews.look")
        pins = reviewing.draw_first_samples(store, actor)
        with store.reading() as connection:
            found = reviewing.questions(connection, pins, actor, limit, unit=unit, stratum=stratum)
    if as_json:
        say_json(found)
        return
    for question in found:
        mark = f" [{in_language(RANDOM, context.language)} {question.probability:.3f}]" if question.is_random else ""
        click.echo(f"{question.reference} {question.call_id} {question.label} {question.phrase_id or ''}{mark}")
        for spoken in question.context:
            pointer = ">" if spoken.is_asked else " "
            click.echo(f"  {pointer} {spoken.speaker[0].upper()} {spoken.text}")
        if question.unit == "hit":
            click.echo(f"  【{question.found}】")


command = next_
