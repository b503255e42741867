"""`kouken users unlink`."""

import click

from pipeline.commands.options import Context, actor_option, common_options
from pipeline.language import Text


@common_options(
    Text(
        "利用者に結んだ会社のアカウントを外します。次のサインインで、そのときのアカウントに結び直します。",
        "Forget the company account of a user; the next sign-in links the account of that time.",
    )
)
@click.argument("name")
@actor_option()
def unlink(context: Context, name: str, actor: str) -> None:
    """Forget the links, and end the sessions."""
    from pipeline.store import identities
    from pipeline.store.migrate import open_store
    from pipeline.store.people import person

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        accounts = identities.unlink(connection, actor, person(name))
    context.say(Text(f"外したアカウント: {accounts}", f"Accounts forgotten: {accounts}"))


command = unlink
