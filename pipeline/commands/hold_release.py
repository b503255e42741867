"""`kouken hold release`: end a hold."""

import click

from pipeline.commands.options import Context, actor_option, common_options
from pipeline.language import Text


@common_options(Text("保全を解きます。一覧には残ります。", "Release a hold; it stays on the list."))
@click.argument("number", type=int)
@actor_option()
def release(context: Context, number: int, actor: str) -> None:
    """End it."""
    from pipeline.store import holds
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        holds.release(connection, number, actor)
    context.say(Text(f"保全 {number} を解きました。", f"Hold {number} is released."))


command = release
