"""`kouken audit verify`: whether a row of the audit log was changed, removed or inserted."""

import json
from dataclasses import asdict

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.errors import ExitCode
from pipeline.language import Text, in_language


@common_options(
    Text(
        "操作の記録の鎖を最初から確かめ、行数と鎖の頭を示します。頭を別の場所に控えておくと、末尾が消されてもわかります。",
        "Walk the chain of the audit log; print its length and its head. Note the head elsewhere: with --head, rows cut"
        " off at the end are found out, too.",
    )
)
@option("--head", default=None, help=Text("以前に控えた鎖の頭(今も鎖にあるか確かめる)", "a head noted before"))
@json_option()
def verify(context: Context, head: str | None, as_json: bool) -> None:
    """Parse, call, print; a broken chain gives exit code 1."""
    from pipeline.store import audit
    from pipeline.store.migrate import open_store

    store = open_store(context.settings.store_url)
    try:
        with store.reading() as connection:
            verdict = audit.verify(connection, head)
    finally:
        store.close()
    if as_json:
        click.echo(json.dumps({**asdict(verdict), "is_whole": verdict.is_whole}))
    elif verdict.broken_at is not None:
        at = verdict.broken_at
        broken = Text(
            f"記録の {at} 行目で鎖が切れています。書き換え、削除、挿入のいずれかがありました。",
            f"The chain breaks at row {at}: something was changed, removed or inserted.",
        )
        click.echo(in_language(broken, context.language))
    elif not verdict.holds_noted_head:
        cut = Text("控えた頭が鎖にありません。末尾が消されています。", "The noted head is gone: rows were cut off.")
        click.echo(in_language(cut, context.language))
    else:
        whole = Text(
            f"{verdict.rows:,} 行の記録に欠けも書き換えもありません。頭: {verdict.head}",
            f"{verdict.rows:,} rows, the chain is whole. Head: {verdict.head}",
        )
        click.echo(in_language(whole, context.language))
    if not verdict.is_whole:
        raise click.exceptions.Exit(ExitCode.FAILED)


command = verify
