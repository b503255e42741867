"""`kouken phrases publish`: an approved draft comes into force."""

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import acting, as_option, opened, say, say_json, the_draft
from pipeline.language import Text


@common_options(
    Text(
        "承認された下書きをもう一度調べて公開します。次の夜間バッチから使われ、これまでの通話にも札を付け直します。",
        "Check an approved draft once more and put it in force: the next night uses it and tags all calls anew.",
    )
)
@click.argument("draft_id", type=int, required=False)
@as_option()
@json_option()
def publish(context: Context, draft_id: int | None, user: str | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.dictionaries import dictionary

    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.work", "phrases.publish")
        with store.reading() as connection:
            number = the_draft(connection, draft_id, "approved").draft_id
        publication = dictionary.publish(store, number, actor, via)
    if as_json:
        say_json(publication)
        return
    version = publication.version
    say(
        context,
        Text(f"版 {version} を公開しました。次の夜から使われます。", f"{version} is in force from the next night."),
    )


command = publish
