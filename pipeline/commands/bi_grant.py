"""`kouken bi grant`: let a role of PostgreSQL read the views and nothing else."""

import click

from pipeline.commands.options import Context, common_options
from pipeline.language import Text


@common_options(
    Text(
        "PostgreSQL の役割に、ビューを読むことだけを許します。なければ作ります。",
        "Let a role of PostgreSQL read the views and nothing else; made if missing, without the right to sign in.",
    )
)
@click.argument("role")
def grant(context: Context, role: str) -> None:
    """Grant, and say what is left to do."""
    from pipeline.store import audit, bi
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        bi.grant(connection, role)
        audit.record(connection, audit.system_user(), "bi.grant", role)
    context.say(
        Text(
            f"{role} は bi のビューだけを読めます。使うには: ALTER ROLE {role} LOGIN PASSWORD '…'",
            f"{role} may read the views of bi only. To use it: ALTER ROLE {role} LOGIN PASSWORD '…'",
        )
    )


command = grant
