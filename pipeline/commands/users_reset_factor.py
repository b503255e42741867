"""`kouken users reset-factor`."""

import click

from pipeline.commands.options import Context, actor_option, common_options
from pipeline.language import Text


@common_options(
    Text(
        "電話も復旧コードもなくした人の二段階認証を解き、サインインを切ります。本人であることを確かめてから使います。",
        "Reset the second factor of somebody who lost phone and recovery codes, and sign them out. Make sure first"
        " that it is them.",
    )
)
@click.argument("name")
@actor_option()
def reset_factor(context: Context, name: str, actor: str) -> None:
    """Forget it; the person sets it up anew."""
    from pipeline.store import factors
    from pipeline.store.migrate import open_store
    from pipeline.store.people import person

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        was_on = factors.reset(connection, actor, person(name))
    if was_on:
        context.say(Text("二段階認証を解きました。", "The second factor is forgotten."))
    else:
        context.say(Text("二段階認証は設定されていませんでした。", "There was none."))


command = reset_factor
