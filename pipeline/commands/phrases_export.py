"""`kouken phrases export`: a dictionary as YAML, CSV or workbook; also turns one of these into another."""

from pathlib import Path

import click

from pipeline.commands.options import Context, common_options, json_option, option
from pipeline.commands.phrases_common import chosen_as_listed, draft_option, opened, say, say_json, version_option
from pipeline.errors import BadInput
from pipeline.language import Text


@common_options(
    Text(
        "辞書を YAML・CSV・Excel に書き出します。"
        "FILE を省くと公開中の辞書(データベースがなければ製品に付いている辞書)です。",
        "Write a dictionary as YAML, CSV or workbook; without FILE the published one, or, where there is no store yet,"
        " the one that ships with the product.",
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True))
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=Text("出力先(.yaml、.csv、.xlsx)", "file to write (.yaml, .csv, .xlsx)"),
)
@version_option()
@draft_option()
@json_option()
def export(context: Context, file: Path | None, out: Path, version: str, draft_id: int | None, as_json: bool) -> None:
    """Parse, call, report."""
    from pipeline.dictionaries.dictionary import has_store, published_dictionary
    from pipeline.text.dictionary import load_dictionary, save_dictionary

    if file is not None and (version or draft_id is not None):
        raise BadInput(Text("FILE と版・下書きは一緒に指定できません。", "Name a file, or a version, or a draft."))
    base = ""  # a draft has no version of its own: its file names the one that it changes
    if file is not None or not has_store(context.settings):
        phrase_set = load_dictionary(file)
    else:
        with opened(context) as store:
            phrase_set = chosen_as_listed(store, draft_id, version)
            if draft_id is not None:
                base = published_dictionary(store).version
    save_dictionary(phrase_set, out, base)
    count, written = len(phrase_set.phrases), base or phrase_set.version
    if as_json:
        say_json({"phrases": count, "version": written, "file": str(out)})
        return
    text = Text(f"{count} 件を {out} に書きました(版 {written})。", f"Wrote {count} entries to {out} ({written}).")
    say(context, text)


command = export
