"""`kouken export transcripts` and `kouken export vcon`: what was said in stored calls, as files for other programs."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text

DAY = click.DateTime(["%Y-%m-%d"])


def selection(function: Callable[..., None]) -> Callable[..., None]:
    """Where the files go and which calls: `--out`, `--since`, `--until`, `--operator`, `--json`."""
    options: list[Callable[[Any], Any]] = [
        option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help=Text("出力先", "folder")),
        option("--since", type=DAY, help=Text("この日(日本時間)から", "from this day on (Tokyo)")),
        option("--until", type=DAY, help=Text("この日(日本時間)まで", "up to this day (Tokyo)")),
        option("--operator", help=Text("担当者 ID", "operator id")),
        json_option(),
    ]
    for add in reversed(options):
        function = add(function)
    return function


def write(
    context: Context,
    out: Path,
    formats: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    operator: str | None,
    as_json: bool,
) -> None:
    """Export the chosen calls; it stands in the audit log before the first word is written."""
    from pipeline.formats.transcript_export import export_transcripts
    from pipeline.store import audit, copies
    from pipeline.store.call_filter import CallFilter
    from pipeline.store.migrate import open_store
    from pipeline.values import TOKYO

    first = since.replace(tzinfo=TOKYO) if since else None
    after = until.replace(tzinfo=TOKYO) + timedelta(days=1) if until else None
    told = {"out": str(out), "formats": list(formats), "operator": operator}
    told |= {"since": str(since.date()) if since else None, "until": str(until.date()) if until else None}
    with open_store(context.settings.store_url) as store:
        with store.writing() as connection:
            audit.record(connection, audit.system_user(), "export.transcripts", "calls", told)
            copies.remember(connection, "transcripts", out)  # so that erasing a call reaches its files
        with store.reading() as connection:
            wanted = CallFilter(operator_id=operator, since=first, until=after)
            done = export_transcripts(connection, out, wanted, formats, lambda call: context.say(Text(call, call)))
    if done.unmasked:
        ja = f"伏せ字なしで保存された {done.unmasked} 件は書き出していません。"
        context.say(Text(ja, f"{done.unmasked} calls stored without masking were left out."))
    context.say(Text(f"{done.calls} 件を書き出しました: {done.index}", f"{done.calls} written: {done.index}"))
    if as_json:
        click.echo(json.dumps({"index": str(done.index), "calls": done.calls, "unmasked": done.unmasked}))


@common_options(
    Text(
        "保存した通話の書き起こしを、伏せ字のまま書き出します。最後に置く index.jsonl に、消音すべき時間を書きます。",
        "Write transcripts of stored calls, masked as stored; index.jsonl, written last, tells when to be silent.",
    )
)
@selection
@option(
    "--format",
    "formats",
    type=click.Choice(["json", "vtt", "srt", "csv", "vcon"]),
    multiple=True,
    default=["json"],
    help=Text("出力の形式(繰り返し可、既定は json)", "output format (may be repeated, default json)"),
)
def transcripts(context: Context, formats: tuple[str, ...], **selected: Any) -> None:
    """In the formats asked for."""
    write(context, formats=formats, **selected)


command = transcripts
