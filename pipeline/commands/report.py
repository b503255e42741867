"""`kouken report`: the figures of one period as files."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.errors import BadInput
from pipeline.language import Text

if TYPE_CHECKING:
    from models.figures.figure import Period
    from pipeline.reports.figures import Format


@common_options(
    Text(
        "期間の数字(継続・解約・拡大・LTV など)を、読み込んだ表から数えて書き出します。",
        "Count the figures of a period (retention, churn, expansion, lifetime value …) from the stored tables.",
    )
)
@option("--period", required=True, help=Text("期間(2026-10、2025、FY2025)", "period (2026-10, 2025, FY2025)"))
@option("--operator", help=Text("この担当者だけを示す", "show this operator only"))
@option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help=Text("どの日までの記録か", "last day of the data"))
@option(
    "--format",
    "form",
    type=click.Choice(["xlsx", "html", "csv", "json"]),
    default="xlsx",
    show_default=True,
    help=Text("ファイルの形式", "kind of file"),
)
@option(
    "--out", required=True, type=click.Path(path_type=Path), help=Text("出力先(csv はフォルダー)", "file or folder")
)
def report(
    context: Context, period: str, operator: str | None, as_of: datetime | None, form: "Format", out: Path
) -> None:
    """Parse, call, report."""
    import pandas as pd

    from pipeline.reports.figures import for_operator, period_report, write_report
    from pipeline.store.migrate import open_store

    chosen = _period(period)
    store = open_store(context.settings.store_url)
    try:
        with store.reading() as connection:
            day = pd.Timestamp(as_of) if as_of else None
            counted = period_report(connection, chosen, context.settings.figures, day)
    finally:
        store.close()
    if operator:
        counted = for_operator(counted, operator)
    if not counted.book.complete:
        end = counted.book.as_of.date()
        context.say(Text(f"期間の途中です({end} までの記録)。", f"The period is not over: records until {end}."))
    for path in write_report(counted, form, out, context.language):
        context.say(Text(f"書き出しました: {path}", f"Written: {path}"))


command = report


def _period(text: str) -> "Period":
    from models.figures.figure import parse_period

    try:
        return parse_period(text)
    except ValueError:
        raise BadInput(
            Text(f"期間が読めません:「{text}」", f"Cannot read the period “{text}”."),
            remedy=Text("2026-10、2025、FY2025 のように書いてください。", "Write 2026-10, 2025 or FY2025."),
        ) from None
