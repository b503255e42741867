"""`kouken phrases export`: a dictionary as YAML, CSV or workbook; also turns one of these into another."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, option
from pipeline.language import Text


@common_options(
    Text(
        "辞書を YAML・CSV・Excel に書き出します。FILE を省くと、製品に付いている辞書です。",
        "Write a dictionary as YAML, CSV or workbook; without FILE, the one that ships with the product.",
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=Text("出力先(.yaml、.csv、.xlsx)", "file to write (.yaml, .csv, .xlsx)"),
)
def export(context: Context, file: Path | None, out: Path) -> None:
    """Parse, call, report."""
    from pipeline.text.dictionary import load_dictionary, save_dictionary

    phrase_set = load_dictionary(file)
    save_dictionary(phrase_set, out)
    count = len(phrase_set.phrases)
    context.say(Text(f"{count} 件を {out} に書きました(版 {phrase_set.version})。", f"Wrote {count} entries to {out}."))


command = export
