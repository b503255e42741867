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
    from pipeline.reports.tables import CsvEncoding
    from pipeline.reports.written import Format


@common_options(
    Text(
        "期間の数字(継続・解約・拡大・LTV など)を、読み込んだ表から数えて書き出します。",
        "Count the figures of a period (retention, churn, expansion, lifetime value …) from the stored tables.",
    )
)
@option(
    "--monthly",
    is_flag=True,
    help=Text("前月のレポートを一度だけ作って送る", "make and send last month's report, once"),
)
@option("--period", help=Text("期間(2026-10、2026-Q3、2025、FY2026、FY2026-H1)", "period, as at left"))
@option("--operator", help=Text("この担当者だけを示す", "show this operator only"))
@option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help=Text("どの日までの記録か", "last day of the data"))
@option(
    "--format",
    "form",
    type=click.Choice(["xlsx", "pdf", "html", "csv", "parquet", "json", "svg", "png"]),
    default="xlsx",
    show_default=True,
    help=Text("ファイルの形式(svg と png はグラフ)", "kind of file (svg and png: the charts)"),
)
@option(
    "--encoding",
    type=click.Choice(["utf-8-sig", "cp932"]),
    default="utf-8-sig",
    show_default=True,
    help=Text("CSV の文字コード", "encoding of CSV files"),
)
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text("出力先(csv、parquet、svg、png はフォルダー)", "file; a folder for csv, parquet, svg and png"),
)
def report(
    context: Context,
    monthly: bool,
    period: str | None,
    operator: str | None,
    as_of: datetime | None,
    form: "Format",
    encoding: "CsvEncoding",
    out: Path | None,
) -> int | None:
    """Parse, call, report."""
    if monthly:
        return _monthly(context, period)
    if period is None or out is None:
        raise BadInput(Text("--period と --out を指定してください。", "Give --period and --out."))
    _write(context, period, operator, as_of, form, encoding, out)
    return None


def _monthly(context: Context, period: str | None) -> int:
    from pipeline.messages.monthly import last_month, run_monthly
    from pipeline.reports.build import TOKYO
    from pipeline.store.migrate import open_store

    today = datetime.now(TOKYO).date()
    chosen = _period(period) if period else last_month(today)
    store = open_store(context.settings.store_url)
    try:
        return run_monthly(store, context.settings, chosen, context.say)
    finally:
        store.close()


def _write(
    context: Context,
    period: str,
    operator: str | None,
    as_of: datetime | None,
    form: "Format",
    encoding: "CsvEncoding",
    out: Path,
) -> None:
    import pandas as pd

    from pipeline.reports.figures import for_operator, period_report
    from pipeline.reports.written import write_report
    from pipeline.store import copies
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
    written = write_report(counted, form, out, context.language, operator_id=operator, encoding=encoding)
    with open_store(context.settings.store_url) as store, store.writing() as connection:
        for path in written.paths:
            copies.remember(connection, "file", path)
    for path in written.paths:
        context.say(Text(f"書き出しました: {path}", f"Written: {path}"))
    if written.lost:
        listed = "、".join(f"{letter} (U+{ord(letter):04X})" for letter in written.lost)
        context.say(Text(f"表せない文字を〓にしました: {listed}", f"Characters drawn as 〓: {listed}"))


command = report


def _period(text: str) -> "Period":
    from models.figures.figure import parse_period

    try:
        return parse_period(text)
    except ValueError:
        raise BadInput(
            Text(f"期間が読めません:「{text}」", f"Cannot read the period “{text}”."),
            remedy=Text(
                "2026-10、2026-Q3、2025、FY2026、FY2026-H1 のように書いてください。",
                "Write 2026-10, 2026-Q3, 2025, FY2026 or FY2026-H1.",
            ),
        ) from None
