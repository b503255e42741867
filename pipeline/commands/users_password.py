"""`kouken users password`."""

import click

from pipeline.commands.options import Context, actor_option, common_options
from pipeline.language import Text


@common_options(
    Text(
        "新しいパスワードを出し、一度だけ表示します。本人は次のサインインで変えます。",
        "Make a new password, shown once; the person has to change it at the next sign-in.",
    )
)
@click.argument("name")
@actor_option()
def password(context: Context, name: str, actor: str) -> None:
    """Replace it, and print it to standard output and nowhere else."""
    from pipeline.accounts.passwords import generate_password, hash_password
    from pipeline.store import users
    from pipeline.store.migrate import open_store
    from pipeline.store.people import person

    made = generate_password()
    kept = hash_password(made)
    with open_store(context.settings.store_url) as store, store.writing() as connection:
        users.set_password(connection, actor, person(name), kept, must_change=True)
    context.say(Text("新しいパスワード(この一度だけ表示します):", "The new password, shown this once:"))
    click.echo(made)


command = password
