"""`kouken restore`: put a backup in place of the store."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options
from pipeline.language import Text


@common_options(
    Text(
        "控えをデータベースに戻します(画面と夜間バッチを止めてから)。今のデータベースは別の名前で残します。",
        "Put a backup in place of the store (stop the pages and the night first); the present one is kept beside it.",
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(context: Context, file: Path) -> None:
    """Check it whole, then put it in place."""
    from pipeline.backup import restore as put_back

    kept = put_back(context.settings, file)
    context.say(Text("控えを戻しました。", "The backup is in place."))
    if kept is not None:
        context.say(Text(f"前のデータベース: {kept}", f"The store before: {kept}"))


command = restore
