"""`kouken migrate`: bring the store to this version's schema."""

from contextlib import closing

from pipeline.commands.options import Context, common_options, option
from pipeline.language import Text


@common_options(
    Text("データベースの形をこの版に合わせます(先に控えを取ること)。", "Bring the database to this version's schema.")
)
@option(
    "--grant",
    metavar="ROLE",
    help=Text(
        "PostgreSQL の役割に、表の形を変えずに働く権限だけを付ける(なければ作る)。次からの形の変更にも続く",
        "let a role of PostgreSQL (made if missing) work on the tables without changing their shape, now and after"
        " later migrations",
    ),
)
def migrate(context: Context, grant: str | None) -> None:
    """Apply the missing migrations, each in one transaction."""
    from pipeline.store import audit, roles
    from pipeline.store.connect import Store
    from pipeline.store.migrate import migrate as apply

    with closing(Store(context.settings.store_url)) as store:
        revision = apply(store)
        if grant:
            with store.writing() as connection:
                roles.let_work(connection, grant)
                audit.record(connection, audit.system_user(), "roles.grant", grant)
    context.say(Text(f"データベースは {revision} です。", f"The database is at {revision}."))
    if grant:
        context.say(
            Text(
                f"{grant} は表の行だけを読み書きできます。使うには: ALTER ROLE {grant} LOGIN PASSWORD '…'"
                " とし、store.url をこの役割にします。",
                f"{grant} may read and write rows only. To use it: ALTER ROLE {grant} LOGIN PASSWORD '…', and name it"
                " in store.url.",
            )
        )


command = migrate
