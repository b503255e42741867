"""`kouken retention`: delete what is past its keeping period."""

import json
from datetime import UTC, datetime

import click

from pipeline.commands.options import Context, actor_option, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "保存期間(画面で決めた日数、なければ設定 [retention])を過ぎた通話・書き起こし・写し・操作の記録を消します。"
        "保全(kouken hold)の対象は残します。毎晩の夜間バッチも最後に同じことをします。",
        "Delete calls, transcripts, audio copies and audit entries past the periods that were set in the pages, else"
        " those of [retention]. What is under legal hold (kouken hold) stays. Every night does the same at its end.",
    )
)
@option("--dry-run", is_flag=True, help=Text("何が消えるかだけを示す", "only show what would be deleted"))
@actor_option()
@json_option()
def retention(context: Context, dry_run: bool, actor: str, as_json: bool) -> None:
    """Delete, or only count, and print the numbers."""
    from pipeline.protection.retention import keep_to_periods
    from pipeline.store.migrate import open_store

    with open_store(context.settings.store_url) as store:
        kept = keep_to_periods(
            store,
            context.settings,
            actor,
            datetime.now(UTC),
            dry_run=dry_run,
            stop=lambda: False,
        )
    if as_json:
        click.echo(json.dumps({**kept.to_json(), "dry_run": dry_run}))
    else:
        context.say(kept.as_text())


command = retention
