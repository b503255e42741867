"""`kouken backup`: the whole store in one file, taken while it is in use."""

import json
from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.language import Text


@common_options(
    Text(
        "動いている間でも、データベースと電話番号の鍵を一つのファイルに控えます。書き起こしを含むので大切に保管してください。",
        "Copy the store and the key of the phone hashes into one file, even while a night runs. It holds transcripts.",
    )
)
@option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help=Text("控えのファイル", "the file")
)
@json_option()
def backup(context: Context, out: Path, as_json: bool) -> None:
    """Write it whole or not at all."""
    from pipeline.protection.backup import make_backup

    manifest = make_backup(context.settings, out)
    if as_json:
        click.echo(json.dumps({"file": str(out), **manifest}, ensure_ascii=False))
    else:
        size = out.stat().st_size / (1 << 20)
        context.say(Text(f"控えを書きました: {out}({size:.1f} MiB)", f"Backup written: {out} ({size:.1f} MiB)"))
        if path := manifest["register_unwritten"]:
            context.say(
                Text(f"消去の記録簿に書けませんでした: {path}", f"The register of erasures was not written: {path}")
            )


command = backup
