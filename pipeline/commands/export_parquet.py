"""`kouken export parquet`: every stored table as Parquet, with a manifest."""

import json
from datetime import datetime
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "通話・契約・成果・場面・スコアなどを Parquet に書き出し、件数とハッシュの一覧(manifest)を最後に置きます。",
        "Write calls, contracts, outcomes, moments, scores … as Parquet, and a manifest of counts and hashes last.",
    )
)
@option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help=Text("出力先", "folder"))
@option(
    "--with-text",
    is_flag=True,
    help=Text("書き起こし(伏せ字のまま)も書き出す", "what was said too, masked as it was stored"),
)
@option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help=Text("dt= の日付(既定は今日)", "the dt= (default: today)")
)
@json_option()
def parquet(context: Context, out: Path, with_text: bool, day: datetime | None, as_json: bool) -> None:
    """Parse, call, say; the export stands in the audit log."""
    from pipeline.reports.build import TOKYO
    from pipeline.reports.export import export_parquet
    from pipeline.store import audit, copies
    from pipeline.store.migrate import open_store

    dt = (day or datetime.now(TOKYO)).date()
    store = open_store(context.settings.store_url)
    try:
        with store.writing() as connection:
            actor, object_ = audit.system_user(), dt.isoformat()
            audit.record(connection, actor, "export.parquet", object_, {"out": str(out), "with_text": with_text})
            copies.remember(connection, "parquet", out)  # before it is written: half an export is known of, too
        with store.reading() as connection:
            manifest = export_parquet(
                connection,
                out,
                dt,
                with_text=with_text,
                on_table=lambda name, rows: context.say(Text(f"{name}: {rows:,} 行", f"{name}: {rows:,} rows")),
            )
    finally:
        store.close()
    context.say(Text(f"書き出しました: {manifest}", f"Written: {manifest}"))
    if as_json:
        click.echo(json.dumps(json.loads(manifest.read_text(encoding="utf-8")), ensure_ascii=False, indent=1))


command = parquet
