"""`kouken users add`."""

import click

from pipeline.commands.options import Context, actor_option, common_options, option
from pipeline.language import Text


@common_options(
    Text(
        "利用者を加え、最初のパスワードを一度だけ表示します。",
        "Add a person; the first password is shown once.",
    )
)
@click.argument("name")
@option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    help=Text("役割(何度でも)", "role: administrator, manager, qa_editor, qa_approver, operator, analyst, auditor"),
)
@option("--team", "teams", multiple=True, help=Text("マネージャーの範囲のチーム", "team of a manager"))
@option("--operator-id", help=Text("オペレーターの担当者ID", "operator id of an operator"))
@actor_option()
def add(
    context: Context,
    name: str,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    operator_id: str | None,
    actor: str,
) -> None:
    """Add, and print the password to standard output and nowhere else."""
    from pipeline.accounts.passwords import generate_password, hash_password
    from pipeline.store import users
    from pipeline.store.migrate import open_store

    password = generate_password()
    kept = hash_password(password)
    with open_store(context.settings.store_url) as store, store.writing() as connection:
        made = users.add_user(
            connection,
            actor,
            name,
            roles,  # type: ignore[arg-type]  # checked there, with the known ones named
            kept,
            teams=teams,
            operator_id=operator_id,
        )
    context.say(
        Text(
            f"「{made.name}」を加えました。最初のパスワード(この一度だけ表示します):",
            f"Added “{made.name}”. The first password, shown this once:",
        )
    )
    click.echo(password)


command = add
