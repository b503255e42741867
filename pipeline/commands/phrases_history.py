"""`kouken phrases history`: what was published when and by whom."""

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.commands.phrases_common import at, opened, say_json
from pipeline.language import Text


@common_options(
    Text(
        "公開の履歴を新しい順に示します。NAME を指定すると、その項目を変えた公開だけを示します。",
        "Show what was published, newest first; with NAME, only what changed that entry.",
    )
)
@click.argument("name", default="")
@json_option()
def history(context: Context, name: str, as_json: bool) -> None:
    """Parse, call, print."""
    from pipeline.store.dictionary import list_publications

    with opened(context) as store, store.reading() as connection:
        found = list_publications(connection, name=name)
    if as_json:
        say_json(found)
        return
    for item in found:
        line = f"#{item.number} {at(item.published_at)} {item.version} {item.kind} {item.published_by} {item.remark}"
        click.echo(line.rstrip())


command = history
