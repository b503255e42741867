"""`kouken phrases rollback`: an older version is published again."""

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import acting, as_option, opened, say, say_json
from pipeline.language import Text


@common_options(
    Text(
        "前の版をもう一度公開します(版は kouken phrases history で)。"
        "これまでのレポートは変わらず、次の夜に札を付け直します。",
        "Publish an older version again (see kouken phrases history). Old reports stay; the next night tags anew.",
    )
)
@click.argument("version")
@option("--remark", required=True, help=Text("理由", "the reason"))
@as_option()
@json_option()
def rollback(context: Context, version: str, remark: str, user: str | None, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.store import dictionary

    with opened(context) as store:
        actor, via = acting(context, store, user, "dictionary.approve", "phrases.rollback")
        with store.writing() as connection:
            publication = dictionary.rollback(connection, version, actor, remark, via)
    if as_json:
        say_json(publication)
        return
    say(
        context,
        Text(f"版 {version} に戻しました。次の夜から使われます。", f"{version} holds again from the next night."),
    )


command = rollback
