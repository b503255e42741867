"""`kouken retry`: give quarantined recordings another chance."""

import click

from pipeline.commands.options import Context, common_options
from pipeline.errors import BadInput
from pipeline.language import Text


@common_options(
    Text("隔離された録音を、次の夜間バッチでもう一度試します。", "Try quarantined recordings again in the next night.")
)
@click.argument("names", metavar="[CALL_ID|FILE|recording:N]...", nargs=-1)
def retry(context: Context, names: tuple[str, ...]) -> None:
    """Put the given calls, by id or by file as the status shows it, or all that are quarantined, back to waiting."""
    from pipeline.store import audit, ledger
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store, store.writing() as connection:
        tried = {name: ledger.retry(connection, [name]) for name in dict.fromkeys(names)}
        if unknown := [name for name, found in tried.items() if not found]:
            raise _not_held_back(unknown)
        found = [number for numbers in tried.values() for number in numbers] if names else ledger.retry(connection)
        # on record by number: the record is never rewritten, and names of files hold telephone numbers
        for thing in map(ledger.log_name, found) if names else ["all"]:
            facts = {"recordings": 1 if names else len(found)}
            audit.record(connection, audit.system_user(), "recordings.retry", thing, facts)
    count = len(found)
    context.say(Text(f"{count} 件を待ちに戻しました。", f"{count} recording(s) are waiting again."))


def _not_held_back(names: list[str]) -> BadInput:
    return BadInput(
        Text(f"隔離された録音にありません: {'、'.join(names)}", f"Not among the quarantined: {', '.join(names)}"),
        remedy=Text(
            "kouken status が示すファイル名か、通話 ID を書いてください。何も変えていません。",
            "Write a file as kouken status shows it, or a call id. Nothing was changed.",
        ),
    )


command = retry
