"""`kouken hold list`: the holds in force."""

import json
from dataclasses import asdict

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text, in_language


@common_options(Text("保全の一覧を示します。", "List the holds."))
@option("--all", "released", is_flag=True, help=Text("解いたものも", "released ones, too"))
@json_option()
def list_(context: Context, released: bool, as_json: bool) -> None:
    """One line each."""
    from pipeline.store import holds
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store, store.reading() as connection:
        found = holds.list_holds(connection, released=released)
    if as_json:
        click.echo(json.dumps([asdict(hold) for hold in found], ensure_ascii=False, default=str))
        return
    if not found:
        context.say(Text("保全はありません。", "There are no holds."))
    for hold in found:
        kind = Text("通話", "call") if hold.kind == "call" else Text("お客様", "customer")
        ended = f" → {hold.released_at:%Y-%m-%d}" if hold.released_at else ""
        what = f"{in_language(kind, context.language)} {hold.value}"
        click.echo(f"{hold.hold_id}\t{what}\t{hold.placed_at:%Y-%m-%d}{ended}\t{hold.placed_by}\t{hold.reason}")


command = list_
