"""`kouken users list`."""

import json
from dataclasses import asdict

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.language import Text


@common_options(Text("サインインできる人の一覧を出します。", "List everybody who may sign in."))
@json_option()
def list_users(context: Context, as_json: bool) -> None:
    """Read and print."""
    from pipeline.store import factors, users
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store, store.reading() as connection:
        found, with_factor = users.list_users(connection), factors.names_with_factor(connection)
    if as_json:
        told = [asdict(user) | {"second_factor": user.name in with_factor} for user in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for user in found:
        reach = user.operator_id or ",".join(user.teams)
        state = ["active" if user.active else "stopped", "second-factor" if user.name in with_factor else "-"]
        click.echo("\t".join([user.name, ",".join(user.roles), reach, *state]))


command = list_users
