"""`kouken migrate`: bring the store to this version's schema."""

from pipeline.commands.options import Context, common_options
from pipeline.language import Text


@common_options(
    Text("データベースの形をこの版に合わせます(先に控えを取ること)。", "Bring the database to this version's schema.")
)
def migrate(context: Context) -> None:
    """Apply the missing migrations, each in one transaction."""
    from pipeline.store.connect import Store
    from pipeline.store.migrate import migrate as apply

    store = Store(context.settings.store_url)
    try:
        revision = apply(store)
    finally:
        store.close()
    context.say(Text(f"データベースは {revision} です。", f"The database is at {revision}."))


command = migrate
