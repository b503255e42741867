"""`kouken retry`: give quarantined recordings another chance."""

import click

from pipeline.commands.options import Context, common_options
from pipeline.language import Text


@common_options(
    Text("隔離された録音を、次の夜間バッチでもう一度試します。", "Try quarantined recordings again in the next night.")
)
@click.argument("call_ids", metavar="[CALL_ID]...", nargs=-1)
def retry(context: Context, call_ids: tuple[str, ...]) -> None:
    """Put the given calls, or all that are quarantined, back to waiting."""
    from pipeline.store import ledger
    from pipeline.store.migrate import open_store

    store = open_store(context.settings.store_url)
    try:
        with store.writing() as connection:
            count = ledger.retry(connection, call_ids)
    finally:
        store.close()
    context.say(Text(f"{count} 件を待ちに戻しました。", f"{count} recording(s) are waiting again."))


command = retry
