"""`kouken sources try PRESET NAME…`: names in, columns out, before any night runs."""

import json
from pathlib import Path
from typing import Any

import click

from pipeline.commands.options import Context, common_options, json_option
from pipeline.errors import ExitCode
from pipeline.language import Text, in_language


@common_options(
    Text(
        "録音の名前(アーカイブからの相対パス)をいくつか渡し、読み取れた列を見ます。読めない日時は不明のままです。",
        "Give some names of recordings (paths below the archive) and see what is read. What cannot be read is unknown.",
    )
)
@click.argument("preset")
@click.argument("names", nargs=-1, required=True)
@json_option()
def try_preset(context: Context, preset: str, names: tuple[str, ...], as_json: bool) -> int:
    """Print a row per name; the exit code is 3 if some name cannot be read."""
    from pipeline.sources.configured import preset_named
    from pipeline.sources.sidecar import with_sidecar

    reader = preset_named(preset, context.settings)
    rows = []
    for name in names:
        told = with_sidecar(reader.parse(name.replace("\\", "/")), reader, Path(name))
        began = told.started_at.isoformat() if told.started_at else None
        rows.append({"name": name, "problem": told.problem, "started_at": began, **told.fields})
    if as_json:
        click.echo(json.dumps({"preset": preset, "rows": rows}, ensure_ascii=False))
    else:
        for row in rows:
            click.echo(_line(row, context))
    return ExitCode.SOME_QUARANTINED if any(row["problem"] for row in rows) else ExitCode.DONE


def _line(row: dict[str, Any], context: Context) -> str:
    from pipeline.nights.named_calls import PROBLEMS

    told = "  ".join(f"{name}={value}" for name, value in row.items() if value and name not in ("name", "problem"))
    unknown = "" if row["started_at"] else in_language(Text("日時は不明", "time unknown"), context.language)
    why = in_language(PROBLEMS[row["problem"]], context.language) if row["problem"] else ""
    return "\n    ".join(part for part in (row["name"], told, unknown, why) if part)


try_preset.name = "try"
command = try_preset
