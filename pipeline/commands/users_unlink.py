"""`kouken users unlink`."""

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.language import Text


@common_options(
    Text(
        "利用者に結んだ会社のアカウントを外します。次のサインインで、そのときのアカウントに結び直します。",
        "Forget the company account of a user; the next sign-in links the account of that time.",
    )
)
@click.argument("name")
@option("--as", "actor", help=Text("だれとして行うか", "who does it (default: the system's user)"))
def unlink(context: Context, name: str, actor: str | None) -> None:
    """Forget the links, and end the sessions."""
    from pipeline.store import audit, identities
    from pipeline.store.migrate import open_store
    from pipeline.store.people import person

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        accounts = identities.unlink(connection, actor or audit.system_user(), person(name))
    context.say(Text(f"外したアカウント: {accounts}", f"Accounts forgotten: {accounts}"))


command = unlink
